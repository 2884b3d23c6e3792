# CUnit tests; one fragment an area, so that a diff names the area.
EXTRA_DIST += tests/seed/star.vbet tests/seed/ospf.vbet tests/seed/firewall.vbet
noinst_LIBRARIES += libvbet-test.a
libvbet_test_a_SOURCES = tests/unit/harness.c tests/unit/harness.h
libvbet_test_a_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
TEST_LIBS = libvbet-test.a $(CUNIT_LIBS)

include tests/unit/base.mk
include tests/unit/language.mk
include tests/unit/model.mk
include tests/unit/switch.mk
include tests/unit/nat.mk
include tests/unit/guest.mk
include tests/unit/rootfs.mk
include tests/unit/engine.mk
include tests/unit/cli.mk
include tests/unit/gui.mk
