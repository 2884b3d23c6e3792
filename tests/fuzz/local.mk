# Build rules of tests/fuzz/.
