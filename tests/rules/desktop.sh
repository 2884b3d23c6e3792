#!/bin/sh
# desktop.sh - what the desktop knows the program by is valid, and the translations are complete.
# Skipped (77) where one of the checkers is missing and the others found nothing.
set -u
top=${VBET_TOP_SRCDIR:?}
build=${VBET_TOP_BUILDDIR:?}
cd "$top" || exit 99
result=0
skipped=

fail() {
  printf '%s\n' "$1"
  result=1
}

# check PROGRAM ARGUMENT…: runs it if it is there.
check() {
  if command -v "$1" >/dev/null 2>&1; then
    "$@" || fail "$*: failed"
  else
    skipped="$skipped $1"
  fi
}

check desktop-file-validate data/net.vbet.Vbet.desktop
# There is no home page to name; newer versions warn of that, which older ones do not know.
metainfo() {
  appstreamcli validate --no-net "$1" >/dev/null 2>&1 || appstreamcli validate --no-net --override=url-homepage-missing=info "$1"
}
if command -v appstreamcli >/dev/null 2>&1; then
  metainfo data/net.vbet.Vbet.metainfo.xml || fail "the metainfo is not valid"
else
  skipped="$skipped appstreamcli"
fi
check xmllint --noout data/mime/net.vbet.Vbet.xml

# The type's database takes the file, and finds the type by a lab's name.
if command -v update-mime-database >/dev/null 2>&1; then
  home=$(mktemp -d) || exit 99
  mkdir -p "$home/mime/packages"
  cp data/mime/net.vbet.Vbet.xml "$home/mime/packages/"
  update-mime-database "$home/mime" || fail "the MIME type is not accepted"
  grep -q 'application/x-vbet:\*\.vbet' "$home/mime/globs2" || fail "*.vbet is no application/x-vbet"
  rm -rf "$home"
else
  skipped="$skipped update-mime-database"
fi

# Version and icon agree with the rest.
version=$(sed -n 's/.*AC_INIT(\[vbet\], \[\([^]]*\)\].*/\1/p' configure.ac)
grep -q "release version=\"$version\"" data/net.vbet.Vbet.metainfo.xml || fail "the metainfo has no release $version"
for icon in scalable/apps/net.vbet.Vbet.svg symbolic/apps/net.vbet.Vbet-symbolic.svg; do
  [ -f "data/icons/hicolor/$icon" ] || fail "there is no icon $icon"
done

# Translations: nothing is left, nothing is doubtful, and formats agree.
for file in po/*.po; do
  [ -e "$file" ] || continue
  language=$(basename "$file" .po)
  summary=$(LC_ALL=C msgfmt --check --statistics --output-file=/dev/null "$file" 2>&1) || fail "$file: $summary"
  case $summary in
  *untranslated* | *fuzzy*) fail "$file: $summary" ;;
  esac
  [ -s "$build/po/$language/LC_MESSAGES/vbet.mo" ] || fail "$language is not built"
  # What is built is what is written: a language that po/local.mk does not name would stay as it once was.
  written=$(msgfmt --output-file=- "$file" | msgunfmt - | grep -c '^msgid')
  built=$(msgunfmt "$build/po/$language/LC_MESSAGES/vbet.mo" | grep -c '^msgid')
  [ "$written" = "$built" ] || fail "$language: $written texts are written, $built are built"
done

if [ "$result" -eq 0 ] && [ -n "$skipped" ]; then
  # What test.sh installs is never missing after it.
  [ -z "${VBET_TESTS_SET_UP-}" ] || { echo "desktop: missing:$skipped"; exit 1; }
  echo "SKIP: not installed:$skipped"
  exit 77
fi
[ "$result" -eq 0 ] && echo "desktop: valid"
exit "$result"
