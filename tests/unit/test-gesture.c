/* test-gesture.c - every gesture on every lab: the text says exactly what was meant, and nothing else
 * changed.
 *
 * What a gesture should do is said here in calls, run on the old topology by vbet_topology_call(); the new
 * text's topology must not differ from the result. A port of a switch, or a NIC that "..." made, which is no
 * longer used, may be there or not.
 */
#include "config.h"

#include <string.h>

#include "engine/model/gesture.h"
#include "engine/model/plan.h"
#include "unit/harness.h"
#include "unit/invariants.h"

typedef struct {
  char *name;
  char *text;
  gsize size;
  VbetProgram *program;
  VbetTopology *topology;
} Lab;

static void
lab_free (Lab *self)
{
  g_free (self->name);
  g_free (self->text);
  vbet_program_unref (self->program);
  vbet_topology_unref (self->topology);
  g_free (self);
}

static Lab *
lab_new (const char *name, const char *text, gsize size)
{
  Lab *self = g_new0 (Lab, 1);
  self->name = g_strdup (name);
  self->text = g_strndup (text, size);
  self->size = size;
  self->program = vbet_program_parse (text, size);
  self->topology = vbet_topology_elaborate (self->program, "test", NULL);
  return self;
}

/* Every lab there is. */
static GPtrArray *
load_labs (void)
{
  static const char *const folders[] = { "tests/seed", "tests/gestures", "data/labs" };
  GPtrArray *labs = g_ptr_array_new_with_free_func ((GDestroyNotify)lab_free);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *folder = vbet_test_source_path (folders[i]);
    g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
    for (const char *file; dir != NULL && (file = g_dir_read_name (dir)) != NULL;) {
      g_autofree char *path = g_build_filename (folder, file, NULL);
      g_autofree char *text = NULL;
      gsize size;
      if (g_str_has_suffix (file, ".vbet") && g_file_get_contents (path, &text, &size, NULL))
        g_ptr_array_add (labs, lab_new (file, text, size));
    }
  }
  CU_ASSERT_TRUE (labs->len >= 6);
  return labs;
}

/* --- the text after a gesture ------------------------------------------------- */

static guint
count_errors (const VbetProgram *program, const char *text, gsize size)
{
  g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new (text, size);
  vbet_program_diagnose (program, findings);
  g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, "test", findings);
  guint n = 0;
  for (guint i = 0; i < vbet_diagnostics_size (findings); i++)
    n += vbet_diagnostics_get (findings, i)->severity == VBET_SEVERITY_ERROR;
  return n;
}

/* Applies @edits; checks that they are in order, that the new text is sound, and that it has no more errors.
 */
static Lab *
apply (const Lab *lab, const VbetEdits *edits)
{
  gsize end = 0;
  for (guint i = 0; i < vbet_edits_size (edits); i++) {
    const VbetTextEdit *edit = vbet_edits_get (edits, i);
    CU_ASSERT_TRUE (edit->span.start >= end);
    end = edit->span.start + edit->span.length;
  }
  CU_ASSERT_TRUE (end <= lab->size);
  gsize size;
  g_autofree char *text = vbet_edits_apply (edits, lab->text, lab->size, &size);
  Lab *after = lab_new (lab->name, text, size);
  vbet_test_check_program (after->program, text, size);
  CU_ASSERT_EQUAL (count_errors (after->program, text, size),
                   count_errors (lab->program, lab->text, lab->size));
  return after;
}

static gboolean
is_bare (const VbetTopology *topology, const VbetCall *call)
{
  const VbetDevice *device = vbet_topology_device (topology, call->device);
  const VbetNic *nic = device != NULL ? vbet_device_nic (device, call->nic) : NULL;
  return nic != NULL && nic->cable == NULL && nic->attributes->len == 0;
}

/* The calls that make @from into @to, without those about NICs that nothing uses. */
static char *
difference (const Lab *lab, const VbetTopology *from, const VbetTopology *to)
{
  g_autoptr (GPtrArray) plan = vbet_plan_new (from, to);
  g_autoptr (GString) out = g_string_new (NULL);
  for (guint i = 0; i < plan->len; i++) {
    const VbetCall *call = plan->pdata[i];
    const VbetDevice *device = call->device != NULL ? vbet_topology_device (from, call->device) : NULL;
    gboolean ports = device != NULL && (device->kind & VBET_KIND_RELAY) != 0;
    /* A forward into a device that goes, goes too. */
    if (call->verb == VBET_CALL_SET && call->kind == VBET_KIND_GATEWAY && strcmp (call->key, "forward") == 0)
      continue;
    gboolean elastic = ports || strstr (lab->text, "...") != NULL;
    if (elastic
        && ((call->verb == VBET_CALL_DETACH && is_bare (from, call))
            || (call->verb == VBET_CALL_ATTACH && is_bare (to, call))))
      continue;
    g_string_append_printf (out, "%s\n", call->text);
  }
  return g_strdup (out->str);
}

/* What @calls make of the lab. */
static VbetTopology *
expect_calls (const Lab *lab, const char *calls)
{
  g_autoptr (VbetDiagnostics) findings = vbet_diagnostics_new (calls, strlen (calls));
  VbetTopology *expected = vbet_topology_call (lab->topology, calls, strlen (calls), findings);
  if (expected == NULL)
    g_printerr ("%s: %s: %s\n", lab->name, calls, vbet_diagnostics_get (findings, 0)->message);
  CU_ASSERT_PTR_NOT_NULL (expected);
  return expected;
}

