# Unit tests of guests: disk, command line, management console, console, agent.
GUEST_TESTS = \
	tests/unit/test-disk \
	tests/unit/test-guest-command \
	tests/unit/test-mconsole \
	tests/unit/test-console \
	tests/unit/test-guest-agent
check_PROGRAMS += $(GUEST_TESTS)
TESTS += $(GUEST_TESTS)
GUEST_TEST_LIBS = libvbet-runtime.a libvbet-base.a $(TEST_LIBS) $(GLIB_LIBS)

tests_unit_test_disk_SOURCES = tests/unit/test-disk.c
tests_unit_test_disk_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_disk_LDADD = $(GUEST_TEST_LIBS)

tests_unit_test_guest_command_SOURCES = tests/unit/test-guest-command.c
tests_unit_test_guest_command_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_guest_command_LDADD = $(GUEST_TEST_LIBS)

tests_unit_test_mconsole_SOURCES = tests/unit/test-mconsole.c
tests_unit_test_mconsole_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_mconsole_LDADD = $(GUEST_TEST_LIBS)

tests_unit_test_console_SOURCES = tests/unit/test-console.c
tests_unit_test_console_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_console_LDADD = $(GUEST_TEST_LIBS)

tests_unit_test_guest_agent_SOURCES = tests/unit/test-guest-agent.c
tests_unit_test_guest_agent_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_guest_agent_LDADD = $(GUEST_TEST_LIBS)

# vbet-guest, with a program that stands for the kernel: not built like the rest (no sanitizer), since it runs confined.
check_PROGRAMS += tests/unit/fake-kernel
tests_unit_fake_kernel_SOURCES = tests/unit/fake-kernel.c src/base/agent-protocol.c
tests_unit_fake_kernel_CFLAGS = -Wall -Wextra
tests_unit_fake_kernel_LDFLAGS =
tests_unit_fake_kernel_LDADD =

check_PROGRAMS += tests/unit/test-launcher
TESTS += tests/unit/test-launcher
tests_unit_test_launcher_SOURCES = tests/unit/test-launcher.c tests/unit/guest-fixture.c tests/unit/guest-fixture.h
tests_unit_test_launcher_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_launcher_LDADD = libvbet-launch.a $(SECCOMP_LIBS) $(GUEST_TEST_LIBS)

check_PROGRAMS += tests/unit/test-guest
TESTS += tests/unit/test-guest
tests_unit_test_guest_SOURCES = tests/unit/test-guest.c tests/unit/guest-fixture.c tests/unit/guest-fixture.h
tests_unit_test_guest_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_guest_LDADD = $(GUEST_TEST_LIBS)

# One real guest; skipped without a kernel or an image.
check_PROGRAMS += tests/integration/test-guest-boot
TESTS += tests/integration/test-guest-boot
tests_integration_test_guest_boot_SOURCES = \
	tests/integration/test-guest-boot.c \
	tests/unit/guest-fixture.c \
	tests/unit/guest-fixture.h
tests_integration_test_guest_boot_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_integration_test_guest_boot_LDADD = $(GUEST_TEST_LIBS)

# One guest: start to agent and prompt, and what its layers of confinement cost.
EXTRA_PROGRAMS += tests/bench/bench-guest
BENCHES += tests/bench/bench-guest
tests_bench_bench_guest_SOURCES = tests/bench/bench-guest.c tests/unit/guest-fixture.c tests/unit/guest-fixture.h
tests_bench_bench_guest_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_bench_bench_guest_LDADD = $(GUEST_TEST_LIBS)
CLEANFILES += tests/bench/bench-guest
