#!/bin/sh
# test.sh - sets up what the tests need and runs all of them.
#
#   ./test.sh          everything
#   ./test.sh --quick  without the sanitizer build and without "make distcheck"
#
# Needs root (or sudo) only for apt-get install; can be run again at any time.
set -eu
cd "$(dirname "$0")"
. tools/common.sh

quick=no
case "${1-}" in
--quick) quick=yes ;;
'') ;;
*) die "unknown option $1; usage: ./test.sh [--quick]" ;;
esac

# Most of a test is waiting, for guests to boot and for protocols' timers; so some run side by side.
jobs=$(nproc)
[ "$jobs" -le 4 ] || jobs=4

# programs DIR: the tests' programs, by all processors.
programs() {
  make -s -C "$1" -j"$(nproc)" check TESTS= >/dev/null || die "the build of the tests failed in $1"
}

# Runs a make target and shows its log's end when it fails.
check() {
  make -C "$1" -j"$2" check || {
    cat "$1/test-suite.log" >&2
    die "tests failed in $1"
  }
}

# skips DIR: prints why each skipped test of DIR was skipped. Fails when one does not say.
skips() {
  silent=no
  for result in $(cd "$1" && grep -l '^:test-result: SKIP' -r tests --include='*.trs' | sort); do
    test=${result%.trs}
    reason=$(sed -n 's/^SKIP: //p' "$1/$test.log" | head -n 1)
    say "Skipped: $test: ${reason:-(it does not say why)}"
    [ -n "$reason" ] || silent=yes
  done
  [ "$silent" = no ]
}

# shellcheck disable=SC2086
install_packages $BUILD_PACKAGES $RUN_PACKAGES $KERNEL_PACKAGES $TEST_PACKAGES
begin_kernel
build_tree build --enable-werror
build_image
finish_kernel || die "the lab kernel could not be built: $kernel_reason"
# From here on a test that lacks what was set up above fails instead of being skipped.
VBET_TESTS_SET_UP=yes
export VBET_TESTS_SET_UP
programs build
say "Running all tests: units, rules, real guests, faults, the window"
check build "$jobs"
skips build || die "a test was skipped without a reason"
if [ "$quick" = no ]; then
  build_tree build-sanitizers --enable-werror --enable-sanitizers
  programs build-sanitizers
  say "Running the unit tests with AddressSanitizer and UndefinedBehaviorSanitizer"
  make -C build-sanitizers -j1 check-units || {
    cat build-sanitizers/test-suite.log >&2
    die "unit tests failed with sanitizers"
  }
  say "Checking the release tarball"
  make -s -C build -j"$(nproc)" distcheck-quick >build/distcheck.log 2>&1 || {
    tail -n 50 build/distcheck.log >&2
    die "make distcheck failed"
  }
fi
total=$(sed -n 's/^# PASS: *//p' build/test-suite.log | tail -n 1)
failed=$(sed -n 's/^# FAIL: *//p' build/test-suite.log | tail -n 1)
skipped=$(sed -n 's/^# SKIP: *//p' build/test-suite.log | tail -n 1)
say "All tests passed"
printf '%s passed, %s failed, %s skipped\n' "${total:-0}" "${failed:-0}" "${skipped:-0}"
