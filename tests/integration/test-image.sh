#!/bin/sh
# test-image.sh - the guest image: the same inputs give the same bytes, nothing is built twice, errors leave nothing.
#
# Skipped (77) where Debian packages cannot be had: that is this host's network, not a fault of the recipe.
set -u
top=${VBET_TOP_SRCDIR:?}
build=${VBET_TOP_BUILDDIR:?}
recipe=$top/rootfs/build-image
agent=$build/bin/vbet-agent
chord=$build/bin/chord
fwpolicy=$build/bin/fwpolicy
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
  "$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" "$@" >"$dir/$name.out" 2>"$dir/$name.err"
  status=$?
}

says() {
  grep -q -F -- "$2" "$dir/$1.err" && [ "$(wc -l <"$dir/$1.err")" -eq 1 ]
}

only_packages() {
  [ -z "$(find "$1" -mindepth 1 -maxdepth 1 ! -name .packages ! -name .lock)" ]
}

[ -x "$agent" ] && [ -x "$chord" ] && [ -x "$fwpolicy" ] || { echo "vbet-agent, chord or fwpolicy is not built"; exit 99; }
export LC_ALL=C

mkdir "$dir/one" "$dir/two"
# What an earlier build fetched need not be fetched again.
for store in "${VBET_IMAGE_DIR:-}" /var/lib/vbet/images "${XDG_DATA_HOME:-${HOME:-/}/.local/share}/vbet/images"; do
  if [ -n "$store" ] && [ -d "$store/.packages" ] && [ -r "$store/.packages" ]; then
    cp -r "$store/.packages" "$dir/one/.packages" && break
  fi
done

umask 022
# Two at once: one of them builds, the other waits and finds it done.
"$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" --lazy --output "$dir/one" >"$dir/beside.out" 2>"$dir/beside.err" &
run first --output "$dir/one" --lazy
wait
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
check "two builds at once: both give the same image" cmp -s "$dir/first.out" "$dir/beside.out"
check "two builds at once: one waits" [ "$(cat "$dir/first.err" "$dir/beside.err" | grep -c 'Waiting for another build')" -eq 1 ]
check "two builds at once: one builds" [ "$(cat "$dir/first.err" "$dir/beside.err" | grep -c '^Built ')" -eq 1 ]
check "its name is its contents" [ "$(basename "$image")" = "vbet-$(echo "$sum" | cut -c 1-12).img" ]
check "the manifest agrees" grep -q "^sha256 $sum\$" "${image%.img}.manifest"
check "it is read-only" [ "$(stat -c %a "$image")" = 444 ]
check "\"current\" leads to it" [ "$(readlink "$dir/one/current")" = "$(basename "$image")" ]
check "the policy program is in it" [ "$(debugfs -R 'stat /usr/bin/fwpolicy' "$image" 2>/dev/null | grep -c 'Mode:  0755')" -eq 1 ]
check "the Chord program is in it" [ "$(debugfs -R 'stat /usr/bin/chord' "$image" 2>/dev/null | grep -c 'Mode:  0755')" -eq 1 ]
check "no build folder is left" [ -z "$(find "$dir/one" -name '.build-*')" ]
before=$(stat -c '%i %Y %s' "$image")

