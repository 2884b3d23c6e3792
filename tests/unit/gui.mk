# Unit tests of gui: what needs no display.
GUI_TEST_LIBS = libvbet-view.a libvbet-model.a libvbet-language.a libvbet-base.a $(TEST_LIBS) \
	$(GTK_LIBS) $(RSVG_LIBS) $(GLIB_LIBS) -lm

check_PROGRAMS += tests/unit/test-gui-document
TESTS += tests/unit/test-gui-document
tests_unit_test_gui_document_SOURCES = tests/unit/test-gui-document.c
tests_unit_test_gui_document_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_document_LDADD = $(GUI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-gui-layout
TESTS += tests/unit/test-gui-layout
tests_unit_test_gui_layout_SOURCES = tests/unit/test-gui-layout.c
tests_unit_test_gui_layout_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_layout_LDADD = $(GUI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-gui-addresses
TESTS += tests/unit/test-gui-addresses
tests_unit_test_gui_addresses_SOURCES = tests/unit/test-gui-addresses.c
tests_unit_test_gui_addresses_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_addresses_LDADD = $(GUI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-gui-arrange
TESTS += tests/unit/test-gui-arrange
tests_unit_test_gui_arrange_SOURCES = tests/unit/test-gui-arrange.c
tests_unit_test_gui_arrange_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_arrange_LDADD = $(GUI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-gui-clipboard
TESTS += tests/unit/test-gui-clipboard
tests_unit_test_gui_clipboard_SOURCES = tests/unit/test-gui-clipboard.c
tests_unit_test_gui_clipboard_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_clipboard_LDADD = $(GUI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-gui-view
TESTS += tests/unit/test-gui-view
tests_unit_test_gui_view_SOURCES = tests/unit/test-gui-view.c
tests_unit_test_gui_view_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS) $(GTK_CFLAGS)
tests_unit_test_gui_view_LDADD = $(GUI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-gui-runner
TESTS += tests/unit/test-gui-runner
tests_unit_test_gui_runner_SOURCES = tests/unit/test-gui-runner.c tests/unit/fake-engine.c tests/unit/fake-engine.h \
	tests/unit/fake-paths.c
tests_unit_test_gui_runner_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_runner_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=vbet_paths_program
tests_unit_test_gui_runner_LDADD = libvbet-view.a libvbet-client.a libvbet-capture.a $(GUI_TEST_LIBS) $(JSON_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-gui-session
TESTS += tests/unit/test-gui-session
tests_unit_test_gui_session_SOURCES = tests/unit/test-gui-session.c
tests_unit_test_gui_session_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_session_LDADD = $(GUI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-gui-figures
TESTS += tests/unit/test-gui-figures
tests_unit_test_gui_figures_SOURCES = tests/unit/test-gui-figures.c tests/unit/fake-engine.c tests/unit/fake-engine.h \
	tests/unit/fake-paths.c
tests_unit_test_gui_figures_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_figures_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=vbet_paths_program
tests_unit_test_gui_figures_LDADD = libvbet-view.a libvbet-client.a libvbet-capture.a $(GUI_TEST_LIBS) $(JSON_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-gui-grid
TESTS += tests/unit/test-gui-grid
tests_unit_test_gui_grid_SOURCES = tests/unit/test-gui-grid.c
tests_unit_test_gui_grid_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_grid_LDADD = $(GUI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-gui-blurb
TESTS += tests/unit/test-gui-blurb
tests_unit_test_gui_blurb_SOURCES = tests/unit/test-gui-blurb.c
tests_unit_test_gui_blurb_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_blurb_LDADD = $(GUI_TEST_LIBS)
check_PROGRAMS += tests/unit/test-gui-complete
TESTS += tests/unit/test-gui-complete
tests_unit_test_gui_complete_SOURCES = tests/unit/test-gui-complete.c
tests_unit_test_gui_complete_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_complete_LDADD = $(GUI_TEST_LIBS)
check_PROGRAMS += tests/unit/test-gui-form
TESTS += tests/unit/test-gui-form
tests_unit_test_gui_form_SOURCES = tests/unit/test-gui-form.c
tests_unit_test_gui_form_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_form_LDADD = $(GUI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-gui-autosave
TESTS += tests/unit/test-gui-autosave
tests_unit_test_gui_autosave_SOURCES = tests/unit/test-gui-autosave.c
tests_unit_test_gui_autosave_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_autosave_LDADD = $(GUI_TEST_LIBS)

check_PROGRAMS += tests/unit/test-gui-snap
TESTS += tests/unit/test-gui-snap
tests_unit_test_gui_snap_SOURCES = tests/unit/test-gui-snap.c
tests_unit_test_gui_snap_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_snap_LDADD = $(GUI_TEST_LIBS)
check_PROGRAMS += tests/unit/test-gui-panes
TESTS += tests/unit/test-gui-panes
tests_unit_test_gui_panes_SOURCES = tests/unit/test-gui-panes.c
tests_unit_test_gui_panes_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_gui_panes_LDADD = $(GUI_TEST_LIBS)
