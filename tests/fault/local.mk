# Build rules of tests/fault/.
