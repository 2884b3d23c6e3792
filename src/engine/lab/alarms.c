/* alarms.c - what is wrong in a running lab right now; see alarms.h. */
#include "config.h"

#include "engine/lab/alarms.h"

#include <string.h>

#define TEXT_MAX 400 /* bytes */
#define TELL_MS 50   /* changes within this time are told together */

typedef struct {
  char *device;
  VbetAlarmSource source;
  char *key;
  char *kind;
  char *text;
  guint call; /* number of the call that failed; 0: it is about none */
  double since;
} Alarm;

struct _VbetAlarms {
  char *lab;
  GPtrArray *alarms;  /* of Alarm, owned, in the order they were raised */
  GHashTable *beyond; /* device → GUINT: alarms of its guest that are too many */
  GHashTable *stale;  /* set of devices whose clients do not know yet */
  GSource *timer;     /* (nullable) */
  GMainContext *context;
  VbetAlarmsChanged changed;
  gpointer data;
};

/* What mends an alarm beside a person's thought. */
typedef enum {
  MEND_BY_HAND,
  MEND_BY_RESTART, /* of the device */
  MEND_BY_IMAGE,   /* a new one */
  MEND_BY_CALL,    /* that failed, once more */
} Mend;

/* What to do about each kind. */
static const struct {
  const char *kind;
  const char *remedy;
  Mend mend;
} remedies[] = {
  { "boot-script", "Mend boot= and restart the device, or do on its console what is left to do",
    MEND_BY_RESTART },
  { "routing", "Mend routing=; it takes effect at once", MEND_BY_HAND },
  { "rules", "Mend rules=; they take effect at once", MEND_BY_HAND },
  { "address", "Mend ip= of the NIC (IPv6 needs an mtu of 1280 at least); it takes effect at once",
    MEND_BY_HAND },
  { "route", "Mend gateway= so that it is in a network of one of the device's NICs; it takes effect at once",
    MEND_BY_HAND },
  { "dhcp", "See that its cable leads to a DHCP server that runs", MEND_BY_HAND },
  { "nic", "Restart the device", MEND_BY_RESTART },
  { "service", "Mend what the service is set up by, and restart the device", MEND_BY_RESTART },
  { "sysctl", "Choose a kernel= that has it", MEND_BY_HAND },
  { "module", "Choose a kernel= that has it, or build the image anew with “vbetctl image build”",
    MEND_BY_IMAGE },
  { "mount", "Build the image anew with “vbetctl image build”", MEND_BY_IMAGE },
  { "disk", "Restart the device", MEND_BY_RESTART },
  { "files", "Restart the device", MEND_BY_RESTART },
  { "flood", "End what prints there, by Ctrl+C on its console", MEND_BY_HAND },
  { "call", "Mend what it says and try the call again; a device that is restarted has what is written",
    MEND_BY_CALL },
  { "confined",
    "Find out which guest sends what no honest one does, and report it: the process was attacked, or lacks a "
    "call "
    "on this system; nothing came of it",
    MEND_BY_HAND },
  { "same-macs",
    "Write seed(\"…\") with some text into one of the two labs, or give one another name; MACs take effect "
    "at "
    "once, where they are not written",
    MEND_BY_HAND },
  { "denied", "Ask who has root on the device what runs there; nothing came of it", MEND_BY_HAND },
};

static void
alarm_free (gpointer data)
{
  Alarm *alarm = data;
  g_free (alarm->device);
  g_free (alarm->key);
  g_free (alarm->kind);
  g_free (alarm->text);
  g_free (alarm);
}

/* Controls, and what turns the direction of a line around: terminals and people would be misled. */
static gboolean
misleads (gunichar character)
{
  return character < 0x20 || (character >= 0x7f && character < 0xa0)
         || (character >= 0x200e && character <= 0x200f) || (character >= 0x2028 && character <= 0x202e)
         || (character >= 0x2066 && character <= 0x2069) || character == 0xfeff;
}

/* (transfer full): one line of @text, with one blank where there are several. */
static char *
clean_text (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_new (NULL);
  for (const char *c = valid; *c != '\0' && out->len < TEXT_MAX; c = g_utf8_next_char (c)) {
    gunichar character = g_utf8_get_char (c);
    character = misleads (character) ? ' ' : character;
    if (character != ' ' || (out->len > 0 && out->str[out->len - 1] != ' '))
      g_string_append_unichar (out, character);
  }
  return g_strstrip (g_string_free (out, FALSE));
}

