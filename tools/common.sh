# common.sh - what run.sh and test.sh share: packages, build, lab kernel, guest image.
# Sourced by a POSIX shell whose working directory is the project's root.
# shellcheck shell=sh disable=SC2034,SC3013

say() {
  printf '%s\n' "==> $*"
}

die() {
  printf '%s\n' "error: $*" >&2
  exit 1
}

# Packages to build and run vBET on Debian 12 and 13.
BUILD_PACKAGES="gcc libc6-dev make autoconf automake autoconf-archive pkg-config libglib2.0-dev libglib2.0-dev-bin
  libgtk-3-dev libvte-2.91-dev libgtksourceview-4-dev libjson-glib-dev libcunit1-dev
  librsvg2-dev libslirp-dev libseccomp-dev libpcap0.8-dev libglib2.0-bin libxml2-utils gettext"
# Packages to build the lab kernel.
KERNEL_PACKAGES="gcc libc6-dev make flex bison bc xz-utils patch perl util-linux debian-archive-keyring"
RUN_PACKAGES="user-mode-linux apt binutils dpkg e2fsprogs util-linux librsvg2-common fonts-dejavu-core"
# Packages that only the tests need.
TEST_PACKAGES="xvfb xauth x11-utils xdotool imagemagick at-spi2-core dbus python3 python3-gi gir1.2-atspi-2.0
  graphviz desktop-file-utils appstream shared-mime-info mandoc shellcheck git vde2 uml-utilities iperf3 procps iproute2
  iputils-ping tshark tcpdump bash-completion locales clang-format clang-tidy"

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

# configured_with DIR OPTION…: whether DIR was configured with all these options.
configured_with() {
  configuration=$("$1/config.status" --config 2>/dev/null) || return 1
  shift
  for option in "$@"; do
    case $configuration in *"$option"*) ;; *) return 1 ;; esac
  done
}

# build_tree DIR CONFIGURE-OPTION…: configures DIR once and builds it; anew when it lacks one of the options.
build_tree() {
  tree=$1
  shift
  if [ ! -x configure ] || [ configure.ac -nt configure ]; then
    say "Preparing the build system"
    autoreconf -fi >/dev/null 2>"$PWD/autoreconf.log" || { cat autoreconf.log >&2; die "autoreconf failed"; }
    rm -f autoreconf.log
  fi
  mkdir -p "$tree" || die "cannot create $tree; does the folder belong to you?"
  if [ -f "$tree/config.status" ] && ! configured_with "$tree" "$@"; then
    say "$tree was configured without $*: configuring and building it anew"
    make -s -C "$tree" clean >/dev/null 2>&1 || true
    rm -f "$tree/config.status"
  fi
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

# begin_kernel: starts building the lab kernel if this one's inputs have none yet, beside whatever comes next.
begin_kernel() {
  mkdir -p build
  # The last step starts a guest with programs of this build: that is left to finish_kernel().
  kernel/build-kernel --lazy --compile-only >/dev/null 2>build/kernel.log &
  kernel_pid=$!
  trap 'kill "$kernel_pid" 2>/dev/null || true' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# finish_kernel: waits for the lab kernel, showing how far it is. Fails with the reason in $kernel_reason.
finish_kernel() {
  if kill -0 "$kernel_pid" 2>/dev/null; then
    say "Building the lab kernel from Debian's source: five to twenty minutes on two processors, once on this machine"
    say "(stop it at any time: the next run goes on from there; ./run.sh --stock-kernel does without)"
    tail -n 3 -f --pid="$kernel_pid" build/kernel.log
  fi
  if wait "$kernel_pid"; then kernel_status=0; else kernel_status=$?; fi
  trap - EXIT INT TERM HUP
  kernel_reason=$(sed -n 's/^build-kernel: //p' build/kernel.log | tail -n 1)
  [ "$kernel_status" -eq 0 ] || return 1
  build/bin/vbetctl kernel build --lazy >/dev/null 2>build/kernel.log && { tail -n 1 build/kernel.log; return 0; }
  kernel_reason=$(sed -n 's/^build-kernel: //p' build/kernel.log | tail -n 1)
  return 1
}