static void
check (const Lab *lab, const char *what, VbetEdits *edits, GError *error, const char *calls)
{
  if (edits == NULL) {
    /* A check of the lab needs the address that would go. */
    if (strstr (error->message, "write the address that is to be reached") != NULL) {
      g_error_free (error);
      return;
    }
    g_printerr ("%s: %s: %s\n", lab->name, what, error->message);
    CU_FAIL ("the gesture was refused");
    g_error_free (error);
    return;
  }
  Lab *after = apply (lab, edits);
  g_autoptr (VbetTopology) expected = expect_calls (lab, calls);
  if (expected != NULL) {
    g_autofree char *lacking = difference (lab, after->topology, expected);
    if (*lacking != '\0')
      g_printerr ("%s: %s\n--- the text is now\n%s\n--- but should mean\n%s---\n", lab->name, what,
                  after->text, lacking);
    CU_ASSERT_STRING_EQUAL (lacking, "");
  }
  lab_free (after);
  vbet_edits_free (edits);
}

/* --- properties ----------------------------------------------------------------- */

typedef void (*LabFunc) (const Lab *lab);

static void
for_each_lab (LabFunc func)
{
  g_autoptr (GPtrArray) labs = load_labs ();
  for (guint i = 0; i < labs->len; i++)
    func (labs->pdata[i]);
}

static const VbetDevice *
device_at (const Lab *lab, guint index)
{
  return lab->topology->devices->pdata[index];
}

static const VbetCable *
cable_at (const Lab *lab, guint index)
{
  return lab->topology->cables->pdata[index];
}

static void
add_devices (const Lab *lab)
{
  guint size = 0;
  const VbetKindSpec *specs = vbet_kind_specs (&size);
  for (guint i = 0; i < size; i++) {
    VbetKind kind = specs[i].kind;
    if ((kind & VBET_KIND_DEVICE) == 0)
      continue;
    GError *error = NULL;
    g_autofree char *name = NULL;
    VbetEdits *edits
        = vbet_gesture_add_device (lab->program, lab->topology, kind, NULL, 120, -80.26, &name, &error);
    gboolean guest = (kind & VBET_KIND_GUEST) != 0;
    g_autofree char *calls = g_strdup_printf (guest ? "%s = attach(alloc(%s, at=(120, -80.3)), alloc(NIC))"
                                                    : "%s = alloc(%s, at=(120, -80.3))%.0s",
                                              name, vbet_kind_name (kind), "");
    if (edits != NULL)
      CU_ASSERT_EQUAL (vbet_edits_size (edits), 1);
    /* A gateway, tap or remote comes with its NIC. */
    if ((kind & VBET_KIND_OUTSIDE) != 0) {
      char *with_nic = g_strdup_printf ("%s attach(%s, alloc(NIC))", calls, name);
      g_free (calls);
      calls = with_nic;
    }
    check (lab, "add a device", edits, error, calls);
  }
}

static void
remove_device (const Lab *lab, const char *const *names)
{
  g_autoptr (GString) calls = g_string_new (NULL);
  for (guint i = 0; i < lab->topology->cables->len; i++) {
    const VbetCable *cable = cable_at (lab, i);
    gboolean gone = FALSE;
    for (guint end = 0; end < 2; end++)
      gone |= cable->ends[end].device != NULL && g_strv_contains (names, cable->ends[end].device);
    if (gone)
      g_string_append_printf (calls, "free(%s) ", cable->name);
  }
  for (guint i = 0; names[i] != NULL; i++)
    g_string_append_printf (calls, "free(%s) ", names[i]);
  GError *error = NULL;
  VbetEdits *edits = vbet_gesture_remove_devices (lab->program, lab->topology, names, &error);
  check (lab, calls->str, edits, error, calls->str);
}

static void
remove_devices (const Lab *lab)
{
  const GPtrArray *devices = lab->topology->devices;
  for (guint i = 0; i < devices->len; i++) {
    const char *one[] = { device_at (lab, i)->name, NULL };
    remove_device (lab, one);
    if (i + 1 < devices->len) {
      const char *two[] = { device_at (lab, i)->name, device_at (lab, i + 1)->name, NULL };
      remove_device (lab, two);
    }
  }
  g_autofree const char **all = g_new0 (const char *, devices->len + 1);
  for (guint i = 0; i < devices->len; i++)
    all[i] = device_at (lab, i)->name;
  remove_device (lab, all);
}

/* There and back again: nothing differs; and the old name is nowhere but in texts. */
static void
rename_devices (const Lab *lab)
{
  for (guint i = 0; i < lab->topology->devices->len; i++) {
    const char *name = device_at (lab, i)->name;
    g_autoptr (GError) error = NULL;
    g_autoptr (VbetEdits) edits
        = vbet_gesture_rename_device (lab->program, lab->topology, name, "another-name", &error);
    if (edits == NULL)
      g_printerr ("%s: rename %s: %s\n", lab->name, name, error->message);
    CU_ASSERT_PTR_NOT_NULL (edits);
    if (edits == NULL)
      continue;
    Lab *after = apply (lab, edits);
    CU_ASSERT_PTR_NULL (vbet_topology_device (after->topology, name));
    CU_ASSERT_PTR_NOT_NULL (vbet_topology_device (after->topology, "another-name"));
    CU_ASSERT_EQUAL (after->topology->devices->len, lab->topology->devices->len);
    g_autoptr (VbetEdits) back
        = vbet_gesture_rename_device (after->program, after->topology, "another-name", name, &error);
    if (back == NULL)
      g_printerr ("%s: rename %s and back: %s\n", lab->name, name, error->message);
    CU_ASSERT_PTR_NOT_NULL (back);
    if (back != NULL) {
      Lab *again = apply (after, back);
      g_autofree char *lacking = difference (lab, again->topology, lab->topology);
      VBET_ASSERT_TEXT (lacking, "");
      lab_free (again);
    }
    lab_free (after);
  }
}

