# Tests of the window under Xvfb; they are skipped where xvfb-run, xdotool, dbus or python3-gi are missing.
TESTS += tests/gui/test-acceptance.py
EXTRA_DIST += tests/gui/test-acceptance.py
TESTS += tests/gui/test-app.py
EXTRA_DIST += tests/gui/test-app.py
TESTS += tests/gui/test-arrange.py
EXTRA_DIST += tests/gui/test-arrange.py
TESTS += tests/gui/test-captures.py tests/gui/test-remote.py tests/gui/test-measure.py
EXTRA_DIST += tests/gui/test-captures.py tests/gui/test-remote.py tests/gui/test-measure.py
TESTS += tests/gui/test-consoles.py
EXTRA_DIST += tests/gui/test-consoles.py
TESTS += tests/gui/test-guests.py
EXTRA_DIST += tests/gui/test-guests.py
TESTS += tests/gui/test-guests-paste.py
EXTRA_DIST += tests/gui/test-guests-paste.py
TESTS += tests/gui/test-inspector.py
EXTRA_DIST += tests/gui/test-inspector.py
TESTS += tests/gui/test-networks.py
EXTRA_DIST += tests/gui/test-networks.py
TESTS += tests/gui/test-panes.py
EXTRA_DIST += tests/gui/test-panes.py
TESTS += tests/gui/test-running.py
EXTRA_DIST += tests/gui/test-running.py
TESTS += tests/gui/test-start.py
EXTRA_DIST += tests/gui/test-start.py
TESTS += tests/gui/test-trust.py
EXTRA_DIST += tests/gui/test-trust.py
TESTS += tests/gui/test-window.py
EXTRA_DIST += tests/gui/test-window.py
EXTRA_DIST += tests/gui/vbetgui.py
TESTS += tests/gui/test-edit.py
EXTRA_DIST += tests/gui/test-edit.py

# The window as it is, but for where it finds vbetd.
check_PROGRAMS += tests/gui/vbet-fake
tests_gui_vbet_fake_SOURCES = src/gui/main.c tests/unit/fake-paths.c
nodist_tests_gui_vbet_fake_SOURCES = src/gui/resources.c
tests_gui_vbet_fake_CFLAGS = $(AM_CFLAGS) $(GTK_CFLAGS)
tests_gui_vbet_fake_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=vbet_paths_program
tests_gui_vbet_fake_LDADD = $(bin_vbet_LDADD)

TESTS += tests/gui/test-picture.py
EXTRA_DIST += tests/gui/test-picture.py

# The pictures of doc/gallery.md, made anew from real labs; to be looked at before they are committed.
EXTRA_DIST += tests/gui/gallery.py
.PHONY: gallery
gallery: all
	VBET_TOP_SRCDIR='$(abs_top_srcdir)' VBET_TOP_BUILDDIR='$(abs_top_builddir)' GSETTINGS_BACKEND=memory \
	  python3 $(srcdir)/tests/gui/gallery.py
	$(MKDIR_P) $(srcdir)/doc/gallery
	for shot in start ospf projector calls cable live tree gateway packets lines large dark; do \
	  cp tests/gui/shots/gallery-$$shot.png $(srcdir)/doc/gallery/$$shot.png || exit 1; \
	done
