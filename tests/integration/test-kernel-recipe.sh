#!/bin/sh
# test-kernel-recipe.sh - kernel/build-kernel with stand-ins for apt, make, compiler and guest: what it says, what it leaves, what
# it goes on from. The real build is what test.sh does before the tests.
set -u
top=${VBET_TOP_SRCDIR:?}
recipe=$top/kernel/build-kernel
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
failures=0
bin=$dir/bin
out=$dir/kernels
mkdir "$bin" "$dir/state"
STATE=$dir/state
export STATE

# check WHAT COMMAND…: one line a check.
check() {
  what=$1
  shift
  if "$@"; then echo "ok: $what"; else echo "not ok: $what"; cat "$dir/err"; failures=$((failures + 1)); fi
}
says() { grep -q -F -- "$1" "$dir/err"; }
fake() { cat >"$bin/$1"; chmod +x "$bin/$1"; }
count() { grep -c "^$1\$" "$STATE/calls" 2>/dev/null; }
# run OPTION…: the recipe with the stand-ins first in PATH; status in $status.
run() {
  status=0
  PATH=$bin:$PATH "$recipe" --output "$out" --agent "$dir/agent" --launcher "$bin/launcher" --keyring "$dir/keys" --jobs 1 "$@" \
    >"$dir/out" 2>"$dir/err" || status=$?
}
nothing_published() { [ ! -e "$out/current" ] && ! ls -d "$out"/vbet-* >/dev/null 2>&1; }

: >"$dir/agent"
: >"$dir/keys"
# A mirror with two sources. $STATE/trouble says what goes wrong.
fake apt-get <<'END'
#!/bin/sh
trouble=$(cat "$STATE/trouble" 2>/dev/null)
for word in "$@"; do
  case $word in
  indextargets) echo "http://mirror.example/debian/ bookworm"; exit ;;
  update)
    echo update >>"$STATE/calls"
    case $trouble in
    unsigned) echo "E: The repository 'http://mirror.example/debian trixie InRelease' is not signed." >&2; exit 100 ;;
    network) echo "W: Failed to fetch http://mirror.example/debian/dists/trixie/InRelease  Could not connect" >&2; exit 0 ;;
    esac
    exit ;;
  linux-source-*=*)
    echo download >>"$STATE/calls"
    cp "$STATE/deb" "${word%%=*}_${word#*=}_all.deb"
    exit ;;
  esac
done
END
fake apt-cache <<'END'
#!/bin/sh
trouble=$(cat "$STATE/trouble" 2>/dev/null)
case $trouble in unsigned | network) exit ;; esac
for word in "$@"; do
  case $word in
  pkgnames) [ "$trouble" = nosuite ] && { echo linux-source-5.0; exit; }
    printf 'linux-source-7.3\nlinux-source-6.12\nlinux-source-7.3-extra\n'; exit ;;
  madison) [ "$trouble" = nosuite ] && { echo " linux-source-5.0 | 5.0-1 | http://mirror.example/debian old/main amd64 Packages"; exit; }
    echo "linux-source-7.3 | 7.3.4-1 | http://mirror.example/debian trixie-backports/main amd64 Packages"
    echo "linux-source-6.12 | 6.12.9-1 | http://mirror.example/debian trixie/main amd64 Packages"; exit ;;
  linux-source-*=*) printf 'Package: %s\nSize: 1000\nSHA256: %s\n' "${word%%=*}" "$(sha256sum <"$STATE/deb" | cut -d ' ' -f 1)"; exit ;;
  esac
done
END
fake dpkg-deb <<'END'
#!/bin/sh
echo unpack >>"$STATE/calls"
exec cat "$STATE/deb"
END
fake make <<'END'
#!/bin/sh
# The kernel's make: "make -C TREE … TARGET".
trouble=$(cat "$STATE/trouble" 2>/dev/null)
tree=$2
for word in "$@"; do
  case $word in
  KCONFIG_ALLCONFIG=*) options=${word#*=} ;;
  allnoconfig)
    echo configure >>"$STATE/calls"
    cp "$options" "$tree/.config"
    # The first source knows an option less.
    [ "$trouble" != options ] || case $tree in *-first*) ;; *) [ -e "$STATE/second" ] || sed -i /CONFIG_WIREGUARD/d "$tree/.config" ;; esac
    : >"$STATE/second"
    exit ;;
  linux)
    echo compile >>"$STATE/calls"
    echo "  CC      init/main.o"
    case $trouble in
    compiler) echo "init/main.c:1:1: error: expected what is not there" >&2; exit 2 ;;
    full) echo "cc1: error: write: No space left on device" >&2; exit 2 ;;
    slow) echo $$ >"$STATE/compiling"; exec tail -f /dev/null ;;
    esac
    printf '#!/bin/sh\necho 7.3.4-vbet\n' >"$tree/linux"
    chmod +x "$tree/linux"
    echo kernel/drivers/net/dummy.ko >"$tree/modules.builtin"
    exit ;;
  esac
done
END
fake strip <<'END'
#!/bin/sh
exec cp -p "$3" "$2"
END
fake launcher <<'END'
#!/bin/sh
if [ "$(cat "$STATE/trouble" 2>/dev/null)" = panic ]; then echo "Kernel panic - not syncing: Attempted to kill init!"; else echo "vbet: hello"; fi
END
for tool in flex bison bc patch mke2fs; do
  fake $tool <<'END'
