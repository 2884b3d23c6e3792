# vbetctl. All but its main() is a library, so that tests can link it.
CLI_LIBS = libvbet-cli.a libvbet-client.a libvbet-capture.a libvbet-runtime.a libvbet-model.a libvbet-language.a libvbet-base.a \
	$(PCAP_LIBS) $(JSON_LIBS) $(GLIB_LIBS)
noinst_LIBRARIES += libvbet-cli.a
libvbet_cli_a_SOURCES = \
	src/cli/alarm-list.c \
	src/cli/alarm-list.h \
	src/cli/call-list.c \
	src/cli/call-list.h \
	src/cli/cmd-apply.c \
	src/cli/cmd-call.c \
	src/cli/cmd-calls.c \
	src/cli/cmd-capture.c \
	src/cli/cmd-check.c \
	src/cli/cmd-console.c \
	src/cli/cmd-cp.c \
	src/cli/cmd-doctor.c \
	src/cli/cmd-exec.c \
	src/cli/cmd-fmt.c \
	src/cli/cmd-image.c \
	src/cli/cmd-kernel.c \
	src/cli/cmd-measure.c \
	src/cli/cmd-new.c \
	src/cli/cmd-ps.c \
	src/cli/cmd-run.c \
	src/cli/cmd-show.c \
	src/cli/cmd-status.c \
	src/cli/cmd-step.c \
	src/cli/cmd-stop.c \
	src/cli/cmd-test.c \
	src/cli/command.c \
	src/cli/command.h \
	src/cli/commands.c \
	src/cli/connection.c \
	src/cli/consent.c \
	src/cli/consent.h \
	src/cli/connection.h \
	src/cli/doctor-guest.c \
	src/cli/doctor-kernel.c \
	src/cli/doctor-lab.c \
	src/cli/doctor-space.c \
	src/cli/doctor.c \
	src/cli/doctor.h \
	src/cli/escape.c \
	src/cli/escape.h \
	src/cli/interrupt.c \
	src/cli/interrupt.h \
	src/cli/lab-file.c \
	src/cli/lab-file.h \
	src/cli/output.c \
	src/cli/output.h \
	src/cli/progress.c \
	src/cli/progress.h \
	src/cli/recipe.c \
	src/cli/recipe.h \
	src/cli/report.c \
	src/cli/report.h \
	src/cli/result-list.c \
	src/cli/result-list.h \
	src/cli/start.c \
	src/cli/start.h \
	src/cli/terminal.c \
	src/cli/terminal.h

bin_PROGRAMS += bin/vbetctl
bin_vbetctl_SOURCES = src/cli/main.c
bin_vbetctl_LDADD = $(CLI_LIBS)