/* --- telling --------------------------------------------------------------------------- */

static gboolean
on_time (gpointer data)
{
  VbetAlarms *self = data;
  g_autoptr (GHashTable) stale = g_steal_pointer (&self->stale);
  GHashTableIter iter;
  gpointer device = NULL;
  self->stale = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_clear_pointer (&self->timer, g_source_unref);
  g_hash_table_iter_init (&iter, stale);
  while (g_hash_table_iter_next (&iter, &device, NULL))
    self->changed (device, self->data);
  return G_SOURCE_REMOVE;
}

static void
tell_later (VbetAlarms *self, const char *device)
{
  g_hash_table_add (self->stale, g_strdup (device));
  if (self->timer != NULL)
    return;
  self->timer = g_timeout_source_new (TELL_MS);
  g_source_set_callback (self->timer, on_time, self, NULL);
  g_source_attach (self->timer, self->context);
}

/* --- the list ---------------------------------------------------------------------------- */

static Alarm *
find (VbetAlarms *self, const char *device, VbetAlarmSource source, const char *key, guint *ret_count)
{
  Alarm *found = NULL;
  *ret_count = 0;
  for (guint i = 0; i < self->alarms->len; i++) {
    Alarm *alarm = g_ptr_array_index (self->alarms, i);
    if (alarm->source != source || strcmp (alarm->device, device) != 0)
      continue;
    ++*ret_count;
    if (strcmp (alarm->key, key) == 0)
      found = alarm;
  }
  return found;
}

static void
raise_alarm (VbetAlarms *self, const char *device, VbetAlarmSource source, const char *key, const char *kind,
             guint call, const char *text, double since)
{
  guint count = 0;
  Alarm *alarm = find (self, device, source, key, &count);
  g_autofree char *clean = clean_text (text);
  if (alarm != NULL && strcmp (alarm->kind, kind) == 0 && alarm->call == call
      && strcmp (alarm->text, clean) == 0)
    return;
  if (alarm == NULL && count >= VBET_ALARMS_MAX) {
    guint beyond = GPOINTER_TO_UINT (g_hash_table_lookup (self->beyond, device));
    g_hash_table_insert (self->beyond, g_strdup (device),
                         GUINT_TO_POINTER (beyond < G_MAXUINT ? beyond + 1 : beyond));
    tell_later (self, device);
    return;
  }
  if (alarm == NULL) {
    alarm = g_new0 (Alarm, 1);
    alarm->device = g_strdup (device);
    alarm->source = source;
    alarm->key = g_strdup (key);
    alarm->since = since;
    g_ptr_array_add (self->alarms, alarm);
  }
  g_free (alarm->kind);
  g_free (alarm->text);
  alarm->kind = g_strdup (kind);
  alarm->text = g_steal_pointer (&clean);
  alarm->call = call;
  tell_later (self, device);
}

void
vbet_alarms_raise (VbetAlarms *self, const char *device, VbetAlarmSource source, const char *key,
                   const char *kind, const char *text, double since)
{
  raise_alarm (self, device, source, key, kind, 0, text, since);
}

void
vbet_alarms_raise_call (VbetAlarms *self, const char *device, const char *key, guint number, const char *text,
                        double since)
{
  raise_alarm (self, device, VBET_ALARM_FROM_ENGINE, key, "call", number, text, since);
}

static gboolean
remove_some (VbetAlarms *self, const char *device, int source, const char *key, gboolean begins)
{
  gboolean removed = FALSE;
  for (guint i = self->alarms->len; i > 0; i--) {
    const Alarm *alarm = g_ptr_array_index (self->alarms, i - 1);
    if (strcmp (alarm->device, device) != 0 || (source >= 0 && (int)alarm->source != source)
        || (key != NULL && (begins ? !g_str_has_prefix (alarm->key, key) : strcmp (alarm->key, key) != 0)))
      continue;
    g_ptr_array_remove_index (self->alarms, i - 1);
    removed = TRUE;
  }
  /* How many of those beyond are left is not known before all are said anew. */
  if (key == NULL && source != VBET_ALARM_FROM_ENGINE)
    removed = g_hash_table_remove (self->beyond, device) || removed;
  return removed;
}

void
vbet_alarms_clear (VbetAlarms *self, const char *device, VbetAlarmSource source, const char *key)
{
  if (remove_some (self, device, (int)source, key, FALSE))
    tell_later (self, device);
}

