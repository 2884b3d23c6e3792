# Build rules of src/cli/.
