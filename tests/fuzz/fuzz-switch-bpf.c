/* fuzz-switch-bpf.c - a capture's filter of any instructions over a frame of any bytes: refused, or it ends
 * and reads nothing else.
 *
 * The input: a byte that says how many instructions, those (of eight bytes each), the frame.
 */
#include "config.h"

#include <string.h>

#include "fuzz/fuzz.h"
#include "switch/core/bpf.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < 1)
    return 0;
  guint n = (guint)MIN (data[0], (size - 1) / 8);
  g_autofree VbetBpfInstruction *program = g_new0 (VbetBpfInstruction, n + 1);
  for (guint i = 0; i < n; i++) {
    const uint8_t *at = data + 1 + (gsize)i * 8;
    program[i].code = (guint16)(at[0] | at[1] << 8);
    program[i].jt = at[2];
    program[i].jf = at[3];
    memcpy (&program[i].k, at + 4, 4);
  }
  if (!vbet_bpf_is_valid (program, n))
    return 0;
  gsize length = size - 1 - (gsize)n * 8;
  g_autofree guint8 *frame = length > 0 ? g_memdup2 (data + 1 + (gsize)n * 8, length) : NULL;
  guint8 nothing = 0;
  guint32 first = vbet_bpf_run (program, frame != NULL ? frame : &nothing, (guint)length);
  g_assert_cmpuint (vbet_bpf_run (program, frame != NULL ? frame : &nothing, (guint)length), ==, first);
  return 0;
}