void
vbet_alarms_clear_all (VbetAlarms *self, const char *device, VbetAlarmSource source, const char *prefix)
{
  if (remove_some (self, device, (int)source, prefix, TRUE))
    tell_later (self, device);
}

void
vbet_alarms_forget (VbetAlarms *self, const char *device)
{
  if (remove_some (self, device, -1, NULL, FALSE))
    tell_later (self, device);
}

/* --- what clients get -------------------------------------------------------------------- */

/* @method and @params of the RPC, and the command that does the same. */
static void
add_again (GVariantDict *dict, const char *method, const char *key, GVariant *value, char *command)
{
  GVariantDict params;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert_value (&params, key, value);
  g_variant_dict_insert (dict, "method", "s", method);
  g_variant_dict_insert_value (dict, "params", g_variant_dict_end (&params));
  g_variant_dict_insert_value (dict, "command", g_variant_new_take_string (command));
}

static void
add_remedy (const VbetAlarms *self, GVariantDict *dict, const char *device, const char *kind, guint call)
{
  guint i = 0;
  while (i < G_N_ELEMENTS (remedies) && strcmp (remedies[i].kind, kind) != 0)
    i++;
  if (i == G_N_ELEMENTS (remedies))
    return;
  g_variant_dict_insert (dict, "remedy", "s", remedies[i].remedy);
  switch (remedies[i].mend) {
  case MEND_BY_RESTART:
    if (*device != '\0')
      add_again (dict, "device.restart", "device", g_variant_new_string (device),
                 g_strdup_printf ("vbetctl call %s 'restart(%s)'", self->lab, device));
    break;
  case MEND_BY_CALL:
    add_again (dict, "call.retry", "number", g_variant_new_uint32 (call),
               g_strdup_printf ("vbetctl call --again %s %u", self->lab, call));
    break;
  case MEND_BY_IMAGE:
    g_variant_dict_insert (dict, "command", "s", "vbetctl image build");
    break;
  case MEND_BY_HAND:
    break;
  }
}

static void
add (const VbetAlarms *self, GVariantBuilder *builder, const char *device, const char *kind, const char *text,
     guint call, double since)
{
  GVariantDict dict;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "device", "s", device);
  g_variant_dict_insert (&dict, "kind", "s", kind);
  g_variant_dict_insert (&dict, "text", "s", text);
  add_remedy (self, &dict, device, kind, call);
  g_variant_dict_insert (&dict, "since", "d", since);
  g_variant_builder_add (builder, "v", g_variant_dict_end (&dict));
}

GVariant *
vbet_alarms_to_variant (const VbetAlarms *self, const char *device)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer name = NULL;
  gpointer beyond = NULL;
  double last = 0;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < self->alarms->len; i++) {
    const Alarm *alarm = g_ptr_array_index (self->alarms, i);
    last = alarm->since;
    if (device == NULL || strcmp (device, alarm->device) == 0)
      add (self, &builder, alarm->device, alarm->kind, alarm->text, alarm->call, alarm->since);
  }
  g_hash_table_iter_init (&iter, self->beyond);
  while (g_hash_table_iter_next (&iter, &name, &beyond)) {
    if (device != NULL && strcmp (device, name) != 0)
      continue;
    g_autofree char *text
        = g_strdup_printf ("and %u more, which its console shows", GPOINTER_TO_UINT (beyond));
    add (self, &builder, name, "more", text, 0, last);
  }
  return g_variant_builder_end (&builder);
}

/* --- life -------------------------------------------------------------------------------- */

VbetAlarms *
vbet_alarms_new (const char *lab, VbetAlarmsChanged changed, gpointer data)
{
  VbetAlarms *self = g_new0 (VbetAlarms, 1);
  self->lab = g_strdup (lab);
  self->alarms = g_ptr_array_new_with_free_func (alarm_free);
  self->beyond = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->stale = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->context = g_main_context_ref_thread_default ();
  self->changed = changed;
  self->data = data;
  return self;
}

void
vbet_alarms_free (VbetAlarms *self)
{
  if (self == NULL)
    return;
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_ptr_array_unref (self->alarms);
  g_hash_table_unref (self->beyond);
  g_hash_table_unref (self->stale);
  g_main_context_unref (self->context);
  g_free (self->lab);
  g_free (self);
}
