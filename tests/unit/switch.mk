# Unit tests of switch.
