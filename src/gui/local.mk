# The window. libvbet-view: what needs no display (document, layout, view model,
# drawing, the running lab); libvbet-gui: widgets.
noinst_LIBRARIES += libvbet-view.a
libvbet_view_a_SOURCES = \
	src/gui/canvas/colours.c \
	src/gui/canvas/draw-cable.c \
	src/gui/canvas/draw-private.h \
	src/gui/canvas/draw-text.c \
	src/gui/canvas/draw.c \
	src/gui/canvas/draw.h \
	src/gui/canvas/glyph.c \
	src/gui/canvas/layer.c \
	src/gui/canvas/layer.h \
	src/gui/canvas/picture.c \
	src/gui/measurements.c \
	src/gui/measurements.h \
	src/gui/capture-link.c \
	src/gui/capture-link.h \
	src/gui/demo.c \
	src/gui/demo.h \
	src/gui/export.c \
	src/gui/export.h \
	src/gui/figures.c \
	src/gui/figures.h \
	src/gui/poller.c \
	src/gui/poller.h \
	src/gui/graphviz.c \
	src/gui/graphviz.h \
	src/gui/model/arrange-dot.c \
	src/gui/model/arrange.c \
	src/gui/model/arrange.h \
	src/gui/autosave.c \
	src/gui/autosave.h \
	src/gui/file-save.c \
	src/gui/file-save.h \
	src/gui/model/blurb.c \
	src/gui/model/blurb.h \
	src/gui/model/call-filter.c \
	src/gui/model/call-filter.h \
	src/gui/model/complete.c \
	src/gui/model/complete.h \
	src/gui/model/document.c \
	src/gui/model/document.h \
	src/gui/model/form.c \
	src/gui/model/form.h \
	src/gui/model/find.c \
	src/gui/model/find.h \
	src/gui/model/geometry.h \
	src/gui/model/grid.c \
	src/gui/model/grid.h \
	src/gui/model/layout.c \
	src/gui/model/layout.h \
	src/gui/model/predict.c \
	src/gui/model/predict.h \
	src/gui/model/rates.c \
	src/gui/model/rates.h \
	src/gui/model/session-cables.c \
	src/gui/model/session-arrange.c \
	src/gui/model/places.c \
	src/gui/model/places.h \
	src/gui/model/session-clipboard.c \
	src/gui/model/session-attributes.c \
	src/gui/model/session-gestures.c \
	src/gui/model/session-notes.c \
	src/gui/model/session-private.h \
	src/gui/model/session-live.c \
	src/gui/model/storm.c src/gui/model/storm.h \
	src/gui/model/session-select.c \
	src/gui/model/session.c \
	src/gui/model/session.h \
	src/gui/model/snap.c \
	src/gui/model/snap.h \
	src/gui/model/view-cables.c \
	src/gui/model/view-handles.c \
	src/gui/model/view-index.c \
	src/gui/model/view-private.h \
	src/gui/model/view-query.c \
	src/gui/model/view-tool.c \
	src/gui/model/view-update.c \
	src/gui/model/view.c \
	src/gui/model/view.h \
	src/gui/reply.c \
	src/gui/reply.h \
	src/gui/runner.c \
	src/gui/runner.h \
	src/gui/tag.c \
	src/gui/tag.h \
	src/gui/transfer.c \
	src/gui/transfer.h
nodist_libvbet_view_a_SOURCES = src/gui/icons.c
libvbet_view_a_CFLAGS = $(AM_CFLAGS) $(GTK_CFLAGS) $(RSVG_CFLAGS)

