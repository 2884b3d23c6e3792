# Tests that break things: killed processes, full disks, missing parts, guests that misbehave.
TESTS += tests/fault/test-kill.py tests/fault/test-errors.py tests/fault/test-faults.py
EXTRA_DIST += tests/fault/test-errors.py tests/fault/test-kill.py tests/fault/test-faults.py

# It runs inside a guest: no library of the image, no sanitizer.
check_PROGRAMS += tests/fault/misbehave
tests_fault_misbehave_SOURCES = tests/fault/misbehave.c
tests_fault_misbehave_CFLAGS = -std=gnu11 -Wall -Wextra
tests_fault_misbehave_LDFLAGS = -static
tests_fault_misbehave_LDADD =
