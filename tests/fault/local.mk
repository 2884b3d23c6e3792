# Tests that break things: killed processes, full disks, missing parts, guests that misbehave.
TESTS += tests/fault/test-kill.py tests/fault/test-errors.py tests/fault/test-faults.py tests/fault/test-inject.py tests/fault/test-soak.py
EXTRA_DIST += tests/fault/test-errors.py tests/fault/test-kill.py tests/fault/test-faults.py tests/fault/test-inject.py tests/fault/test-soak.py

# It runs inside a guest: no library of the image, no sanitizer.
check_PROGRAMS += tests/fault/misbehave
tests_fault_misbehave_SOURCES = tests/fault/misbehave.c
tests_fault_misbehave_CFLAGS = -std=gnu11 -Wall -Wextra
tests_fault_misbehave_LDFLAGS = -static
tests_fault_misbehave_LDADD =

# It is loaded into processes of the host: no sanitizer.
check_PROGRAMS += tests/fault/inject.so
tests_fault_inject_so_SOURCES = tests/fault/inject.c
tests_fault_inject_so_CFLAGS = -std=gnu11 -Wall -Wextra -fPIC
tests_fault_inject_so_LDFLAGS = -shared -Wl,-z,defs
tests_fault_inject_so_LDADD = -ldl
