# Translations. A catalogue lands in po/LANGUAGE/LC_MESSAGES/vbet.mo of the
# build tree, where a program that runs uninstalled finds it, and from there
# in $(localedir). "make update-po" takes up new and changed texts.
PO_LANGUAGES = de fr
PO_FILES = $(PO_LANGUAGES:%=po/%.po)
PO_CATALOGUES = $(PO_LANGUAGES:%=po/%/LC_MESSAGES/vbet.mo)
EXTRA_DIST += $(PO_FILES)
CLEANFILES += $(PO_CATALOGUES)

all-local: $(PO_CATALOGUES)

po/%/LC_MESSAGES/vbet.mo: po/%.po
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MSGFMT) --check --output-file=$@ $<

install-data-local: $(PO_CATALOGUES)
	@for language in $(PO_LANGUAGES); do \
	  folder='$(DESTDIR)$(localedir)'/$$language/LC_MESSAGES; \
	  $(MKDIR_P) "$$folder" && $(INSTALL_DATA) po/$$language/LC_MESSAGES/vbet.mo "$$folder" || exit 1; \
	done

uninstall-local:
	@for language in $(PO_LANGUAGES); do \
	  rm -f '$(DESTDIR)$(localedir)'/$$language/LC_MESSAGES/vbet.mo; \
	done

.PHONY: update-po
update-po:
	cd $(srcdir) && { find src/gui -name '*.[ch]' -o -name '*.ui'; printf '%s\n' src/base/impairment.h src/engine/model/kinds.c src/engine/model/reach.c src/engine/model/schema.c; } | LC_ALL=C sort | \
	  $(XGETTEXT) --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=ngettext:1,2 \
	    --package-name=vbet --add-comments=Translators --files-from=- --output=po/vbet.pot
	cd $(srcdir) && for language in $(PO_LANGUAGES); do \
	  $(MSGMERGE) --quiet --update --backup=none po/$$language.po po/vbet.pot || exit 1; \
	done
