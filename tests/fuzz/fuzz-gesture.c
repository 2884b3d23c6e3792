/* fuzz-gesture.c - gestures on any text: no crash, and edits that fit the text.
 *
 * The first byte chooses the gesture, the next two what it is about; the rest is the lab.
 */
#include "config.h"

#include "engine/model/gesture.h"
#include "fuzz/fuzz.h"
#include "unit/invariants.h"

#define HEAD 3

static const char *
pick_device (const VbetTopology *topology, guint choice)
{
  return topology->devices->len > 0
             ? ((const VbetDevice *)topology->devices->pdata[choice % topology->devices->len])->name
             : "nothing";
}

static const char *
pick_cable (const VbetTopology *topology, guint choice)
{
  return topology->cables->len > 0
             ? ((const VbetCable *)topology->cables->pdata[choice % topology->cables->len])->name
             : "nothing";
}

static VbetEdits *
paste (const VbetProgram *program, const VbetTopology *topology, const char *device)
{
  const char *names[] = { device, NULL };
  g_autofree char *copy = vbet_gesture_copy (program, topology, names, NULL);
  return copy != NULL ? vbet_gesture_paste (program, topology, copy, 5, 5, NULL, NULL) : NULL;
}

/* Texts with all that makes raw and quoted text hard. */
static VbetEdits *
run_note_gesture (const VbetProgram *program, const VbetTopology *topology, const uint8_t *head)
{
  static const char *const texts[] = { "x", "a\n  b\n", "\"\"\"", "", "\n", "  a\n b", "\\", "\t\"" };
  guint notes[] = { head[2] % 4u, head[2] / 4u % 4u };
  VbetNotePlace places[] = { { head[2], -1, 0, 0 }, { 5, 6, head[2], 70 } };
  switch (head[1] % 4) {
  case 0:
    return vbet_gesture_add_note (program, topology, texts[head[2] % 8], &places[head[2] & 1], NULL);
  case 1:
    return vbet_gesture_remove_notes (program, topology, notes, 2, NULL);
  case 2:
    return vbet_gesture_set_note_text (program, topology, notes[1], texts[head[2] % 8], NULL);
  default:
    return vbet_gesture_place_notes (program, topology, notes, places, 1 + (head[2] & 1), NULL);
  }
}

static VbetEdits *
run_gesture (const VbetProgram *program, const VbetTopology *topology, const uint8_t *head)
{
  const char *a = pick_device (topology, head[1]);
  const char *b = pick_device (topology, head[2]);
  const char *cable = pick_cable (topology, head[1]);
  const char *names[] = { a, b, NULL };
  VbetObject device = { VBET_KIND_HOST, a, 0 };
  VbetObject nic = { VBET_KIND_NIC, a, head[2] % 4u };
  VbetObject object = { VBET_KIND_CABLE, cable, 0 };
  switch (head[0] % 13) {
  case 0:
    return vbet_gesture_add_device (program, topology, (VbetKind)(1 << head[1] % 7), NULL, head[2], -1, NULL,
                                    NULL);
  case 1:
    return vbet_gesture_remove_devices (program, topology, names, NULL);
  case 2:
    return vbet_gesture_rename_device (program, topology, a, "renamed", NULL);
  case 3:
    return vbet_gesture_add_nic (program, topology, a, NULL, NULL);
  case 4:
    return vbet_gesture_remove_nic (program, topology, a, 1 + head[2] % 4u, NULL);
  case 5:
    return vbet_gesture_add_cable (program, topology, a, head[1] % 3u, b, head[2] % 3u, NULL);
  case 6:
    return vbet_gesture_remove_cable (program, topology, cable, NULL);
  case 7:
    return vbet_gesture_move_cable_end (program, topology, cable, head[2] & 1, b, 0, NULL);
  case 8:
    return vbet_gesture_set (program, topology, &device, "label", head[2] & 1 ? "\"x\"" : NULL, NULL);
  case 9:
    return vbet_gesture_set (program, topology, &nic, "ip", head[1] & 1 ? "[10.0.0.1/24]" : NULL, NULL);
  case 10:
    return vbet_gesture_set (program, topology, &object, "delay", head[2] & 1 ? "1ms/2ms" : NULL, NULL);
  case 11:
    return run_note_gesture (program, topology, head);
  default:
    return paste (program, topology, a);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < HEAD)
    return 0;
  const char *text = (const char *)data + HEAD;
  size -= HEAD;
  g_autoptr (VbetProgram) program = vbet_program_parse (text, size);
  g_autoptr (VbetTopology) topology = vbet_topology_elaborate (program, "lab", NULL);
  g_autoptr (VbetEdits) edits = run_gesture (program, topology, data);
  gsize end = 0;
  for (guint i = 0; edits != NULL && i < vbet_edits_size (edits); i++) {
    const VbetTextEdit *edit = vbet_edits_get (edits, i);
    g_assert_cmpuint (edit->span.start, >=, end);
    end = edit->span.start + edit->span.length;
  }
  g_assert_cmpuint (end, <=, size);
  if (edits == NULL)
    return 0;
  gsize after_size;
  g_autofree char *after = vbet_edits_apply (edits, text, size, &after_size);
  g_autoptr (VbetProgram) again = vbet_program_parse (after, after_size);
  vbet_test_check_program (again, after, after_size);
  return 0;
}