noinst_LIBRARIES += libvbet-gui.a
libvbet_gui_a_SOURCES = \
	src/gui/canvas/accessible.c \
	src/gui/canvas/accessible.h \
	src/gui/canvas/canvas-describe.c \
	src/gui/canvas/canvas-input.c \
	src/gui/canvas/canvas-navigate.c \
	src/gui/canvas/canvas-paint.c \
	src/gui/canvas/canvas-private.h \
	src/gui/canvas/canvas.c \
	src/gui/canvas/canvas.h \
	src/gui/canvas/minimap.c \
	src/gui/canvas/minimap.h \
	src/gui/canvas/tool-cable.c \
	src/gui/canvas/tool-place.c \
	src/gui/canvas/tool-select.c \
	src/gui/canvas/tool-wire.c \
	src/gui/canvas/tool.h \
	src/gui/panes/broadcast-bar.c \
	src/gui/panes/broadcast-bar.h \
	src/gui/panes/calls.c \
	src/gui/panes/calls.h \
	src/gui/panes/console-tab.c \
	src/gui/panes/console-tab.h \
	src/gui/panes/console-window.c \
	src/gui/panes/console-window.h \
	src/gui/panes/consoles-private.h \
	src/gui/panes/consoles-several.c \
	src/gui/panes/consoles.c \
	src/gui/panes/consoles.h \
	src/gui/panes/copies.c \
	src/gui/panes/copies.h \
	src/gui/panes/find-bar.c \
	src/gui/panes/find-bar.h \
	src/gui/panes/link.c \
	src/gui/panes/link.h \
	src/gui/lab-list.c \
	src/gui/lab-list.h \
	src/gui/panes/generator.c \
	src/gui/panes/generator.h \
	src/gui/panes/lab-picture.c \
	src/gui/panes/lab-picture.h \
	src/gui/panes/field-editor.c \
	src/gui/panes/field-private.h \
	src/gui/panes/field.c \
	src/gui/panes/field.h \
	src/gui/panes/inspector-cable.c \
	src/gui/panes/inspector-form.c \
	src/gui/panes/inspector-outside.c \
	src/gui/panes/network.c src/gui/panes/network.h \
	src/gui/panes/inspector-head.c \
	src/gui/panes/inspector-private.h \
	src/gui/panes/inspector.c \
	src/gui/panes/inspector.h \
	src/gui/panes/measured.c \
	src/gui/panes/measured.h \
	src/gui/panes/resources.c \
	src/gui/panes/resources.h \
	src/gui/panes/status.c \
	src/gui/panes/status.h \
	src/gui/panes/find.c \
	src/gui/panes/find.h \
	src/gui/panes/notices.c \
	src/gui/panes/notices.h \
	src/gui/panes/packets.c \
	src/gui/panes/packets.h \
	src/gui/panes/palette.c \
	src/gui/panes/palette.h \
	src/gui/panes/problems.c \
	src/gui/panes/problems.h \
	src/gui/panes/history.c \
	src/gui/panes/history.h \
	src/gui/panes/program-complete.c \
	src/gui/panes/program-edit.c \
	src/gui/panes/program-find.c \
	src/gui/panes/program-fix.c \
	src/gui/panes/program-look.c \
	src/gui/panes/program-private.h \
	src/gui/panes/program.c \
	src/gui/panes/program.h \
	src/gui/panes/run-on.c \
	src/gui/panes/run-on.h \
	src/gui/panes/state-dot.c \
	src/gui/panes/state-dot.h \
	src/gui/panes/terminal-look.c \
	src/gui/panes/terminal-look.h \
	src/gui/panes/terminal-menu.c \
	src/gui/panes/terminal-private.h \
	src/gui/panes/steps.c \
	src/gui/panes/steps.h \
	src/gui/panes/terminal.c \
	src/gui/panes/terminal.h \
	src/gui/panes/tiles.c \
	src/gui/panes/tiles.h \
	src/gui/appearance.c \
	src/gui/appearance.h \
	src/gui/help.c \
	src/gui/help.h \
	src/gui/preferences.c \
	src/gui/preferences.h \
	src/gui/settings.c \
	src/gui/settings.h \
	src/gui/application.c \
	src/gui/application.h \
	src/gui/window/actions.c \
	src/gui/window/arrange.c \
	src/gui/window/consoles.c \
	src/gui/window/copy.c \
	src/gui/window/edit.c \
	src/gui/window/file.c \
	src/gui/window/capture.c \
	src/gui/window/hands.c \
	src/gui/window/inplace.c \
	src/gui/window/inspector.c \
	src/gui/window/measure.c \
	src/gui/window/navigate.c \
	src/gui/window/networks.c \
	src/gui/panes/start-page.c \
	src/gui/panes/start-page.h \
	src/gui/window/panes.c \
	src/gui/window/view.c \
	src/gui/window/picture.c \
	src/gui/window/private.h \
	src/gui/window/keep.c \
	src/gui/window/start.c \
	src/gui/window/trust.c \
	src/gui/window/window.c \
	src/gui/window/window.h
