# Tests of the window under Xvfb; they are skipped where xvfb-run, xdotool, dbus or python3-gi are missing.
EXTRA_DIST += tests/gui/vbetgui.py tests/gui/test-window.py