#!/bin/sh
exit 0
END
done
mkdir -p "$dir/src/linux-source-x/arch/um" "$dir/pack/usr/src"
: >"$dir/src/linux-source-x/arch/um/Makefile"
tar -C "$dir/src" -cJf "$dir/pack/usr/src/linux-source-7.3.tar.xz" linux-source-x
tar -C "$dir/pack" -cf "$STATE/deb" ./usr/src/linux-source-7.3.tar.xz

# --- wrong usage, what is missing ---------------------------------------------------
run --frob
check "an unknown option is wrong usage" [ "$status" -eq 2 ]
run --jobs no
check "so is a number that is none" [ "$status" -eq 2 ]
fake df <<'END'
#!/bin/sh
printf 'Filesystem 1024-blocks Used Available Capacity Mounted\nx 1 1 300000 1%% /\n'
END
run
check "too little space is found before anything is unpacked" [ "$status" -eq 1 ]
check "and said" says "make room or choose another folder with --output"
check "nothing is published" nothing_published
rm "$bin/df"

# --- the mirror ------------------------------------------------------------------------
for trouble in unsigned network nosuite; do
  echo $trouble >"$STATE/trouble"
  run
  check "$trouble: fails" [ "$status" -eq 1 ]
  case $trouble in
  unsigned) check "unsigned lists are refused" says "are not signed with $dir/keys; nothing of them is used" ;;
  network) check "no network is said with its reason" says "Could not connect" ;;
  nosuite) check "a mirror without the suites is said" says "has none of the kernel sources that are known" ;;
  esac
  check "$trouble: nothing is published" nothing_published
done

# --- building fails ----------------------------------------------------------------------
echo compiler >"$STATE/trouble"
run
check "a source that does not compile is passed over" says "trying the next source"
check "all of them: the reason is said" says "no kernel could be built: linux-source-6.12 6.12.9-1 does not compile: init/main.c:1:1: error"
check "nothing is published" nothing_published
check "no source is left unpacked" [ -z "$(ls -d "$out"/.work-* 2>/dev/null)" ]
echo full >"$STATE/trouble"
: >"$STATE/calls"
run
check "a full disk is no fault of the source" says "the disk of $out is full; make room and run this again"
check "the next source is not tried" [ "$(count compile)" = 1 ]
echo panic >"$STATE/trouble"
: >"$STATE/calls"
run
check "it went on from what was unpacked" [ "$(count unpack)" = 1 ] # of the second source only
check "a kernel that starts no program is not used" says "does not start a program: Kernel panic"
check "nothing is published" nothing_published

# --- interrupted, goes on ---------------------------------------------------------------------
echo slow >"$STATE/trouble"
: >"$STATE/calls"
PATH=$bin:$PATH "$recipe" --output "$out" --agent "$dir/agent" --launcher "$bin/launcher" --keyring "$dir/keys" --jobs 1 \
  >/dev/null 2>"$dir/err" &
first=$!
tries=0
while [ ! -s "$STATE/compiling" ] && [ $tries -lt 300 ]; do
  tries=$((tries + 1))
  timeout 0.1 tail -f /dev/null
done
check "it compiles" [ -s "$STATE/compiling" ]
kill -KILL "$first" "$(cat "$STATE/compiling")" 2>/dev/null
wait "$first" 2>/dev/null
: >"$STATE/trouble"
: >"$STATE/calls"
check "killed: nothing is published" nothing_published
run
check "the next run succeeds" [ "$status" -eq 0 ]
check "and does not unpack again" [ "$(count unpack)" = 0 ]
check "nor configure" [ "$(count configure)" = 0 ]
kernel=$(cat "$dir/out")
check "it prints the kernel's path" [ -x "$kernel" ]
check "current is that kernel" [ "$(readlink -f "$out/current")/linux" = "$kernel" ]
check "the manifest names the source" grep -q "^source linux-source-7.3 7.3.4-1 " "$out/current/manifest"
check "and the size" grep -q "^size $(stat -c %s "$kernel")\$" "$out/current/manifest"
check "nothing else is left" [ -z "$(ls -d "$out"/.work-* "$out"/.source 2>/dev/null)" ]

# --- once is enough ----------------------------------------------------------------------------
: >"$STATE/calls"
run --lazy
check "--lazy: nothing is asked" [ ! -s "$STATE/calls" ]
run
check "without it, the mirror is asked and nothing built" [ "$(count update)/$(count compile)" = 1/0 ]
# A kernel that was cut short is built anew.
: >"$kernel"
run --lazy
check "a damaged kernel is built anew" [ "$(count compile)" = 1 ]
check "and whole" [ -s "$kernel" ]

# --- a source without an option: the next one ----------------------------------------------------
rm -rf "$out" "$STATE/second"
echo options >"$STATE/trouble"
run
check "a missing option is said" says "does not have these options: CONFIG_WIREGUARD; trying the next source"
check "the next source is used" grep -q "^source linux-source-6.12 6.12.9-1 " "$out/current/manifest"

[ "$failures" -eq 0 ]
