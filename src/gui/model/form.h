/* form.h - what the inspector's form shows, and how its editors' texts become values of the language.
 *
 * Made from the table of attributes (engine/model/schema.h) and a topology. An
 * editor's text is what people type ("10", "10.0.0.1/24 10.0.0.2/24", a whole
 * configuration); a value's text is how the lab's text has it ("10ms",
 * "[10.0.0.1/24, 10.0.0.2/24]", raw text in quotes). Pure.
 */
#pragma once

#include "engine/model/gesture.h"
#include "engine/model/topology.h"

/* How an attribute is edited. */
typedef enum {
  VBET_EDITOR_ENTRY,  /* one line */
  VBET_EDITOR_NAMES,  /* one line, and a list of names that there are on this host */
  VBET_EDITOR_FOLDER, /* one line, and a button that chooses a folder */
  VBET_EDITOR_SWITCH, /* yes or no */
  VBET_EDITOR_CHOICE, /* one of spec->choices */
  VBET_EDITOR_CHECKS, /* any of spec->choices */
  VBET_EDITOR_TEXT,   /* many lines */
  VBET_EDITOR_COLOR,
} VbetEditor;

/* One attribute of all the objects that are looked at. */
typedef struct {
  const VbetAttributeSpec *spec; /* of the first object */
  const char *label;             /* for people, not translated yet */
  VbetEditor editor;
  gboolean is_main;       /* among those used most */
  gboolean is_set;        /* written on one of the objects at least */
  gboolean is_mixed;      /* the objects differ */
  gboolean is_pair;       /* the two directions differ; only with spec->pair */
  char *texts[2];         /* editor's texts of what is written, "" without; [1] as [0] unless @is_pair */
  char *default_texts[2]; /* (nullable): editor's text of the default where all have the same; both alike */
  char *finding;          /* (nullable): what is the matter with it as it is written */
  gboolean is_error;      /* of @finding */
} VbetFormField;

/** vbet_form_field_free: @self: (nullable) */
void vbet_form_field_free (VbetFormField *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetFormField, vbet_form_field_free)

/**
 * vbet_form_fields:
 * @objects: (array length=size): of kinds that may differ
 * @diagnostics: (nullable): of the topology's text
 *
 * Returns: (transfer full) (element-type VbetFormField): the attributes that all of them have, those used
 * most first.
 */
GPtrArray *vbet_form_fields (const VbetTopology *topology, const VbetObject *objects, guint size,
                             const VbetDiagnostics *diagnostics);

/** vbet_form_editor_text: Returns: (transfer full): @value (nullable) as an editor shows it. */
char *vbet_form_editor_text (const VbetAttributeSpec *spec, const VbetValue *value);
/** vbet_form_value_text: Returns: (transfer full) (nullable): an editor's text as the language writes it;
 * NULL: it is empty, which means the default. */
char *vbet_form_value_text (const VbetAttributeSpec *spec, const char *text);
/** vbet_form_pair_text: Returns: (transfer full) (nullable): both directions of a cable, each as
 * vbet_form_value_text() gives it; one that is NULL is the default. */
char *vbet_form_pair_text (const VbetAttributeSpec *spec, const char *forth, const char *back);
/**
 * vbet_form_check: whether an object of @kind may have @key = @value (as the language writes it).
 *
 * Returns: FALSE with the language's own reason in @error.
 */
gboolean vbet_form_check (VbetKind kind, const char *key, const char *value, GError **error);

/** vbet_form_note_text: Returns: (transfer none): the spec of a note's text, which is no attribute: key
 * "text". */
const VbetAttributeSpec *vbet_form_note_text (void);
/** vbet_form_has_item: whether @text names @item among those that a list's editor text lists. */
gboolean vbet_form_has_item (const char *text, const char *item);
/** vbet_form_with_item: Returns: (transfer full): the editor's text with @item, or without it. */
char *vbet_form_with_item (const char *text, const char *item, gboolean with);