static void
add_nics (const Lab *lab)
{
  for (guint i = 0; i < lab->topology->devices->len; i++) {
    const VbetDevice *device = device_at (lab, i);
    GError *error = NULL;
    guint nic = 0;
    VbetEdits *edits = vbet_gesture_add_nic (lab->program, lab->topology, device->name, &nic, &error);
    if ((device->kind & VBET_KIND_OUTSIDE) != 0) {
      CU_ASSERT_PTR_NULL (edits);
      g_clear_error (&error);
      continue;
    }
    CU_ASSERT_EQUAL (nic, device->nics->len + 1);
    g_autofree char *calls = g_strdup_printf ("attach(%s, alloc(NIC))", device->name);
    check (lab, calls, edits, error, calls);
  }
}

/* The last NIC goes as it would from a running lab; of the others those above move down. */
static void
remove_nics (const Lab *lab)
{
  for (guint i = 0; i < lab->topology->devices->len; i++) {
    const VbetDevice *device = device_at (lab, i);
    for (guint k = 1; k <= device->nics->len; k++) {
      const VbetNic *nic = vbet_device_nic (device, k);
      GError *error = NULL;
      g_autofree char *what = g_strdup_printf ("remove NIC %u of %s", k, device->name);
      VbetEdits *edits = vbet_gesture_remove_nic (lab->program, lab->topology, device->name, k, &error);
      if ((device->kind & VBET_KIND_OUTSIDE) != 0) {
        CU_ASSERT_PTR_NULL (edits);
        g_clear_error (&error);
        continue;
      }
      g_autoptr (GString) calls = g_string_new (NULL);
      if (nic->cable != NULL)
        g_string_append_printf (calls, "free(%s) ", nic->cable);
      if (k == device->nics->len) {
        g_string_append_printf (calls, "detach(NIC(%s, %u))", device->name, k);
        check (lab, what, edits, error, calls->str);
        continue;
      }
      if (edits == NULL)
        g_printerr ("%s: %s: %s\n", lab->name, what, error->message);
      CU_ASSERT_PTR_NOT_NULL (edits);
      g_clear_error (&error);
      if (edits == NULL)
        continue;
      Lab *after = apply (lab, edits);
      CU_ASSERT_EQUAL (after->topology->cables->len, lab->topology->cables->len - (nic->cable != NULL));
      CU_ASSERT_TRUE (vbet_topology_device (after->topology, device->name)->nics->len < device->nics->len);
      lab_free (after);
      vbet_edits_free (edits);
    }
  }
}

/* The NIC that a cable without a number gets. */
static guint
free_nic (const VbetDevice *device)
{
  for (guint i = 0; i < device->nics->len; i++) {
    const VbetNic *nic = device->nics->pdata[i];
    if (nic->cable == NULL)
      return nic->index;
  }
  return device->nics->len + 1;
}

/* Calls that give @device a NIC number @nic, if it has none. */
static void
append_nic (GString *calls, const VbetDevice *device, guint nic)
{
  if (nic > device->nics->len)
    g_string_append_printf (calls, "attach(%s, alloc(NIC)) ", device->name);
}

static gboolean
is_full (const VbetDevice *device)
{
  return (device->kind & VBET_KIND_OUTSIDE) != 0 && free_nic (device) > 1;
}

static void
add_cable (const Lab *lab, const VbetDevice *a, guint nic_a, const VbetDevice *b, guint nic_b)
{
  g_autoptr (GString) calls = g_string_new (NULL);
  GError *error = NULL;
  VbetEdits *edits
      = vbet_gesture_add_cable (lab->program, lab->topology, a->name, nic_a, b->name, nic_b, &error);
  if (is_full (a) || is_full (b)) {
    CU_ASSERT_PTR_NULL (edits);
    g_clear_error (&error);
    return;
  }
  guint from = nic_a > 0 ? nic_a : free_nic (a);
  guint to = nic_b > 0 ? nic_b : free_nic (b);
  append_nic (calls, a, from);
  append_nic (calls, b, to);
  g_string_append_printf (calls, "link(NIC(%s, %u), NIC(%s, %u))", a->name, from, b->name, to);
  check (lab, calls->str, edits, error, calls->str);
}

static void
add_cables (const Lab *lab)
{
  for (guint i = 0; i < lab->topology->devices->len; i++)
    for (guint j = 0; j < lab->topology->devices->len; j++) {
      if (i == j)
        continue;
      const VbetDevice *a = device_at (lab, i);
      const VbetDevice *b = device_at (lab, j);
      add_cable (lab, a, 0, b, 0);
      if (free_nic (a) <= a->nics->len && free_nic (b) <= b->nics->len)
        add_cable (lab, a, free_nic (a), b, free_nic (b));
    }
}

static void
remove_cables (const Lab *lab)
{
  for (guint i = 0; i < lab->topology->cables->len; i++) {
    const VbetCable *cable = cable_at (lab, i);
    g_autofree char *calls = g_strdup_printf ("free(%s)", cable->name);
    GError *error = NULL;
    VbetEdits *edits = vbet_gesture_remove_cable (lab->program, lab->topology, cable->name, &error);
    check (lab, calls, edits, error, calls);
  }
}

