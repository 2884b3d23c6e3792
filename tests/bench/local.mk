# Build rules of tests/bench/.

EXTRA_PROGRAMS += tests/bench/bench-language
BENCHES += tests/bench/bench-language
CLEANFILES += tests/bench/bench-language
tests_bench_bench_language_SOURCES = tests/bench/bench-language.c
tests_bench_bench_language_LDADD = libvbet-model.a libvbet-language.a libvbet-base.a $(JSON_LIBS) $(GLIB_LIBS)

EXTRA_PROGRAMS += tests/bench/bench-switch
BENCHES += tests/bench/bench-switch
CLEANFILES += tests/bench/bench-switch
tests_bench_bench_switch_SOURCES = tests/bench/bench-switch.c tests/bench/bench-cable.c tests/bench/bench-cable.h \
	tests/bench/bench-ends.c tests/bench/bench-ends.h tests/bench/bench-rings.c tests/bench/bench-table.c \
	tests/bench/bench-table.h tests/bench/bench-targets.c tests/bench/bench-targets.h
tests_bench_bench_switch_LDADD = libvbet-runtime.a libvbet-client.a libvbet-switch.a libvbet-base.a $(SECCOMP_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm
EXTRA_tests_bench_bench_switch_DEPENDENCIES = bin/vbet-switch

CLEANFILES += bench-table.md

# Whole labs, on real guests. bench-udp runs inside of them.
EXTRA_PROGRAMS += tests/bench/bench-udp
CLEANFILES += tests/bench/bench-udp
tests_bench_bench_udp_SOURCES = tests/bench/bench-udp.c
tests_bench_bench_udp_LDFLAGS = -static -s
tests_bench_bench_udp_LDADD =
PYTHON_BENCHES = tests/bench/bench-labs.py tests/bench/bench-tcp.py tests/bench/bench-scale.py tests/bench/bench-walls.py \
	tests/bench/bench-clients.py tests/bench/bench-share.py
BENCHES += $(PYTHON_BENCHES)
EXTRA_DIST += $(PYTHON_BENCHES) doc/performance.md

# Frames of the canvas.
EXTRA_PROGRAMS += tests/bench/bench-canvas
BENCHES += tests/bench/bench-canvas tests/bench/bench-window.py
EXTRA_DIST += tests/bench/bench-window.py
CLEANFILES += tests/bench/bench-canvas
tests_bench_bench_canvas_SOURCES = tests/bench/bench-canvas.c
tests_bench_bench_canvas_CFLAGS = $(AM_CFLAGS) $(GTK_CFLAGS)
tests_bench_bench_canvas_LDADD = libvbet-gui.a libvbet-view.a libvbet-client.a libvbet-capture.a libvbet-model.a libvbet-language.a \
	libvbet-base.a $(VTE_LIBS) $(SOURCEVIEW_LIBS) $(GTK_LIBS) $(RSVG_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm
