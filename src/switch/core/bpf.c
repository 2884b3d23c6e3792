/* bpf.c - see bpf.h. */
#include "config.h"

#include "switch/core/bpf.h"

#include <string.h>

#define MEMORY 16

enum { /* parts of a code */
       CLASS = 0x07,
       LD = 0x00,
       LDX = 0x01,
       ST = 0x02,
       STX = 0x03,
       ALU = 0x04,
       JMP = 0x05,
       RET = 0x06,
       MISC = 0x07,
       WIDTH = 0x18,
       WIDTH_W = 0x00,
       WIDTH_H = 0x08,
       WIDTH_B = 0x10,
       MODE = 0xe0,
       IMM = 0x00,
       ABS = 0x20,
       IND = 0x40,
       MEM = 0x60,
       LEN = 0x80,
       MSH = 0xa0,
       OPERATION = 0xf0,
       SOURCE_X = 0x08,
       RET_A = 0x10,
       TXA = 0x80,
};

enum { ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, NEG, MOD, XOR };
enum { JA, JEQ, JGT, JGE, JSET };

static gboolean
is_load (const VbetBpfInstruction *at)
{
  switch (at->code & MODE) {
  case ABS:
  case IND:
    return (at->code & CLASS) == LD && (at->code & WIDTH) != WIDTH;
  case MSH:
    return (at->code & CLASS) == LDX && (at->code & WIDTH) == WIDTH_B;
  case MEM:
    return (at->code & WIDTH) == WIDTH_W && at->k < MEMORY;
  case IMM:
  case LEN:
    return (at->code & WIDTH) == WIDTH_W;
  default:
    return FALSE;
  }
}

static gboolean
is_alu (const VbetBpfInstruction *at)
{
  guint operation = (at->code & OPERATION) >> 4;
  gboolean by_constant = !(at->code & SOURCE_X);
  if (operation == DIV || operation == MOD)
    return !by_constant || at->k != 0;
  if (operation == LSH || operation == RSH)
    return !by_constant || at->k < 32;
  return operation <= XOR;
}

/* @left: instructions behind this one. */
static gboolean
is_jump (const VbetBpfInstruction *at, guint left)
{
  guint operation = (at->code & OPERATION) >> 4;
  if (operation == JA)
    return at->k < left;
  return operation <= JSET && at->jt < left && at->jf < left;
}

static gboolean
is_instruction (const VbetBpfInstruction *at, guint left)
{
  if (at->code > 0xff)
    return FALSE;
  switch (at->code & CLASS) {
  case LD:
  case LDX:
    return is_load (at);
  case ST:
  case STX:
    return (at->code & ~CLASS) == 0 && at->k < MEMORY;
  case ALU:
    return is_alu (at);
  case JMP:
    return is_jump (at, left);
  case RET:
    return (at->code & ~(CLASS | RET_A)) == 0;
  default: /* MISC */
    return (at->code & ~(CLASS | TXA)) == 0;
  }
}

gboolean
vbet_bpf_is_valid (const VbetBpfInstruction *program, guint size)
{
  if (size == 0 || size > VBET_BPF_MAX)
    return FALSE;
  for (guint i = 0; i < size; i++)
    if (!is_instruction (&program[i], size - 1 - i))
      return FALSE;
  return (program[size - 1].code & CLASS) == RET;
}

typedef struct {
  guint32 a;
  guint32 x;
  guint32 memory[MEMORY];
  const guint8 *data;
  guint size;
} Machine;

/* Returns: FALSE when the frame is too short: the program then wants nothing of it. */
static gboolean
load_bytes (Machine *self, guint width, guint64 offset, guint32 *ret_value)
{
  guint bytes = width == WIDTH_W ? 4 : width == WIDTH_H ? 2 : 1;
  if (offset + bytes > self->size)
    return FALSE;
  guint32 value = 0;
  for (guint i = 0; i < bytes; i++)
    value = value << 8 | self->data[offset + i];
  *ret_value = value;
  return TRUE;
}

static gboolean
load (Machine *self, const VbetBpfInstruction *at, guint32 *to)
{
  guint32 value = 0;
  switch (at->code & MODE) {
  case ABS:
    return load_bytes (self, at->code & WIDTH, at->k, to);
  case IND:
    return load_bytes (self, at->code & WIDTH, (guint64)at->k + self->x, to);
  case MSH:
    if (!load_bytes (self, WIDTH_B, at->k, &value))
      return FALSE;
    *to = (value & 15) * 4;
    return TRUE;
  case MEM:
    *to = self->memory[at->k];
    return TRUE;
  case LEN:
    *to = self->size;
    return TRUE;
  default:
    *to = at->k;
    return TRUE;
  }
}

static gboolean
calculate (Machine *self, const VbetBpfInstruction *at)
{
  guint32 by = at->code & SOURCE_X ? self->x : at->k;
  switch ((at->code & OPERATION) >> 4) {
  case ADD:
    self->a += by;
    return TRUE;
  case SUB:
    self->a -= by;
    return TRUE;
  case MUL:
    self->a *= by;
    return TRUE;
  case DIV:
    self->a = by != 0 ? self->a / by : 0;
    return by != 0;
  case MOD:
    self->a = by != 0 ? self->a % by : 0;
    return by != 0;
  case OR:
    self->a |= by;
    return TRUE;
  case AND:
    self->a &= by;
    return TRUE;
  case XOR:
    self->a ^= by;
    return TRUE;
  case LSH:
    self->a = by < 32 ? self->a << by : 0;
    return TRUE;
  case RSH:
    self->a = by < 32 ? self->a >> by : 0;
    return TRUE;
  default: /* NEG */
    self->a = 0u - self->a;
    return TRUE;
  }
}

/* Returns: instructions to skip. */
static guint32
jump (const Machine *self, const VbetBpfInstruction *at)
{
  guint32 by = at->code & SOURCE_X ? self->x : at->k;
  switch ((at->code & OPERATION) >> 4) {
  case JA:
    return at->k;
  case JEQ:
    return self->a == by ? at->jt : at->jf;
  case JGT:
    return self->a > by ? at->jt : at->jf;
  case JGE:
    return self->a >= by ? at->jt : at->jf;
  default: /* JSET */
    return (self->a & by) != 0 ? at->jt : at->jf;
  }
}

guint32
vbet_bpf_run (const VbetBpfInstruction *program, const guint8 *data, guint size)
{
  Machine self = { .data = data, .size = size };
  for (const VbetBpfInstruction *at = program;; at++) {
    gboolean goes_on = TRUE;
    switch (at->code & CLASS) {
    case LD:
      goes_on = load (&self, at, &self.a);
      break;
    case LDX:
      goes_on = load (&self, at, &self.x);
      break;
    case ST:
      self.memory[at->k] = self.a;
      break;
    case STX:
      self.memory[at->k] = self.x;
      break;
    case ALU:
      goes_on = calculate (&self, at);
      break;
    case JMP:
      at += jump (&self, at);
      break;
    case RET:
      return at->code & RET_A ? self.a : at->k;
    default: /* MISC */
      if (at->code & TXA)
        self.a = self.x;
      else
        self.x = self.a;
      break;
    }
    if (!goes_on)
      return 0;
  }
}
