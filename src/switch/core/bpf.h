/* bpf.h - runs the filter of a capture: a program of classic BPF, checked before it runs.
 *
 * The instructions are those of McCanne and Jacobson (The BSD Packet Filter,
 * 1993), encoded as libpcap does, which compiles filter expressions outside
 * this process. A checked program ends, since jumps go forward only, and reads
 * nothing but the frame and its sixteen words of memory.
 */
#pragma once

#include <glib.h>

#define VBET_BPF_MAX 512 /* instructions */

typedef struct {
  guint16 code;
  guint8 jt; /* instructions to skip when the test holds */
  guint8 jf; /* and when it does not */
  guint32 k;
} VbetBpfInstruction;

/** vbet_bpf_is_valid: whether @program can be run; the caller may be hostile. An empty one is not. */
gboolean vbet_bpf_is_valid (const VbetBpfInstruction *program, guint size);

/**
 * vbet_bpf_run:
 * @program: valid
 *
 * Returns: how many bytes of the frame are wanted; 0: not this frame.
 */
guint32 vbet_bpf_run (const VbetBpfInstruction *program, const guint8 *data, guint size);
