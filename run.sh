#!/bin/sh
# run.sh - sets vBET up on a Debian 12 and opens a lab.
#
#   ./run.sh [LAB]     everything, then the window (without a display: the lab runs headless)
#   ./run.sh --build   packages, build and guest image only
#
# Needs root (or sudo) only for apt-get install; can be run again at any time.
set -eu
called_from=$PWD
cd "$(dirname "$0")"
. tools/common.sh

only_build=no
lab=
case "${1-}" in
--build) only_build=yes ;;
-h | --help)
  sed -n '2,8s/^# \{0,1\}//p' run.sh
  exit 0
  ;;
-*) die "unknown option $1; usage: ./run.sh [LAB] or ./run.sh --build" ;;
'') ;;
*)
  case "$1" in
  /*) lab=$1 ;;
  *) if [ -e "$called_from/$1" ]; then lab=$called_from/$1; else lab=$PWD/$1; fi ;;
  esac
  [ -r "$lab" ] || die "there is no lab $1; the shipped ones are in data/labs"
  ;;
esac

# shellcheck disable=SC2086
install_packages $BUILD_PACKAGES $RUN_PACKAGES
build_tree build
build_image
if [ "$only_build" = yes ]; then
  say "Done; run: build/bin/vbet LAB, or build/bin/vbetctl help"
elif [ -n "${DISPLAY-}${WAYLAND_DISPLAY-}" ]; then
  say "Opening the window"
  exec build/bin/vbet ${lab:+"$lab"}
elif [ -n "$lab" ]; then
  say "There is no display: the lab runs without a window"
  exec build/bin/vbetctl run "$lab"
else
  say "There is no display; name a lab to run it without a window, for example: ./run.sh data/labs/star.vbet"
fi