libvbet_gui_a_CFLAGS = $(AM_CFLAGS) $(GTK_CFLAGS) $(VTE_CFLAGS) $(SOURCEVIEW_CFLAGS)

# Layouts, menus and style, compiled in.
GUI_RESOURCES = src/gui/ui/window.ui src/gui/ui/menus.ui src/gui/ui/shortcuts.ui src/gui/ui/style.css
EXTRA_DIST += src/gui/ui/vbet.gresource.xml $(GUI_RESOURCES) doc/screenshot.png doc/gallery.md \
	doc/gallery/start.png doc/gallery/ospf.png doc/gallery/projector.png doc/gallery/calls.png \
	doc/gallery/cable.png doc/gallery/live.png doc/gallery/large.png doc/gallery/dark.png
CLEANFILES += src/gui/resources.c
src/gui/resources.c: src/gui/ui/vbet.gresource.xml $(GUI_RESOURCES)
	$(AM_V_GEN)$(MKDIR_P) src/gui && $(GLIB_COMPILE_RESOURCES) --generate-source --target=$@ --internal \
	  --sourcedir=$(top_srcdir)/src/gui/ui $(top_srcdir)/src/gui/ui/vbet.gresource.xml

# The pictures of devices and tools.
VBET_ICONS = \
	src/gui/icons/access-point.svg \
	src/gui/icons/cable.svg \
	src/gui/icons/camera.svg \
	src/gui/icons/cloud.svg \
	src/gui/icons/database.svg \
	src/gui/icons/firewall.svg \
	src/gui/icons/frame.svg \
	src/gui/icons/gateway.svg \
	src/gui/icons/globe.svg \
	src/gui/icons/host.svg \
	src/gui/icons/hub.svg \
	src/gui/icons/laptop.svg \
	src/gui/icons/note.svg \
	src/gui/icons/phone.svg \
	src/gui/icons/printer.svg \
	src/gui/icons/remote.svg \
	src/gui/icons/router.svg \
	src/gui/icons/select.svg \
	src/gui/icons/server.svg \
	src/gui/icons/switch.svg \
	src/gui/icons/tablet.svg \
	src/gui/icons/tap.svg
EXTRA_DIST += src/gui/icons/icons.gresource.xml $(VBET_ICONS)
CLEANFILES += src/gui/icons.c
src/gui/icons.c: src/gui/icons/icons.gresource.xml $(VBET_ICONS)
	$(AM_V_GEN)$(MKDIR_P) src/gui && $(GLIB_COMPILE_RESOURCES) --generate-source --target=$@ --internal \
	  --c-name=vbet_icons --sourcedir=$(top_srcdir)/src/gui/icons $(top_srcdir)/src/gui/icons/icons.gresource.xml

bin_PROGRAMS += bin/vbet
bin_vbet_SOURCES = src/gui/main.c
nodist_bin_vbet_SOURCES = src/gui/resources.c
bin_vbet_CFLAGS = $(AM_CFLAGS) $(GTK_CFLAGS)
bin_vbet_LDADD = libvbet-gui.a libvbet-view.a libvbet-client.a libvbet-capture.a libvbet-model.a libvbet-language.a libvbet-base.a \
	$(VTE_LIBS) $(SOURCEVIEW_LIBS) $(GTK_LIBS) $(RSVG_LIBS) $(JSON_LIBS) $(GLIB_LIBS) -lm
