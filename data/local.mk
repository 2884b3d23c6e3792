# Build rules of data/: manual pages, completion.
dist_man_MANS += \
	data/man/vbet.1 \
	data/man/vbet-language.5 \
	data/man/vbetctl.1 \
	data/man/vbetd.8
dist_bashcompletion_DATA = data/bash-completion/vbetctl

labsdir = $(pkgdatadir)/labs
dist_labs_DATA = \
	data/labs/firewall.vbet \
	data/labs/ospf-flapping.vbet \
	data/labs/star.vbet
