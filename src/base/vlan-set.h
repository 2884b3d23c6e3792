/* vlan-set.h - a set of VLAN identifiers (IEEE 802.1Q: 12 bits), and its text between engine and switch. Pure. */
#pragma once

#include <glib.h>

#define VBET_VLANS 4096

typedef struct {
  guint64 words[VBET_VLANS / 64];
} VbetVlanSet;

/* 16 hexadecimal digits a word. */
#define VBET_VLAN_SET_TEXT_SIZE (VBET_VLANS / 4 + 1)

/** vbet_vlan_set_has: @vlan: any number; those that are none are in no set. */
static inline gboolean
vbet_vlan_set_has (const VbetVlanSet *self, guint vlan)
{
  return self != NULL && vlan < VBET_VLANS && (self->words[vlan / 64] >> vlan % 64 & 1) != 0;
}

/** vbet_vlan_set_add: @vlan: one that is none is left out. */
static inline void
vbet_vlan_set_add (VbetVlanSet *self, guint vlan)
{
  if (vlan < VBET_VLANS)
    self->words[vlan / 64] |= G_GUINT64_CONSTANT (1) << vlan % 64;
}

/** vbet_vlan_set_is_empty: whether no VLAN is in it. */
static inline gboolean
vbet_vlan_set_is_empty (const VbetVlanSet *self)
{
  for (guint i = 0; i < VBET_VLANS / 64; i++)
    if (self->words[i] != 0)
      return FALSE;
  return TRUE;
}

/** vbet_vlan_set_to_text: @ret_text: (array fixed-size=1025). */
static inline void
vbet_vlan_set_to_text (const VbetVlanSet *self, char ret_text[VBET_VLAN_SET_TEXT_SIZE])
{
  for (guint i = 0; i < VBET_VLANS / 64; i++)
    g_snprintf (ret_text + 16 * i, 17, "%016" G_GINT64_MODIFIER "x", self->words[i]);
}

/** vbet_vlan_set_from_text: Returns: FALSE when @text is not what vbet_vlan_set_to_text() writes. */
static inline gboolean
vbet_vlan_set_from_text (const char *text, VbetVlanSet *ret_set)
{
  gsize digits = 0;
  *ret_set = (VbetVlanSet){ { 0 } };
  for (; text[digits] != '\0' && digits < VBET_VLANS / 4; digits++) {
    gint digit = g_ascii_xdigit_value (text[digits]);
    if (digit < 0)
      return FALSE;
    ret_set->words[digits / 16] = ret_set->words[digits / 16] << 4 | (guint)digit;
  }
  return digits == VBET_VLANS / 4 && text[digits] == '\0';
}