static void
move_ends (const Lab *lab)
{
  for (guint i = 0; i < lab->topology->cables->len * 2; i++)
    for (guint j = 0; j < lab->topology->devices->len; j++) {
      const VbetCable *cable = cable_at (lab, i / 2);
      const VbetCableEnd *end = &cable->ends[i % 2];
      const VbetDevice *to = device_at (lab, j);
      if (g_strcmp0 (end->device, to->name) == 0 || is_full (to))
        continue;
      g_autoptr (GString) calls = g_string_new (NULL);
      append_nic (calls, to, free_nic (to));
      if (end->device != NULL)
        g_string_append_printf (calls, "unplug(%s, NIC(%s, %u)) ", cable->name, end->device, end->nic);
      g_string_append_printf (calls, "plug(%s, NIC(%s, %u))", cable->name, to->name, free_nic (to));
      GError *error = NULL;
      VbetEdits *edits = vbet_gesture_move_cable_end (lab->program, lab->topology, cable->name, i % 2,
                                                      to->name, 0, &error);
      check (lab, calls->str, edits, error, calls->str);
    }
}

static void
set_one (const Lab *lab, const VbetObject *object, const char *reference, const char *key, const char *value)
{
  g_autofree char *calls
      = g_strdup_printf ("set(%s, %s=%s)", reference, key, value != NULL ? value : "default");
  GError *error = NULL;
  VbetEdits *edits = vbet_gesture_set (lab->program, lab->topology, object, key, value, &error);
  if (edits == NULL) {
    check (lab, calls, edits, error, calls);
    return;
  }
  /* Once set, it is changed where it was set, and can be unset. */
  Lab *after = apply (lab, edits);
  GError *again_error = NULL;
  VbetEdits *again = vbet_gesture_set (after->program, after->topology, object, key, NULL, &again_error);
  g_autofree char *unset = g_strdup_printf ("set(%s, %s=default)", reference, key);
  check (after, unset, again, again_error, unset);
  lab_free (after);
  check (lab, calls, edits, error, calls);
}

static void
set_attributes (const Lab *lab)
{
  for (guint i = 0; i < lab->topology->devices->len; i++) {
    const VbetDevice *device = device_at (lab, i);
    VbetObject object = { device->kind, device->name, 0 };
    set_one (lab, &object, device->name, "label", "\"new\"");
    set_one (lab, &object, device->name, "autostart", "no");
    set_one (lab, &object, device->name, "at", NULL);
    for (guint k = 1; k <= device->nics->len; k++) {
      g_autofree char *reference = g_strdup_printf ("NIC(%s, %u)", device->name, k);
      VbetObject nic = { VBET_KIND_NIC, device->name, k };
      set_one (lab, &nic, reference, "mtu", "1300");
      set_one (lab, &nic, reference, "ip", NULL);
    }
  }
  for (guint i = 0; i < lab->topology->cables->len; i++) {
    VbetObject object = { VBET_KIND_CABLE, cable_at (lab, i)->name, 0 };
    set_one (lab, &object, object.name, "delay", "3ms/4ms");
    set_one (lab, &object, object.name, "loss", "2%");
    set_one (lab, &object, object.name, "delay", NULL);
  }
}

static void
move_devices (const Lab *lab)
{
  guint n = lab->topology->devices->len;
  g_autofree const char **names = g_new0 (const char *, n + 1);
  g_autofree double *xs = g_new0 (double, n + 1);
  g_autofree double *ys = g_new0 (double, n + 1);
  g_autoptr (GString) calls = g_string_new ("");
  for (guint i = 0; i < n; i++) {
    names[i] = device_at (lab, i)->name;
    xs[i] = i * 10.0;
    ys[i] = -5.5;
    g_string_append_printf (calls, "set(%s, at=(%u, -5.5)) ", names[i], i * 10);
  }
  GError *error = NULL;
  VbetEdits *edits = vbet_gesture_move_devices (lab->program, lab->topology, names, xs, ys, n, &error);
  check (lab, "move devices", edits, error, calls->str);
}

/* A copy of everything, pasted into an empty lab, is the same devices; pasted into its own lab, twice as
 * many. */
static void
copy_and_paste (const Lab *lab)
{
  guint n = lab->topology->devices->len;
  g_autofree const char **names = g_new0 (const char *, n + 1);
  for (guint i = 0; i < n; i++)
    names[i] = device_at (lab, i)->name;
  g_autoptr (GError) error = NULL;
  g_autofree char *copy = vbet_gesture_copy (lab->program, lab->topology, names, &error);
  CU_ASSERT_PTR_NOT_NULL_FATAL (copy);
  Lab *alone = lab_new (lab->name, copy, strlen (copy));
  CU_ASSERT_EQUAL (count_errors (alone->program, copy, strlen (copy)), 0);
  CU_ASSERT_EQUAL (alone->topology->devices->len, n);
  for (guint i = 0; i < n; i++)
    CU_ASSERT_EQUAL (device_at (alone, i)->files->len, device_at (lab, i)->files->len);
  g_auto (GStrv) pasted = NULL;
  g_autoptr (VbetEdits) edits
      = vbet_gesture_paste (lab->program, lab->topology, copy, 10, 10, &pasted, &error);
  if (edits == NULL)
    g_printerr ("%s: paste: %s\n", lab->name, error->message);
  CU_ASSERT_PTR_NOT_NULL_FATAL (edits);
  CU_ASSERT_EQUAL (g_strv_length (pasted), n);
  Lab *both = apply (lab, edits);
  CU_ASSERT_EQUAL (both->topology->devices->len, 2 * n);
  CU_ASSERT_EQUAL (both->topology->cables->len, lab->topology->cables->len + alone->topology->cables->len);
  for (guint i = 0; pasted[i] != NULL; i++) {
    CU_ASSERT_PTR_NOT_NULL (vbet_topology_device (both->topology, pasted[i]));
    CU_ASSERT_PTR_NULL (vbet_topology_device (lab->topology, pasted[i]));
  }
  lab_free (both);
  lab_free (alone);
}

