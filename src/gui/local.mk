# Build rules of src/gui/.