# Another folder, other permissions of new files, another time zone and another order of files.
cp -r "$dir/one/.packages" "$dir/two/.packages"
(
  umask 077
  TZ=Asia/Tokyo "$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" --output "$dir/two" --quiet >"$dir/second.out" 2>"$dir/second.err"
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
"$recipe" --agent "$dir/agent" --chord "$chord" --fwpolicy "$fwpolicy" --output "$dir/one" --quiet --lazy >"$dir/changed.out" 2>&1
check "changed agent: another image" [ "$(cat "$dir/changed.out")" != "$image" ]
check "changed agent: the old image stays" [ "$(stat -c '%i %Y %s' "$image")" = "$before" ]
check "changed agent: current is the new one" [ "$dir/one/$(readlink "$dir/one/current")" = "$(cat "$dir/changed.out")" ]

# An image with more packages has a name of its own, and new labs go on using the standard one.
current=$(readlink "$dir/one/current")
run with --output "$dir/one" --with tree --name tools
if grep -q -e 'cannot be fetched' -e 'there is no Debian package' "$dir/with.err"; then
  echo "skipped: --with (no network)"
else
  check "--with: it builds" [ "$status" -eq 0 ]
  check "--with: the name leads to it" [ "$dir/one/$(readlink "$dir/one/tools.img")" = "$(cat "$dir/with.out")" ]
  check "--with: current is as it was" [ "$(readlink "$dir/one/current")" = "$current" ]
  check "--with: the manifest says so" grep -q -x 'with tree' "$dir/one/$(basename "$(readlink "$dir/one/tools.img")" .img).manifest"
  check "--with: it is in it" [ -n "$(PATH=$PATH:/usr/sbin:/sbin debugfs -R 'stat /usr/bin/tree' "$dir/one/tools.img" 2>/dev/null | grep 'Type: regular')" ]
  run with2 --output "$dir/one" --lazy --with tree --name other
  check "--with: built once for two names" [ "$(cat "$dir/with2.out")" = "$(cat "$dir/with.out")" ]
  run standard --output "$dir/one" --agent "$dir/agent" --chord "$chord" --fwpolicy "$fwpolicy" --lazy --name usual
  check "--name: also for the standard image" [ "$(readlink "$dir/one/usual.img")" = "$current" ]
fi

# Whatever ends a build in the middle leaves what was there. A stand-in for mke2fs says that it was reached, and waits.
mkdir "$dir/stuck" "$dir/full" "$dir/cut"
mkfifo "$dir/reached" "$dir/never"
# shellcheck disable=SC2016
printf '#!/bin/sh\n[ "$1" = -V ] && exit\necho >"%s"\nread -r line <"%s"\n' "$dir/reached" "$dir/never" >"$dir/stuck/mke2fs"
# shellcheck disable=SC2016
printf '#!/bin/sh\n[ "$1" = -V ] && exit\necho "mke2fs: No space left on device while writing" >&2\nexit 1\n' >"$dir/full/mke2fs"
printf '#!/bin/sh\necho "ln: No space left on device" >&2\necho "and more" >&2\nexit 1\n' >"$dir/cut/ln"
chmod 755 "$dir/stuck/mke2fs" "$dir/full/mke2fs" "$dir/cut/ln"
before_faults=$(find "$dir/one" -mindepth 1 -maxdepth 1 ! -name '.*' -printf '%f %l %s\n' | sort)
unchanged() {
  [ "$(find "$dir/one" -mindepth 1 -maxdepth 1 ! -name '.*' -printf '%f %l %s\n' | sort)" = "$before_faults" ]
}
# end_with SIGNAL: of a build that is in the middle, and of all that it started.
end_with() {
  PATH="$dir/stuck:$PATH" setsid "$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" --size 400M --output "$dir/one" --quiet >/dev/null 2>&1 &
  build_pid=$!
  read -r _ <"$dir/reached"
  kill -s "$1" -- "-$build_pid"
  wait "$build_pid"
}
end_with TERM
check "ended: nothing changes" unchanged
check "ended: no build folder is left" [ -z "$(find "$dir/one" -maxdepth 1 -name '.build-*')" ]
end_with KILL
check "killed: nothing changes" unchanged
PATH="$dir/full:$PATH" "$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" --size 400M --output "$dir/one" --quiet >/dev/null 2>"$dir/nospace.err"
check "disk full" says nospace "is the disk full?"
check "disk full: nothing changes" unchanged
check "disk full: what the killed build left is gone" [ -z "$(find "$dir/one" -maxdepth 1 -name '.build-*')" ]
PATH="$dir/cut:$PATH" "$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" --size 400M --output "$dir/one" --quiet >/dev/null 2>"$dir/nolink.err"
check "disk full while files are laid out" says nolink "No space left on device); is the disk full?"
check "disk full while files are laid out: nothing changes" unchanged

# Errors: one sentence with a remedy, nothing left behind.
mkdir "$dir/bad"
"$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" --output "$dir/bad" --quiet --with tree,no-such-package-9 >/dev/null 2>"$dir/unknown.err"
# shellcheck disable=SC1111
check "an unknown package" says unknown "there is no Debian package “no-such-package-9” to be had"
for word in -o 'a;b' 'A' '../x'; do
  "$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" --output "$dir/bad" --with "$word" >/dev/null 2>"$dir/word.err"
  check "no package: $word" [ "$?" -eq 2 ]
  # shellcheck disable=SC1111
  check "no package: $word: it says so" says word "“$word” is not the name of a Debian package"
done
for word in current vbet-0123456789ab x.img ../x -x ''; do
  "$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" --output "$dir/bad" --name "$word" >/dev/null 2>"$dir/word.err"
  check "no name: $word" [ "$?" -eq 2 ]
done
touch "$dir/bad/mine.img"
"$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" --output "$dir/bad" --name mine >/dev/null 2>"$dir/mine.err"
check "a file of somebody's own" says mine "choose another --name"
rm "$dir/bad/mine.img"
"$recipe" --agent "$dir/none" --chord "$chord" --fwpolicy "$fwpolicy" --output "$dir/bad" >"$dir/noagent.out" 2>"$dir/noagent.err"
check "no agent" says noagent "the guest agent is not built; run make first"
"$recipe" --agent "$agent" --chord "$dir/none" --output "$dir/bad" >"$dir/nochord.out" 2>"$dir/nochord.err"
check "no chord" says nochord "the program chord is not built; run make first"
"$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$dir/none" --output "$dir/bad" >"$dir/nopolicy.out" 2>"$dir/nopolicy.err"
check "no fwpolicy" says nopolicy "the program fwpolicy is not built; run make first"
"$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" --modules "$dir/none" --output "$dir/bad" >/dev/null 2>"$dir/nomodules.err"
check "no kernel modules" says nomodules "install user-mode-linux again or use --modules"
"$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" --output "$dir/agent/x" >/dev/null 2>"$dir/nodir.err"
check "no folder" says nodir "choose another with --output"
"$recipe" --nonsense >/dev/null 2>"$dir/usage.err"
status=$?
check "wrong usage" [ "$status" -eq 2 ]
cp -r "$dir/one/.packages" "$dir/bad/.packages"
"$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" --output "$dir/bad" --size 20M --quiet >/dev/null 2>"$dir/small.err"
check "too small a file system" says small "the file system cannot be made"
check "errors leave nothing" only_packages "$dir/bad"
# A damaged package is noticed and fetched again.
printf X | dd of="$(find "$dir/bad/.packages" -name 'dash_*.deb')" bs=1 seek=5000 conv=notrunc 2>/dev/null
"$recipe" --agent "$agent" --chord "$chord" --fwpolicy "$fwpolicy" --output "$dir/bad" --quiet >"$dir/damaged.out" 2>"$dir/damaged.err"
if grep -q 'cannot be fetched' "$dir/damaged.err"; then
  echo "not tried: a damaged package (no network)"
  check "the network is there, as it was for test.sh" [ -z "${VBET_TESTS_SET_UP-}" ]
else
  check "a damaged package is fetched again" [ "$(basename "$(cat "$dir/damaged.out")")" = "$(basename "$image")" ]
fi

[ "$failures" -eq 0 ]