static void
test_add_device (void)
{
  for_each_lab (add_devices);
}

static void
test_remove_devices (void)
{
  for_each_lab (remove_devices);
}

static void
test_rename_device (void)
{
  for_each_lab (rename_devices);
}

static void
test_add_nic (void)
{
  for_each_lab (add_nics);
}

static void
test_remove_nic (void)
{
  for_each_lab (remove_nics);
}

static void
test_add_cable (void)
{
  for_each_lab (add_cables);
}

static void
test_remove_cable (void)
{
  for_each_lab (remove_cables);
}

static void
test_move_cable_end (void)
{
  for_each_lab (move_ends);
}

static void
test_set (void)
{
  for_each_lab (set_attributes);
}

static void
test_move_devices (void)
{
  for_each_lab (move_devices);
}

static void
test_paste (void)
{
  for_each_lab (copy_and_paste);
}

/* --- in exact words -------------------------------------------------------------- */

/* Compares the text after the gesture, and frees its edits. */
static void
check_text (const char *text, VbetEdits *edits, GError *error, const char *expected)
{
  if (edits == NULL) {
    g_autofree char *refusal = g_strconcat ("refused: ", error->message, NULL);
    VBET_ASSERT_TEXT (refusal, expected);
    g_error_free (error);
    return;
  }
  g_autofree char *actual = vbet_edits_apply (edits, text, strlen (text), NULL);
  VBET_ASSERT_TEXT (actual, expected);
  vbet_edits_free (edits);
}

static void
check_add (const char *text, const char *expected)
{
  Lab *lab = lab_new ("text", text, strlen (text));
  GError *error = NULL;
  VbetEdits *edits
      = vbet_gesture_add_device (lab->program, lab->topology, VBET_KIND_HOST, NULL, 1, 2, NULL, &error);
  check_text (text, edits, error, expected);
  lab_free (lab);
}

static void
test_where_devices_go (void)
{
#define NEW "host1 = attach(alloc(host, at=(1, 2)), alloc(NIC))"
  check_add ("", NEW "\n");
  check_add ("\xef\xbb\xbf", "\xef\xbb\xbf" NEW "\n");
  check_add ("# only a comment", "# only a comment\n" NEW "\n");
  check_add ("a = alloc(host)", "a = alloc(host)\n" NEW);
  check_add ("a = alloc(host) # here\n\n# end\n", "a = alloc(host) # here\n" NEW "\n\n# end\n");
  check_add ("a = alloc(host)\n\nstep \"x\" { stop(a) }\n",
             "a = alloc(host)\n" NEW "\n\nstep \"x\" { stop(a) }\n");
  check_add ("a = alloc(host); step \"x\" { stop(a) }", "a = alloc(host)\n" NEW "\nstep \"x\" { stop(a) }");
  check_add ("ping(a, b)\n", NEW "\nping(a, b)\n");
  check_add ("a = alloc(host)\r\n", "a = alloc(host)\r\n" NEW "\r\n");
  /* A name that only a step uses is taken, too. */
  check_add ("step \"x\" { host1 = alloc(host) }\n",
             "host2 = attach(alloc(host, at=(1, 2)), alloc(NIC))\nstep \"x\" { host1 = alloc(host) }\n");
  /* Nothing can be added behind a text that is not closed. */
  check_add ("note(\"\"\"open",
             "refused: the text of this lab leaves no way to write this down; edit the program instead");
#undef NEW
}

static void
check_remove (const char *text, const char *name, const char *expected)
{
  Lab *lab = lab_new ("text", text, strlen (text));
  const char *names[] = { name, NULL };
  GError *error = NULL;
  VbetEdits *edits = vbet_gesture_remove_devices (lab->program, lab->topology, names, &error);
  check_text (text, edits, error, expected);
  lab_free (lab);
}

static void
test_what_goes (void)
{
  check_remove ("a = alloc(host) # mine\n\nb = alloc(host)\n", "a", "\nb = alloc(host)\n");
  check_remove ("a = alloc(host) b = alloc(host) # both\n", "a", "b = alloc(host) # both\n");
  check_remove ("a = alloc(host) b = alloc(host) # both\n", "b", "a = alloc(host) # both\n");
  check_remove ("a = alloc(host)\nb = alloc(host)", "b", "a = alloc(host)");
  check_remove ("# above\n  a = alloc(host);\n# below\n", "a", "# above\n# below\n");
  check_remove ("a = alloc(host)\nb = alloc(host)\nstep \"x\" {\n  stop(a, b) # both\n  start(a)\n}\n", "a",
                "b = alloc(host)\nstep \"x\" {\n  stop(b) # both\n}\n");
  /* The last port: plain. One before: what follows keeps its name and port. */
  static const char star[] = "a = attach(alloc(host), alloc(NIC))\nb = attach(alloc(host), alloc(NIC))\n"
                             "link(alloc(switch), a, # first\n     b, delay=1ms)\n";
  check_remove (star, "b",
                "a = attach(alloc(host), alloc(NIC))\nlink(alloc(switch), a # first\n     , delay=1ms)\n");
  check_remove (star, "a",
                "b = attach(alloc(host), alloc(NIC))\n# first\nswitch1 = alloc(switch)\n"
                "cable2 = link(NIC(switch1, 2), b, delay=1ms)\n");
  check_remove (star, "switch1",
                "a = attach(alloc(host), alloc(NIC))\nb = attach(alloc(host), alloc(NIC))\n");
  check_remove (star, "c", "refused: there is no device c");
}

