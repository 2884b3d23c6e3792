# Build rules of tests/bench/.
