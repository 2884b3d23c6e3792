#!/bin/sh
# rules.sh - the rules of ARCHITECTURE.md that a program can check.
# Prints each breach as FILE:LINE: what, and fails if there was one.
set -u
top=${VBET_TOP_SRCDIR:?}
build=${VBET_TOP_BUILDDIR:?}
cd "$top" || exit 99
breaches=0

report() {
  printf '%s\n' "$1"
  breaches=$((breaches + 1))
}

# forbid WHERE PATTERN WHY: no line below WHERE may match.
forbid() {
  # shellcheck disable=SC2086
  found=$(grep -rnE --include='*.c' --include='*.h' "$2" $1 2>/dev/null)
  if [ -n "$found" ]; then
    printf '%s\n' "$found" | sed "s|\$|   <- $3|"
    breaches=$((breaches + 1))
  fi
}

# --- arrows: who may include whom ---------------------------------------------
forbid src/base '#include "(capture|engine|switch|nat|guest|cli|gui)/' 'base depends on nothing of ours'
forbid src/capture '#include "(engine|switch|nat|guest|cli|gui)/' 'capture depends on base only'
forbid src/switch '#include "(capture|engine|guest|cli|gui)/' 'switch depends on base only'
forbid src/guest '#include "(capture|engine|switch|cli|gui)/' 'the launcher depends on base only'
forbid src/nat '#include "(capture|engine|switch|guest|cli|gui)/' 'vbet-nat depends on base only'
forbid src/engine/language '#include "(switch|guest|cli|gui)/|#include "engine/(model|lab|guest|switch|host|service|client|rpc|vbetd)' 'language depends on base only'
forbid src/engine/model '#include "(switch|guest|cli|gui)/|#include "engine/(lab|guest|switch|host|service|client|rpc|vbetd)' 'model depends on language only'
forbid src/engine/host '#include "engine/(language|model|lab|guest|switch|service|client|rpc|vbetd)' 'host: processes and sockets, whatever they are for'
forbid src/engine/guest '#include "engine/(lab|switch|service|client|rpc|vbetd)' 'a guest knows neither the lab nor the switch'
forbid src/engine/switch '#include "engine/(lab|guest|service|client|rpc|vbetd)' 'the hand on the switch knows neither the lab nor guests'
forbid src/engine/lab '#include "engine/(service|vbetd)' 'a lab does not know who asks'
forbid src/engine '#include "(capture|switch|guest|nat|cli|gui)/' 'the engine knows neither window nor switch from inside'
forbid src/cli '#include "(switch|guest|gui)/' 'vbetctl speaks to the engine'
forbid src/gui '#include "(switch|guest|cli)/|#include "engine/(lab|guest|switch|host|service|vbetd)' 'the window speaks to the engine as everyone'
forbid 'src/gui/canvas src/gui/panes' '#include "gui/window' 'panes and canvas do not know the window that holds them'
forbid src/gui/model '#include "gui/(canvas|panes)|#include <gtk|#include "gui/window' 'the view model is pure'

# --- pure parts: no clock, socket, file -------------------------------------------
chord=$(find rootfs/chord -name '*.[ch]' ! -name main.c ! -name 'control.[ch]' ! -name 'daemon.[ch]' | sort | tr '\n' ' ')
policy=$(sed -n '/^POLICY_CORE_SOURCES/,/[^\\]$/p' rootfs/local.mk | grep -o 'rootfs/policy/[a-z0-9.]*' | tr '\n' ' ')
for room in src/engine/language src/engine/model src/switch/core "$chord" "$policy"; do
  forbid "$room" '#include <(sys/socket|sys/stat|sys/un|fcntl|unistd|time|sys/time|poll|stdio|gio/gunix.*|glib/gstdio)\.h>' 'a pure part sees no file, socket or clock'
  forbid "$room" '\<(g_get_monotonic_time|g_get_real_time|clock_gettime|g_file_[a-z_]+|fopen|open|socket|g_random_[a-z_]+) \(' 'a pure part sees no file, socket or clock'
done

# --- banned calls -------------------------------------------------------------------
forbid src '\<(system|popen|strcpy|strcat|sprintf|vsprintf|gets|sleep|usleep|gtk_dialog_run|gtk_main|g_spawn_command_line_[a-z]+) \(' 'banned: see CONTRIBUTING.md'