static void
check_rename (const char *text, const char *name, const char *new_name, const char *expected)
{
  Lab *lab = lab_new ("text", text, strlen (text));
  GError *error = NULL;
  VbetEdits *edits = vbet_gesture_rename_device (lab->program, lab->topology, name, new_name, &error);
  check_text (text, edits, error, expected);
  lab_free (lab);
}

static void
test_names (void)
{
  static const char lab[] = "web = alloc(host, services=[web], label=\"web\")\n"
                            "step \"web\" { stop(web) expect(web, \"web\", \"web\") }\n";
  check_rename (lab, "web", "www",
                "www = alloc(host, services=[web], label=\"web\")\n"
                "step \"web\" { stop(www) expect(www, \"web\", \"web\") }\n");
  check_rename (lab, "web", "web", lab);
  check_rename (lab, "web", "", "refused: a name starts with a letter from a to z");
  check_rename (lab, "web", "1a", "refused: a name starts with a letter from a to z");
  check_rename (lab, "web", "a b", "refused: a name is made of letters from a to z, digits, '_' and '-'");
  check_rename (lab, "web", "a-", "refused: a name does not end with '-'");
  check_rename (lab, "web", "switch", "refused: switch is a word of the language and cannot be a name");
  check_rename (lab, "web", "plug", "refused: plug is a word of the language and cannot be a name");
  check_rename (lab, "web", "yes", "refused: yes is a word of the language and cannot be a name");
  check_rename ("a = alloc(host)\nb = alloc(host)\n", "a", "b",
                "refused: the name b is taken already; choose another");
  check_rename ("link(alloc(switch), alloc(switch))\n", "switch1", "core",
                "link(core, switch2)\ncore = alloc(switch)\nswitch2 = alloc(switch)\n");
}

static void
check_set (const char *text, VbetObject object, const char *key, const char *value, const char *expected)
{
  Lab *lab = lab_new ("text", text, strlen (text));
  GError *error = NULL;
  VbetEdits *edits = vbet_gesture_set (lab->program, lab->topology, &object, key, value, &error);
  check_text (text, edits, error, expected);
  lab_free (lab);
}

static void
test_where_attributes_go (void)
{
  VbetObject host = { VBET_KIND_HOST, "a", 0 };
  VbetObject nic = { VBET_KIND_NIC, "a", 1 };
  VbetObject cable = { VBET_KIND_CABLE, "cable2", 0 };
  VbetObject note = { VBET_KIND_NOTE, NULL, 0 };
  check_set ("a = alloc(host)\n", host, "mem", "64M", "a = alloc(host, mem=64M)\n");
  check_set ("a = alloc(host, mem=64M)\n", host, "at", "(1, 2)", "a = alloc(host, at=(1, 2), mem=64M)\n");
  check_set ("a = alloc(host,mem = 64M )\n", host, "mem", "96M", "a = alloc(host,mem = 96M )\n");
  check_set ("a = alloc(host, mem=64M)\n", host, "mem", NULL, "a = alloc(host)\n");
  check_set ("a = alloc(host, mem=64M, at=(1, 2))\n", host, "mem", NULL, "a = alloc(host, at=(1, 2))\n");
  check_set ("a = alloc(host, # one\n  mem=64M, # two\n  at=(1, 2)) # three\n", host, "mem", NULL,
             "a = alloc(host # one\n  , # two\n  at=(1, 2)) # three\n");
  check_set ("a = alloc(host,\n          boot=\"\"\"\n  x\n\"\"\")\n", host, "mem", "64M",
             "a = alloc(host,\n          mem=64M, boot=\"\"\"\n  x\n\"\"\")\n");
  check_set ("a = alloc(host)\nset(a, mem=64M)\n", host, "mem", "96M", "a = alloc(host)\nset(a, mem=96M)\n");
  check_set ("a = alloc(host)\nset(a, mem=64M)\n", host, "mem", NULL, "a = alloc(host)\n");
  check_set ("a = alloc(host)\nset(a, mem=64M)\n", host, "at", "(1, 2)",
             "a = alloc(host)\nset(a, at=(1, 2), mem=64M)\n");
  check_set ("a = attach(alloc(host), ...)\nb = alloc(switch)\nlink(a, b)\n", nic, "ip", "10.0.0.1/8",
             "a = attach(alloc(host), ...)\nb = alloc(switch)\nlink(a, b)\nset(NIC(a, 1), ip=10.0.0.1/8)\n");
  check_set ("link(alloc(switch), alloc(switch), alloc(hub), delay=1ms)\n", cable, "delay", "2ms",
             "link(alloc(switch), alloc(switch), alloc(hub), delay=1ms)\nset(cable2, delay=2ms)\n");
  check_set ("link(alloc(switch), alloc(switch), alloc(hub), delay=1ms)\n", cable, "delay", NULL,
             "link(alloc(switch), alloc(switch), alloc(hub), delay=1ms)\nset(cable2, delay=default)\n");
  check_set ("note(\"old\", at=(0, 0))\n", note, "text", "\"new\"", "note(\"new\", at=(0, 0))\n");
  check_set ("note(\"old\")\n", note, "at", "(5, 6)", "note(\"old\", at=(5, 6))\n");
  check_set ("a = alloc(host)\n", host, "mem", "64",
             "refused: this is not possible: in line 1, mem needs a size such as 64M, not 64");
  check_set ("a = alloc(host)\n", host, "mem", "6 4", "refused: a ',' is missing here");
  check_set ("a = alloc(host)\n", host, "mem", "64M) b = alloc(host",
             "refused: '64M) b = alloc(host' is no value");
  check_set ("a = alloc(host)\n", host, "colour", "red",
             "refused: a host has no attribute colour; did you mean color?");
  check_set ("a = alloc(host)\n", nic, "ip", "10.0.0.1/8", "refused: a has no NIC 1");
}

