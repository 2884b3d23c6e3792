# Build rules of rootfs/.
