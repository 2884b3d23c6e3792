#!/bin/sh
# test-image.sh - the guest image: the same inputs give the same bytes, nothing is built twice, errors leave nothing.
#
# Skipped (77) where Debian packages cannot be had: that is this host's network, not a fault of the recipe.
set -u
top=${VBET_TOP_SRCDIR:?}
build=${VBET_TOP_BUILDDIR:?}
recipe=$top/rootfs/build-image
agent=$build/bin/vbet-agent
dir=$(mktemp -d "${TMPDIR:-/tmp}/vbet-test-image-XXXXXX")
trap 'rm -rf "$dir"' EXIT
failures=0

check() {
  what=$1
  shift
  if "$@"; then
    echo "ok: $what"
  else
    echo "FAILED: $what"
    failures=$((failures + 1))
  fi
}

# run NAME OPTION…: builds; standard output to NAME.out, standard error to NAME.err, exit status to $status.
run() {
  name=$1
  shift
  "$recipe" --agent "$agent" "$@" >"$dir/$name.out" 2>"$dir/$name.err"
  status=$?
}

says() {
  grep -q -F -- "$2" "$dir/$1.err" && [ "$(wc -l <"$dir/$1.err")" -eq 1 ]
}

only_packages() {
  [ -z "$(find "$1" -mindepth 1 -maxdepth 1 ! -name .packages ! -name .lock)" ]
}

[ -x "$agent" ] || { echo "vbet-agent is not built"; exit 99; }
export LC_ALL=C

mkdir "$dir/one" "$dir/two"
# What an earlier build fetched need not be fetched again.
for store in "${VBET_IMAGE_DIR:-}" /var/lib/vbet/images "${XDG_DATA_HOME:-${HOME:-/}/.local/share}/vbet/images"; do
  if [ -n "$store" ] && [ -d "$store/.packages" ] && [ -r "$store/.packages" ]; then
    cp -r "$store/.packages" "$dir/one/.packages" && break
  fi
done

umask 022
run first --output "$dir/one"
if [ "$status" -ne 0 ] && grep -q -e 'cannot be fetched' -e 'cannot be found' -e 'is not installed' "$dir/first.err"; then
  tail -n 1 "$dir/first.err"
  # test.sh has built an image on this machine: what was there then must be there now.
  [ -z "${VBET_TESTS_SET_UP-}" ] || exit 1
  echo "SKIP: no image can be built here"
  exit 77
fi
check "it builds" [ "$status" -eq 0 ]
[ "$status" -eq 0 ] || { cat "$dir/first.err"; exit 1; }
image=$(cat "$dir/first.out")
sum=$(sha256sum <"$image" | cut -d ' ' -f 1)
check "its name is its contents" [ "$(basename "$image")" = "vbet-$(echo "$sum" | cut -c 1-12).img" ]
check "the manifest agrees" grep -q "^sha256 $sum\$" "${image%.img}.manifest"
check "it is read-only" [ "$(stat -c %a "$image")" = 444 ]
check "\"current\" leads to it" [ "$(readlink "$dir/one/current")" = "$(basename "$image")" ]
check "no build folder is left" [ -z "$(find "$dir/one" -name '.build-*')" ]
before=$(stat -c '%i %Y %s' "$image")

# Another folder, other permissions of new files, another time zone and another order of files.
cp -r "$dir/one/.packages" "$dir/two/.packages"
(
  umask 077
  TZ=Asia/Tokyo "$recipe" --agent "$agent" --output "$dir/two" --quiet >"$dir/second.out" 2>"$dir/second.err"
)
check "again: the same bytes" [ "$(basename "$(cat "$dir/second.out")")" = "$(basename "$image")" ]
check "again: the same file" cmp -s "$image" "$(cat "$dir/second.out")"
check "others can read what a careful user built" [ "$(stat -c %a "$dir/two")" = 755 ]

run third --output "$dir/one"
check "unchanged inputs: nothing is built" [ "$(stat -c '%i %Y %s' "$image")" = "$before" ]
check "unchanged inputs: it says so" grep -q 'is up to date' "$dir/third.err"
run lazy --output "$dir/one" --lazy
check "lazy: nothing is built" grep -q 'is up to date' "$dir/lazy.err"

# A changed agent gives another image; the old one stays for guests that use it.
{ cat "$agent"; echo; } >"$dir/agent"
chmod 755 "$dir/agent"
"$recipe" --agent "$dir/agent" --output "$dir/one" --quiet --lazy >"$dir/changed.out" 2>&1
check "changed agent: another image" [ "$(cat "$dir/changed.out")" != "$image" ]
check "changed agent: the old image stays" [ "$(stat -c '%i %Y %s' "$image")" = "$before" ]
check "changed agent: current is the new one" [ "$dir/one/$(readlink "$dir/one/current")" = "$(cat "$dir/changed.out")" ]

# Errors: one sentence with a remedy, nothing left behind.
mkdir "$dir/bad"
"$recipe" --agent "$dir/none" --output "$dir/bad" >"$dir/noagent.out" 2>"$dir/noagent.err"
check "no agent" says noagent "the guest agent is not built; run make first"
"$recipe" --agent "$agent" --modules "$dir/none" --output "$dir/bad" >/dev/null 2>"$dir/nomodules.err"
check "no kernel modules" says nomodules "install user-mode-linux again or use --modules"
"$recipe" --agent "$agent" --output "$dir/agent/x" >/dev/null 2>"$dir/nodir.err"
check "no folder" says nodir "choose another with --output"
"$recipe" --nonsense >/dev/null 2>"$dir/usage.err"
status=$?
check "wrong usage" [ "$status" -eq 2 ]
cp -r "$dir/one/.packages" "$dir/bad/.packages"
"$recipe" --agent "$agent" --output "$dir/bad" --size 20M --quiet >/dev/null 2>"$dir/small.err"
check "too small a file system" says small "the file system cannot be made"
check "errors leave nothing" only_packages "$dir/bad"
# A damaged package is noticed and fetched again.
printf X | dd of="$(find "$dir/bad/.packages" -name 'dash_*.deb')" bs=1 seek=5000 conv=notrunc 2>/dev/null
"$recipe" --agent "$agent" --output "$dir/bad" --quiet >"$dir/damaged.out" 2>"$dir/damaged.err"
if grep -q 'cannot be fetched' "$dir/damaged.err"; then
  echo "not tried: a damaged package (no network)"
  check "the network is there, as it was for test.sh" [ -z "${VBET_TESTS_SET_UP-}" ]
else
  check "a damaged package is fetched again" [ "$(basename "$(cat "$dir/damaged.out")")" = "$(basename "$image")" ]
fi

[ "$failures" -eq 0 ]
