/* control.h - the unix socket between a node of Chord and the commands that ask it: addresses and packets.
 *
 * A sequence of packets a connection: the command sends one, its words each with
 * a NUL at the end ("put", KEY, VALUE); the node answers with packets that begin
 * with CONTROL_OUTPUT, bytes for standard output, and one that begins with
 * CONTROL_END, the exit code as a byte and a sentence for standard error, maybe
 * none. The socket is its owner's alone (mode 0600).
 */
#pragma once

#include "message.h"

#define CONTROL_PATH "/run/chord.sock"
#define CONTROL_PACKET_MAX 2048
#define CONTROL_OUTPUT 'o'
#define CONTROL_END 'e'
#define CHORD_PORT 3003

enum { EXIT_DONE, EXIT_FAILED, EXIT_USAGE };

/** complain: "chord: " and the sentence, on standard error. */
void complain (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

/** control_parse_address: "ADDRESS" or "ADDRESS:PORT", of one IPv4 node. Returns: whether it is. */
bool control_parse_address (const char *text, ChordPeer *ret_peer);

/** control_listen: Returns: a listening socket, or -errno; -EADDRINUSE: another node listens there. A socket that a
 * node left behind which was killed is replaced. */
int control_listen (const char *path);
/** control_connect: Returns: a connection to the node of @path, or -errno. */
int control_connect (const char *path);

/** control_pack: words into a packet. Returns: its size, 0: they are too long. */
size_t control_pack (char *const *words, size_t count, char ret_packet[CONTROL_PACKET_MAX]);
/** control_unpack: a packet into words, which point into it. Returns: how many, 0: it is none. */
size_t control_unpack (const char *packet, size_t size, const char **ret_words, size_t limit);
