# Build rules of src/switch/.
