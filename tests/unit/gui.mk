# Unit tests of gui.
