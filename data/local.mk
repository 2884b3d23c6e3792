# Build rules of data/: manual pages, completion.
dist_man_MANS += \
	data/man/vbet.1 \
	data/man/vbet-language.5 \
	data/man/vbet-security.7 \
	data/man/vbetctl.1 \
	data/man/vbetd.8
dist_bashcompletion_DATA = data/bash-completion/vbetctl

labsdir = $(pkgdatadir)/labs
dist_labs_DATA = \
	data/labs/access-point.vbet \
	data/labs/bgp-hijack.vbet \
	data/labs/bgp-two-providers.vbet \
	data/labs/bufferbloat.vbet \
	data/labs/chord-ring.vbet \
	data/labs/dhcp.vbet \
	data/labs/firewall.vbet \
	data/labs/first-ping.vbet \
	data/labs/hub-and-switch.vbet \
	data/labs/ipv6-slaac.vbet \
	data/labs/mpls-ldp.vbet \
	data/labs/multicast.vbet \
	data/labs/nat-and-port-forward.vbet \
	data/labs/ospf-areas.vbet \
	data/labs/ospf-flapping.vbet \
	data/labs/path-mtu.vbet \
	data/labs/spanning-tree.vbet \
	data/labs/star.vbet \
	data/labs/static-routes.vbet \
	data/labs/vlans-and-trunk.vbet \
	data/labs/vrrp.vbet \
	data/labs/vxlan.vbet \
	data/labs/wireguard.vbet

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

# What the desktop knows the program by.
desktopdir = $(datadir)/applications
dist_desktop_DATA = data/net.vbet.Vbet.desktop
metainfodir = $(datadir)/metainfo
dist_metainfo_DATA = data/net.vbet.Vbet.metainfo.xml
mimedir = $(datadir)/mime/packages
dist_mime_DATA = data/mime/net.vbet.Vbet.xml
scalableiconsdir = $(datadir)/icons/hicolor/scalable/apps
dist_scalableicons_DATA = data/icons/hicolor/scalable/apps/net.vbet.Vbet.svg
symboliciconsdir = $(datadir)/icons/hicolor/symbolic/apps
dist_symbolicicons_DATA = data/icons/hicolor/symbolic/apps/net.vbet.Vbet-symbolic.svg

# The caches of all that: never below a DESTDIR (a package has triggers for them), and only by what is there.
AM_DISTCHECK_CONFIGURE_FLAGS = --disable-desktop-caches
DESKTOP_CACHES = \
	{ ! command -v glib-compile-schemas || glib-compile-schemas '$(gsettingsschemasdir)'; } ; \
	{ ! command -v update-desktop-database || update-desktop-database -q '$(desktopdir)'; } ; \
	{ ! command -v update-mime-database || update-mime-database '$(datadir)/mime'; } ; \
	{ ! command -v gtk-update-icon-cache || gtk-update-icon-cache -qtf '$(datadir)/icons/hicolor'; }
if DESKTOP_CACHES
install-data-hook:
	@if test -z '$(DESTDIR)'; then $(DESKTOP_CACHES); fi >/dev/null 2>&1 || true
uninstall-hook:
	@if test -z '$(DESTDIR)'; then $(DESKTOP_CACHES); fi >/dev/null 2>&1 || true
endif

TESTS += tests/rules/desktop.sh
EXTRA_DIST += tests/rules/desktop.sh
