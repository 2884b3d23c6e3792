# Tests with real guests; they need the guest image and are skipped without it only where that is said.
# TESTS += tests/integration/test-labs.py tests/integration/test-live.py
EXTRA_DIST += tests/integration/vbetlab.py tests/integration/test-labs.py tests/integration/test-live.py

# The image builds, reproducibly; needs Debian packages, no guest.
TESTS += tests/integration/test-image.sh
EXTRA_DIST += tests/integration/test-image.sh
