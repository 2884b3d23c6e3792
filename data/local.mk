# Build rules of data/.
