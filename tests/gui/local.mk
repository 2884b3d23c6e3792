# Build rules of tests/gui/.