static void
check_cable (const char *text, const char *a, guint nic_a, const char *b, guint nic_b, const char *expected)
{
  Lab *lab = lab_new ("text", text, strlen (text));
  GError *error = NULL;
  VbetEdits *edits = vbet_gesture_add_cable (lab->program, lab->topology, a, nic_a, b, nic_b, &error);
  check_text (text, edits, error, expected);
  lab_free (lab);
}

static void
test_how_cables_are_written (void)
{
#define HOSTS                                                                                                \
  "a = attach(alloc(host), alloc(NIC))\nr = attach(alloc(router), alloc(NIC), alloc(NIC))\ns = "             \
  "alloc(switch)\n"
  check_cable (HOSTS, "a", 0, "s", 0, HOSTS "link(a, s)\n");
  check_cable (HOSTS, "r", 0, "a", 0, HOSTS "link(NIC(r, 1), a)\n");
  check_cable (HOSTS, "r", 2, "s", 0, HOSTS "link(NIC(r, 2), s)\n");
  check_cable (HOSTS "link(r, s)\n", "r", 0, "a", 1, HOSTS "link(r, s)\nlink(NIC(r, 2), NIC(a, 1))\n");
  check_cable (
      HOSTS "link(a, s)\n", "a", 0, "s", 0,
      "a = attach(alloc(host), alloc(NIC), alloc(NIC))\n"
      "r = attach(alloc(router), alloc(NIC), alloc(NIC))\ns = alloc(switch)\nlink(a, s)\nlink(a, s)\n");
  check_cable (HOSTS "link(a, s)\n", "a", 1, "s", 0,
               "refused: a cable is in NIC 1 of a already; unplug it first");
  check_cable (HOSTS, "a", 2, "s", 0, "refused: a has no NIC 2");
  check_cable (HOSTS, "a", 0, "a", 0, "refused: a cable from a to itself leads nowhere; choose its two NICs");
  check_cable (HOSTS, "r", 1, "r", 2, HOSTS "link(NIC(r, 1), NIC(r, 2))\n");
  check_cable ("g = alloc(gateway)\ns = alloc(switch)\nlink(g, s)\n", "g", 0, "s", 0,
               "refused: g is a gateway, which has exactly one NIC");
#undef HOSTS
}

/* Addresses stay in their subnets and are free; what two NICs share on purpose, they still share. */
static void
test_pasted_addresses (void)
{
  static const char text[]
      = "a = attach(alloc(host, gateway=10.0.0.1), alloc(NIC, ip=10.0.0.2/30))\n"
        "b = attach(alloc(router), alloc(NIC, ip=10.0.0.1/30), alloc(NIC, ip=[10.9.9.254/24, fe80::1/64]))\n"
        "c = attach(alloc(host), alloc(NIC, ip=10.9.9.254/24, mac=02:00:00:00:00:01))\n";
  const char *names[] = { "b", "c", NULL };
  Lab *lab = lab_new ("text", text, strlen (text));
  GError *error = NULL;
  g_autofree char *copy = vbet_gesture_copy (lab->program, lab->topology, names, &error);
  VbetEdits *edits = vbet_gesture_paste (lab->program, lab->topology, copy, 0, 0, NULL, &error);
  g_autofree char *expected
      = g_strconcat (text,
                     "b2 = attach(alloc(router), alloc(NIC), alloc(NIC, ip=[10.9.9.1/24, fe80::2/64]))\n"
                     "c2 = attach(alloc(host), alloc(NIC, ip=10.9.9.1/24))\n",
                     NULL);
  check_text (text, edits, error, expected);
  lab_free (lab);
}

/* @do: one gesture on note 0 of @text. */
typedef VbetEdits *(*NoteGesture) (const Lab *lab, GError **error);

static void
check_note (const char *text, NoteGesture gesture, const char *expected)
{
  Lab *lab = lab_new ("text", text, strlen (text));
  GError *error = NULL;
  VbetEdits *edits = gesture (lab, &error);
  check_text (text, edits, error, expected);
  lab_free (lab);
}

static void
check_note_text (const char *text, const char *said, const char *expected)
{
  Lab *lab = lab_new ("text", text, strlen (text));
  GError *error = NULL;
  VbetEdits *edits = vbet_gesture_set_note_text (lab->program, lab->topology, 0, said, &error);
  check_text (text, edits, error, expected);
  lab_free (lab);
}

