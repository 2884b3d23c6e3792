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

# Looks of the program pane, and the lab language for other editors.
stylesdir = $(pkgdatadir)/styles
dist_styles_DATA = data/styles/vbet-light.xml data/styles/vbet-dark.xml
languagespecsdir = $(datadir)/gtksourceview-4/language-specs
dist_languagespecs_DATA = data/styles/vbet.lang

# Settings of the window. The compiled schema in the build tree serves a program that runs uninstalled.
gsettingsschemasdir = $(datadir)/glib-2.0/schemas
dist_gsettingsschemas_DATA = data/net.vbet.Vbet.gschema.xml
noinst_DATA = data/schemas/gschemas.compiled
CLEANFILES += data/schemas/gschemas.compiled
data/schemas/gschemas.compiled: data/net.vbet.Vbet.gschema.xml
	$(AM_V_GEN)$(MKDIR_P) data/schemas && \
	  $(GLIB_COMPILE_SCHEMAS) --strict --targetdir=data/schemas $(srcdir)/data
