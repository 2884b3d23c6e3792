#!/bin/sh
# run.sh - sets vBET up on Debian 12 or 13 and opens a lab.
#
#   ./run.sh [LAB]             everything, then the window (without a display: the lab runs headless)
#   ./run.sh --build           packages, build, lab kernel and guest image only
#   ./run.sh --stock-kernel …  without the lab kernel: labs run on that of the package user-mode-linux
#   ./run.sh --trust LAB       headless: the lab may use what it names of this computer; --isolated: it runs without that
#
# Needs root (or sudo) only for apt-get install; can be run again at any time, and goes on from where it was stopped.
set -eu
called_from=$PWD
cd "$(dirname "$0")"
. tools/common.sh

only_build=no
lab_kernel=yes
lab=
consent=
usage="usage: ./run.sh [--stock-kernel] [--trust | --isolated] [LAB] or ./run.sh [--stock-kernel] --build"
for argument in "$@"; do
  case "$argument" in
  --build) only_build=yes ;;
  --stock-kernel) lab_kernel=no ;;
  --trust | --isolated) consent=$argument ;; # vbetctl's: naming a lab here is no word on what is in it
  -h | --help)
    sed -n '2,10s/^# \{0,1\}//p' run.sh
    exit 0
    ;;
  -*) die "unknown option $argument; $usage" ;;
  *)
    [ -z "$lab" ] || die "one lab at a time; $usage"
    case "$argument" in
    /*) lab=$argument ;;
    *) if [ -e "$called_from/$argument" ]; then lab=$called_from/$argument; else lab=$PWD/$argument; fi ;;
    esac
    [ -r "$lab" ] || die "there is no lab $argument; the shipped ones are in data/labs"
    ;;
  esac
done

[ "$lab_kernel" = yes ] || KERNEL_PACKAGES=
# shellcheck disable=SC2086
install_packages $BUILD_PACKAGES $RUN_PACKAGES $KERNEL_PACKAGES
[ "$lab_kernel" = no ] || begin_kernel
build_tree build
build_image
if [ "$lab_kernel" = no ]; then
  # For this run; what was built before stays for others.
  VBET_KERNEL=stock
  export VBET_KERNEL
elif ! finish_kernel; then
  say "There is no new lab kernel ($kernel_reason): labs run on the one that is there, the stock kernel at worst, which is" \
    "slower and has no nftables; try again with: build/bin/vbetctl kernel build"
fi
if [ "$only_build" = yes ]; then
  say "Done; run: build/bin/vbet LAB, or build/bin/vbetctl help"
elif [ -n "${DISPLAY-}${WAYLAND_DISPLAY-}" ]; then
  say "Opening the window"
  exec build/bin/vbet ${lab:+"$lab"}
elif [ -n "$lab" ]; then
  say "There is no display: the lab runs without a window"
  exec build/bin/vbetctl run ${consent:+"$consent"} "$lab"
else
  say "There is no display; name a lab to run it without a window, for example: ./run.sh data/labs/star.vbet"
fi
