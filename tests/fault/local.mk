# Tests that break things: killed processes, full disks, missing parts.
TESTS += tests/fault/test-kill.py tests/fault/test-errors.py
EXTRA_DIST += tests/fault/test-errors.py tests/fault/test-kill.py
