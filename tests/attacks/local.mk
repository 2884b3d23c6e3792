# Attacks from inside a guest and from its neighbours: what stops each, and that it works where that wall is taken away.
ATTACK_TESTS = tests/attacks/test-guest.py
TESTS += $(ATTACK_TESTS)
EXTRA_DIST += $(ATTACK_TESTS)

# Static and not where the loader likes: it has to look like a kernel.
check_PROGRAMS += tests/attacks/hostile-kernel
tests_attacks_hostile_kernel_SOURCES = tests/attacks/hostile-kernel.c
tests_attacks_hostile_kernel_CFLAGS = -Wall -Wextra -fno-pie
tests_attacks_hostile_kernel_LDFLAGS = -static -no-pie
tests_attacks_hostile_kernel_LDADD =

check-attacks: all $(check_PROGRAMS)
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(ATTACK_TESTS)'
.PHONY: check-attacks
