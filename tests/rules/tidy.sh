#!/usr/bin/env bash
# tidy.sh - clang-tidy over the sources, with the checks of .clang-tidy.
#
#   tidy.sh [FILE…]      those files; none: all of src and rootfs, but for the analyzer, which takes an hour
#   tidy.sh --deep [FILE…]   with the analyzer
set -u
cd "${VBET_TOP_SRCDIR:-$(dirname "$0")/../..}" || exit 1
build=${VBET_TOP_BUILDDIR:-$PWD/build}

case $(clang-tidy --version 2>/dev/null) in
*' version 14.'*) ;;
'')
  # What test.sh installs is never missing after it.
  [ -z "${VBET_TESTS_SET_UP-}" ] || { echo "tidy: clang-tidy is missing, which test.sh installs"; exit 1; }
  echo "SKIP: clang-tidy is not installed"
  exit 77
  ;;
*) # each version knows other checks
  echo "SKIP: this is not the clang-tidy 14 of Debian 12"
  exit 77
  ;;
esac

checks='-clang-analyzer-*'
if [ "${1-}" = --deep ]; then
  checks=
  shift
fi
[ $# -gt 0 ] || mapfile -t files < <(find src rootfs -name '*.c' | LC_ALL=C sort)
[ $# -eq 0 ] || files=("$@")

# Those of AM_CPPFLAGS in Makefile.am; what the words say does not matter here.
flags=(-std=gnu11 -DHAVE_CONFIG_H "-I$build" "-I$PWD/src" "-I$PWD/tests")
for word in PKGLIBEXECDIR PKGDATADIR LOCALEDIR VBET_BUILDDIR VBET_SRCDIR; do flags+=("-D$word=\"/\""); done
read -ra found <<<"$(pkg-config --cflags gtk+-3.0 gio-unix-2.0 vte-2.91 gtksourceview-4 json-glib-1.0 librsvg-2.0 slirp libseccomp)"
flags+=("${found[@]}")

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
printf '%s\n' "${flags[@]}" >"$scratch/compile_flags.txt"
# A few files a process: reading the settings of the checks takes as long as a small file.
printf '%s\0' "${files[@]}" |
  xargs -0 -n 16 -P "$(nproc)" clang-tidy --quiet ${checks:+--checks="$checks"} -p "$scratch" >"$scratch/log" 2>/dev/null
result=$?
grep -E '(error|warning):' "$scratch/log" | LC_ALL=C sort -u
[ "$result" -eq 0 ] && echo "tidy: ${#files[@]} files"
[ "$result" -eq 0 ]
