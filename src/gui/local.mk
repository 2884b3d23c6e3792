# The window. libvbet-view: what needs no display (document, layout, view model,
# drawing); libvbet-gui: widgets.
noinst_LIBRARIES += libvbet-view.a
libvbet_view_a_SOURCES = \
	src/gui/canvas/draw.c \
	src/gui/canvas/draw.h \
	src/gui/canvas/glyph.c \
	src/gui/model/document.c \
	src/gui/model/document.h \
	src/gui/model/geometry.h \
	src/gui/model/layout.c \
	src/gui/model/layout.h \
	src/gui/model/session-gestures.c \
	src/gui/model/session-private.h \
	src/gui/model/session.c \
	src/gui/model/session.h \
	src/gui/model/view.c \
	src/gui/model/view.h
libvbet_view_a_CFLAGS = $(AM_CFLAGS) $(GTK_CFLAGS)

noinst_LIBRARIES += libvbet-gui.a
libvbet_gui_a_SOURCES = \
	src/gui/canvas/accessible.c \
	src/gui/canvas/accessible.h \
	src/gui/canvas/canvas-input.c \
	src/gui/canvas/canvas-private.h \
	src/gui/canvas/canvas.c \
	src/gui/canvas/canvas.h \
	src/gui/canvas/tool-cable.c \
	src/gui/canvas/tool-place.c \
	src/gui/canvas/tool-select.c \
	src/gui/canvas/tool.h
libvbet_gui_a_CFLAGS = $(AM_CFLAGS) $(GTK_CFLAGS) $(VTE_CFLAGS) $(SOURCEVIEW_CFLAGS)
