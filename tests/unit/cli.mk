# Unit tests of cli: vbetctl as a process, with a fake engine.

# vbetctl as it is, but for where it finds vbetd.
check_PROGRAMS += tests/unit/vbetctl-fake tests/unit/fake-vbetd
tests_unit_vbetctl_fake_SOURCES = src/cli/main.c tests/unit/fake-paths.c
tests_unit_vbetctl_fake_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=vbet_paths_program
tests_unit_vbetctl_fake_LDADD = $(CLI_LIBS)
tests_unit_fake_vbetd_SOURCES = tests/unit/fake-vbetd.c tests/unit/fake-engine.c tests/unit/fake-engine.h
tests_unit_fake_vbetd_LDADD = libvbet-client.a libvbet-base.a $(JSON_LIBS) $(GLIB_LIBS)

noinst_LIBRARIES += libvbet-test-cli.a
libvbet_test_cli_a_SOURCES = \
	tests/unit/cli-runner.c \
	tests/unit/cli-runner.h \
	tests/unit/fake-engine.c \
	tests/unit/fake-engine.h
libvbet_test_cli_a_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)

CLI_TESTS = \
	tests/unit/test-cli-console \
	tests/unit/test-cli-docs \
	tests/unit/test-cli-host \
	tests/unit/test-cli-lab \
	tests/unit/test-cli-output \
	tests/unit/test-cli-start \
	tests/unit/test-cli-text \
	tests/unit/test-cli-usage
check_PROGRAMS += $(CLI_TESTS)
TESTS += $(CLI_TESTS)
CLI_TEST_LIBS = libvbet-test-cli.a $(CLI_LIBS) $(TEST_LIBS)

tests_unit_test_cli_console_SOURCES = tests/unit/test-cli-console.c
tests_unit_test_cli_console_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_cli_console_LDADD = $(CLI_TEST_LIBS)
tests_unit_test_cli_docs_SOURCES = tests/unit/test-cli-docs.c
tests_unit_test_cli_docs_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_cli_docs_LDADD = $(CLI_TEST_LIBS)
tests_unit_test_cli_lab_SOURCES = tests/unit/test-cli-lab.c
tests_unit_test_cli_lab_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_cli_lab_LDADD = $(CLI_TEST_LIBS)
tests_unit_test_cli_output_SOURCES = tests/unit/test-cli-output.c
tests_unit_test_cli_output_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_cli_output_LDADD = $(CLI_TEST_LIBS)
tests_unit_test_cli_start_SOURCES = tests/unit/test-cli-start.c
tests_unit_test_cli_start_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_cli_start_LDADD = $(CLI_TEST_LIBS)
tests_unit_test_cli_text_SOURCES = tests/unit/test-cli-text.c
tests_unit_test_cli_text_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_cli_text_LDADD = $(CLI_TEST_LIBS)
tests_unit_test_cli_usage_SOURCES = tests/unit/test-cli-usage.c
tests_unit_test_cli_usage_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_cli_usage_LDADD = $(CLI_TEST_LIBS)
tests_unit_test_cli_host_SOURCES = tests/unit/test-cli-host.c
tests_unit_test_cli_host_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
tests_unit_test_cli_host_LDADD = $(CLI_TEST_LIBS)
