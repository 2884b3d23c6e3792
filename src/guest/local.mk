# Build rules of src/guest/.
