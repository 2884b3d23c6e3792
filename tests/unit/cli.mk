# Unit tests of cli.
CLI_LIBS = libvbet-cli.a libvbet-client.a libvbet-model.a libvbet-language.a libvbet-base.a \
	$(JSONRPC_LIBS) $(JSON_LIBS) $(GLIB_LIBS)

check_PROGRAMS += tests/unit/test-cli-output
TESTS += tests/unit/test-cli-output
tests_unit_test_cli_output_SOURCES = tests/unit/test-cli-output.c
tests_unit_test_cli_output_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_cli_output_LDADD = $(CLI_LIBS) $(TEST_LIBS)