static void
test_text_of_notes (void)
{
  check_note_text ("note(\"old\", at=(1, 2)) # c\r\n", "new", "note(\"new\", at=(1, 2)) # c\r\n");
  check_note_text ("note( \"old\" )\n", "a\n\"b\" \\", "note( \"a\\n\\\"b\\\" \\\\\" )\n");
  check_note_text ("note(\"same\")\n", "same", "note(\"same\")\n");
  /* raw text stays raw text, with its indentation and line ends */
  check_note_text ("note(\"\"\"\n    one\n    two\n\"\"\", at=(1, 2))\n", "one\n  2\n\nthree\n",
                   "note(\"\"\"\n    one\n      2\n\n    three\n\"\"\", at=(1, 2))\n");
  check_note_text ("note(\"\"\"\r\n  one\r\n\"\"\")\r\n", "a\nb\n",
                   "note(\"\"\"\r\n  a\r\n  b\r\n\"\"\")\r\n");
  check_note_text ("note(\"\"\"\n  one\n\"\"\")\n", "a\nb", "note(\"\"\"\n  a\n  b\"\"\")\n");
  check_note_text ("note(\"\"\"one\"\"\")\n", "two", "note(\"\"\"two\"\"\")\n");
  /* what raw text cannot say */
  check_note_text ("note(\"\"\"one\"\"\")\n", "\"\"\"", "note(\"\\\"\\\"\\\"\")\n");
  check_note_text ("note(\"\"\"\n  one\n\"\"\")\n", "  a", "note(\"  a\")\n");
  check_note_text ("a = alloc(host)\n", "x", "refused: there is no note number 1");
}

static VbetEdits *
add_sticky (const Lab *lab, GError **error)
{
  return vbet_gesture_add_note (lab->program, lab->topology, "x", &(VbetNotePlace){ 1, -2.5, 0, 0 }, error);
}

static VbetEdits *
add_frame (const Lab *lab, GError **error)
{
  return vbet_gesture_add_note (lab->program, lab->topology, "LAN \"1\"", &(VbetNotePlace){ 1, 2, 30, 40 },
                                error);
}

static VbetEdits *
remove_first (const Lab *lab, GError **error)
{
  return vbet_gesture_remove_notes (lab->program, lab->topology, (const guint[]){ 0, 0 }, 2, error);
}

static VbetEdits *
move_first (const Lab *lab, GError **error)
{
  return vbet_gesture_place_notes (lab->program, lab->topology, (const guint[]){ 0 },
                                   &(VbetNotePlace){ 10, 20, 0, 0 }, 1, error);
}

static VbetEdits *
resize_first (const Lab *lab, GError **error)
{
  return vbet_gesture_place_notes (lab->program, lab->topology, (const guint[]){ 0 },
                                   &(VbetNotePlace){ 10, 20, 30, 40 }, 1, error);
}

static void
test_notes (void)
{
  check_note ("", add_sticky, "note(\"x\", at=(1, -2.5))\n");
  check_note ("a = alloc(host)\r\nstep \"s\" { note(\"y\") }\r\n", add_sticky,
              "a = alloc(host)\r\nnote(\"x\", at=(1, -2.5))\r\nstep \"s\" { note(\"y\") }\r\n");
  check_note ("", add_frame, "note(\"LAN \\\"1\\\"\", at=(1, 2), size=(30, 40))\n");
  check_note ("note(\"a\") # one\nnote(\"b\") # two\n", remove_first, "note(\"b\") # two\n");
  check_note ("a = alloc(host)\r\n  note(\"\"\"\r\na\r\n\"\"\"); note(\"b\")\r\n", remove_first,
              "a = alloc(host)\r\n  note(\"b\")\r\n");
  check_note ("x = note(\"a\")\nnote(\"b\")\n", remove_first, "note(\"b\")\n");
  check_note ("note(\"a\")", move_first, "note(\"a\", at=(10, 20))");
  check_note ("note(\"a\", color=red, size=(1, 2))", move_first,
              "note(\"a\", at=(10, 20), color=red, size=(1, 2))");
  check_note ("note(\"a\", at=(0,0) # here\n)", move_first, "note(\"a\", at=(10, 20) # here\n)");
  check_note ("note(\"a\", at=(0,0), color=red)", resize_first,
              "note(\"a\", at=(10, 20), size=(30, 40), color=red)");
  check_note ("note(\"a\")", resize_first, "note(\"a\", at=(10, 20), size=(30, 40))");
  check_note ("note(size=(1, 1), \"a\")\nnote(\"b\", at=(3, 3))", resize_first,
              "note(size=(30, 40), at=(10, 20), \"a\")\nnote(\"b\", at=(3, 3))");
  /* nothing can be written behind a text that is not closed */
  check_note ("note(\"\"\"open", add_sticky,
              "refused: the text of this lab leaves no way to write this down; edit the program instead");
}

static CU_TestInfo exact_tests[] = {
  { "where a new device goes", test_where_devices_go },
  { "what goes with a device", test_what_goes },
  { "names", test_names },
  { "where attributes go", test_where_attributes_go },
  { "how a cable is written", test_how_cables_are_written },
  { "notes", test_notes },
  { "the text of notes", test_text_of_notes },
  { "addresses of what is pasted", test_pasted_addresses },
  CU_TEST_INFO_NULL,
};

static CU_TestInfo property_tests[] = {
  { "add a device", test_add_device },
  { "remove devices", test_remove_devices },
  { "rename a device", test_rename_device },
  { "add a NIC", test_add_nic },
  { "remove a NIC", test_remove_nic },
  { "add a cable", test_add_cable },
  { "remove a cable", test_remove_cable },
  { "move an end of a cable", test_move_cable_end },
  { "set and unset", test_set },
  { "move devices", test_move_devices },
  { "copy and paste", test_paste },
  CU_TEST_INFO_NULL,
};

static CU_SuiteInfo suites[] = {
  { "on every lab", NULL, NULL, NULL, NULL, property_tests },
  { "in exact words", NULL, NULL, NULL, NULL, exact_tests },
  CU_SUITE_INFO_NULL,
};

int
main (int argc, char **argv)
{
  return vbet_test_run (suites, argc, argv);
}