# --- what vbetctl prints came from strangers: it goes through output.h, which cleans it; bytes only where they are the point ----
printers=$(find src/cli -name '*.[ch]' ! -name 'output.[ch]' | sort)
forbid "$printers" '\<(f?printf|vf?printf|dprintf|fputs|puts|fputc|putc|putchar|fwrite|g_print|g_printerr) \(|\<write \((1|2|STD[A-Z]+_FILENO),' 'vbetctl prints by output.h'
printers=$(printf '%s\n' "$printers" | grep -vE '/(cmd-(capture|console|cp|exec|new)|terminal)\.c$')
forbid "$printers" 'vbet_output_write \(' 'bytes as they are only from commands whose point they are'

# --- every source file ----------------------------------------------------------------
for file in $(find src rootfs tests -name '*.c' -o -name '*.h' | sort); do
  head -n 1 "$file" | grep -q '^/\*' || report "$file:1: does not begin with a comment on what it is for"
  case $file in
  src/*.c)
    first=$(grep -m 1 '^#include' "$file")
    [ "$first" = '#include "config.h"' ] || [ "$first" = '#include <config.h>' ] ||
      report "$file: config.h must be the first include"
    ;;
  esac
done

# --- no mutable globals outside main -------------------------------------------------------
# The object files tell: whatever is in .data, .bss or COMMON can change. What GObject's own
# macros make (type ids, parent classes, signal and property tables) is not state of ours.
if grep -q '^VBET_CFLAGS = .*-fsanitize' "$build/Makefile" || grep -q '^VBET_CFLAGS = .*--coverage' "$build/Makefile"; then
  echo "rules: instrumented build, globals not checked"
else
  for object in $(find "$build/src" -name '*.o' | sort); do
    case $object in */*main.o) continue ;; esac
    found=$(objdump -t "$object" | awk '$0 ~ / O (\.data|\.bss|\*COM\*|\.data\.rel|\.data\.rel\.local|\.tbss|\.tdata)\t/ { print $NF }' |
      grep -vE '^(static_g_define_type_id(\.[0-9]+)?|g_define_type_id(\.[0-9]+)?|[A-Za-z_]+_parent_class|[A-Za-z_]+_private_offset|signals|properties|q(\.[0-9]+)?|_?g_[a-z_]*once[a-z_]*(\.[0-9]+)?|gtype_id(\.[0-9]+)?|static_resource)$')
    [ -z "$found" ] || report "${object#"$build"/}: mutable globals: $(printf '%s' "$found" | tr '\n' ' ')"
  done
fi

# --- the style sheet: rules do not nest, as they seem to after a careless merge -----------------
nested=$(awk '/{/ { if (open) print FILENAME ":" FNR ": a rule inside a rule"; open = 1 } /}/ { open = 0 }' src/gui/ui/style.css)
[ -z "$nested" ] || report "$nested"

# --- texts that a person sees go through gettext: what is given to these functions is one --------
forbid src/gui '(gtk_label_new|gtk_button_new_with_label|gtk_button_new_with_mnemonic|gtk_widget_set_tooltip_text|gtk_label_set_text|atk_object_set_name|gtk_entry_set_placeholder_text|gtk_window_set_title) \((.*, )?"[^"]*[[:alpha:]]{2}' 'a text without _ ()'

# --- public functions are told of where they are declared, each type's name means one thing --------------------
python3 tests/rules/doc-comments.py || breaches=$((breaches + 1))
for type in $(grep -rhoE --include='*.[ch]' '^\} Vbet[A-Za-z0-9]+;' src | sort | uniq -d | tr -d '} ;'); do
  report "$(grep -rlE --include='*.[ch]' "^\} $type;" src | tr '\n' ' '): two types are called $type"
done

# --- layout: as clang-format has it; other versions than Debian 12's lay some lines out otherwise ----------
case $(clang-format --version 2>/dev/null) in
*' version 14.'*)
  # shellcheck disable=SC2046
  clang-format --dry-run --Werror $(find src tests rootfs -name '*.[ch]') || breaches=$((breaches + 1))
  ;;
'')
  [ -z "${VBET_TESTS_SET_UP-}" ] || report "clang-format is missing, which test.sh installs"
  ;;
*) echo "rules: layout not checked, by another clang-format than 14" ;;
esac

# --- scripts -------------------------------------------------------------------------------
if command -v shellcheck >/dev/null 2>&1; then
  shellcheck -x run.sh test.sh tools/*.sh tests/rules/*.sh rootfs/build-image kernel/build-kernel || breaches=$((breaches + 1))
elif [ -n "${VBET_TESTS_SET_UP-}" ]; then
  report "shellcheck is missing, which test.sh installs"
fi

[ "$breaches" -eq 0 ] || { echo "rules: $breaches breaches"; exit 1; }
echo "rules: kept"
