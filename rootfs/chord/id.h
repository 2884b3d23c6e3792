/* id.h - identifiers of Chord and the circle that they lie on.
 *
 * An identifier is a number of 160 bits; the circle counts modulo 2^160
 * (Stoica et al., "Chord: A Scalable Peer-to-peer Lookup Service for Internet
 * Applications", SIGCOMM 2001, section 4.2; the journal version, "Chord: A
 * Scalable Peer-to-Peer Lookup Protocol for Internet Applications", IEEE/ACM
 * Transactions on Networking 11(1), 2003, section IV; here "the paper" is both).
 * A node's identifier is the SHA-1 of its address as text ("10.0.1.2:3003"), so
 * that whoever has the address can see that the identifier is right; a key's is
 * the SHA-1 of the key. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHORD_ID_SIZE 20  /* bytes, the most significant first */
#define CHORD_ID_BITS 160 /* the paper's m */
#define CHORD_ID_TEXT_SIZE 41
#define CHORD_PEER_TEXT_SIZE 22

typedef struct {
  uint8_t bytes[CHORD_ID_SIZE];
} ChordId;

/* A node as others know it. */
typedef struct {
  ChordId id;
  uint32_t address; /* IPv4, host order */
  uint16_t port;    /* UDP, host order; 0: no node */
} ChordPeer;

/** chord_id_of: Returns: the identifier of @size bytes, as of a key. */
ChordId chord_id_of (const void *data, size_t size);
/** chord_id_compare: Returns: less than, equal to or greater than 0, as numbers. */
int chord_id_compare (const ChordId *a, const ChordId *b);
/** chord_id_between: whether @id lies in the open interval (@low, @high) of the circle; where both are equal, that is
 * everything else. */
bool chord_id_between (const ChordId *id, const ChordId *low, const ChordId *high);
/** chord_id_within: the same, in (@low, @high]; where both are equal, that is the whole circle. */
bool chord_id_within (const ChordId *id, const ChordId *low, const ChordId *high);
/** chord_id_distance: Returns: how far it is clockwise from @from to @to: @to - @from. */
ChordId chord_id_distance (const ChordId *from, const ChordId *to);
/** chord_id_finger_start: Returns: @id + 2^@finger, where finger number @finger begins (the paper's table 1, counted
 * from 0). */
ChordId chord_id_finger_start (const ChordId *id, unsigned finger);
/** chord_id_text: 40 hexadecimal digits. */
void chord_id_text (const ChordId *id, char ret_text[CHORD_ID_TEXT_SIZE]);

/** chord_peer_init: the node at @address and @port, with the identifier that it must have. */
void chord_peer_init (ChordPeer *peer, uint32_t address, uint16_t port);
/** chord_peer_equal: whether both are at one address and port. */
bool chord_peer_equal (const ChordPeer *a, const ChordPeer *b);
/** chord_peer_text: "ADDRESS:PORT". Returns: the length of the text. */
size_t chord_peer_text (const ChordPeer *peer, char ret_text[CHORD_PEER_TEXT_SIZE]);
