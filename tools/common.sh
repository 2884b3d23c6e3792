# common.sh - what run.sh and test.sh share: packages, build, guest image.
# Sourced by a POSIX shell whose working directory is the project's root.
# shellcheck shell=sh disable=SC2034,SC3013

say() {
  printf '%s\n' "==> $*"
}

die() {
  printf '%s\n' "error: $*" >&2
  exit 1
}

# Packages to build and run vBET on Debian 12.
BUILD_PACKAGES="gcc make autoconf automake autoconf-archive pkg-config libglib2.0-dev libglib2.0-dev-bin
  libgtk-3-dev libvte-2.91-dev libgtksourceview-4-dev libjson-glib-dev libjsonrpc-glib-1.0-dev libcunit1-dev
  librsvg2-dev libslirp-dev libpcap0.8-dev libglib2.0-bin gettext"
RUN_PACKAGES="user-mode-linux apt binutils dpkg e2fsprogs librsvg2-common fonts-dejavu-core"
# Packages that only the tests need.
TEST_PACKAGES="xz-utils xvfb xauth x11-utils xdotool imagemagick at-spi2-core dbus python3 python3-gi gir1.2-atspi-2.0
  graphviz desktop-file-utils appstream shared-mime-info mandoc libxml2-utils shellcheck git vde2 uml-utilities iperf3 procps iproute2
  tshark tcpdump"

missing_packages() {
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$package"
  done
}

# Installs what is missing of the packages given; the only thing that needs root.
install_packages() {
  command -v dpkg-query >/dev/null 2>&1 || die "vBET is set up by Debian's packages; on another system install: $*"
  missing=$(missing_packages "$@")
  if [ -z "$missing" ]; then
    say "All Debian packages are there"
    return
  fi
  say "Installing Debian packages: $missing"
  if [ "$(id -u)" -eq 0 ]; then
    as_root=
  elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
  else
    die "these packages need root to install, and there is no sudo; as root run: apt-get install $missing"
  fi
  # Old lists are the usual reason for a failed install, so they are fetched first.
  $as_root apt-get update -qq || say "Package lists could not be fetched; trying with those that are there"
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    die "apt-get could not install: $missing"
}

# build_tree DIR CONFIGURE-OPTION…: configures DIR once and builds it.
build_tree() {
  tree=$1
  shift
  if [ ! -x configure ] || [ configure.ac -nt configure ]; then
    say "Preparing the build system"
    autoreconf -fi >/dev/null 2>"$PWD/autoreconf.log" || { cat autoreconf.log >&2; die "autoreconf failed"; }
    rm -f autoreconf.log
  fi
  mkdir -p "$tree" || die "cannot create $tree; does the folder belong to you?"
  if [ ! -f "$tree/config.status" ] || [ configure -nt "$tree/config.status" ]; then
    say "Configuring $tree"
    (cd "$tree" && ../configure -q "$@") || die "configure failed; see $tree/config.log"
  fi
  say "Building $tree"
  make -s -C "$tree" -j"$(nproc)" all || die "the build failed"
}

# Builds the guest image if this one's inputs have none yet.
build_image() {
  say "Building the guest image (skipped when it is up to date)"
  build/bin/vbetctl image build || die "the guest image could not be built"
}
