/* agent-protocol.h - the frames between the engine and the agent inside a guest.
 *
 * The link is a byte stream: the guest's first serial line, whose host end is
 * one end of a unix stream socket pair. Frames are little endian:
 *
 *   u8 magic 0xB5 | u8 type | u16 channel | u32 length | length bytes of payload
 *
 * Channel 0 carries what concerns the whole guest. Any other channel is one
 * job of the host's choosing: it opens with EXEC, PUT or GET and is over, and
 * may be used again, once the guest has sent EXIT, END or ERROR on it.
 *
 *   job   host sends                            guest answers
 *   EXEC  EXEC, STDIN … (empty = end of file)   STDOUT, STDERR …, then EXIT
 *   PUT   PUT, DATA …, END                      END once the file is in place
 *   GET   GET                                   DATA …, END
 *
 * An EXEC with VBET_AGENT_EXEC_TERMINAL runs in a terminal of its own: STDIN is
 * typed, all output is STDOUT, RESIZE tells its size, and KILL by SIGHUP hangs it
 * up. Only its output has a window: the guest sends at most VBET_AGENT_WINDOW
 * bytes of STDOUT more than the host has given back by WINDOW_MORE.
 *
 * Anything that fails ends the job by ERROR instead. KILL stops any job: EXEC
 * ends by EXIT as usual, PUT and GET by ERROR (ECANCELED); a PUT leaves no
 * partial file. A late frame for a job that is over is ignored.
 *
 * Flow: towards the guest a job may have VBET_AGENT_WINDOW bytes of STDIN or
 * DATA payload outstanding; each WINDOW_MORE from the guest gives back as many as
 * it says. A host that sends more loses the job (ERROR, EOVERFLOW). Towards the
 * host there is no window but for terminals: the host always reads, and the agent
 * stops reading from its programs while the line is full. A host that cannot take
 * a command's output stops it by KILL with SIGSTOP, and lets it go on by SIGCONT;
 * what it said before comes all the same.
 *
 * The line is not in raw mode before the agent runs: the host sends nothing
 * before the first HELLO, or only one PING, which is answered by HELLO and PONG
 * (a host that connects anew finds out so that the guest is up).
 *
 * What goes wrong in a guest without anybody having asked (a boot script that
 * fails, a refused address) is an alarm (RFC 8632): raised under a key, cleared
 * under the same. The guest says ALARM with an empty payload and all that are
 * raised before a HELLO with "started" set, so that the host knows of the boot
 * when it knows that the guest is up; then each change.
 *
 * The line itself has a window too. When unread input of a serial line or
 * console reaches about 4,000 bytes, the kernel of User-Mode Linux 6.1 stops
 * listening to it and never starts again (line_throttle() in
 * arch/um/drivers/line.c). Hence:
 *
 * - of all bytes sent down the line, frames' headers included, at most
 *   VBET_AGENT_LINE_WINDOW may be unacknowledged. The guest acknowledges what
 *   it has read by ACK; a HELLO with "started" set resets the count to 0. A
 *   longer frame is written in pieces as acknowledgements come.
 * - what is typed on the console goes there in pieces of at most
 *   VBET_AGENT_CONSOLE_PIECE bytes; after a full piece the host sends
 *   CONSOLE_ASK and waits for CONSOLE_ROOM before the next. Before HELLO one
 *   piece may be sent in all.
 *
 * Both ends take the other for hostile. No GLib in here: the agent is a small
 * static program. Pure: bytes in, bytes out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VBET_AGENT_VERSION 1
#define VBET_AGENT_MAGIC 0xB5
#define VBET_AGENT_HEADER 8
#define VBET_AGENT_PAYLOAD_MAX 32768
#define VBET_AGENT_FRAME_MAX (VBET_AGENT_HEADER + VBET_AGENT_PAYLOAD_MAX)
#define VBET_AGENT_LINE_WINDOW 3072   /* bytes on the line that are not acknowledged yet, towards the guest */
#define VBET_AGENT_CONSOLE_PIECE 1024 /* bytes typed on the console at one go */
#define VBET_AGENT_WINDOW 65536       /* bytes of payload a job may have outstanding towards the guest */
#define VBET_AGENT_JOBS_MAX 64        /* jobs at one time; one more gets ERROR, EAGAIN */
#define VBET_AGENT_ARGUMENTS_MAX 512
#define VBET_AGENT_PATH_MAX 4095    /* bytes of a path, without a NUL */
#define VBET_AGENT_ALARMS_MAX 64    /* alarms of one guest that the host keeps */
#define VBET_AGENT_ALARM_KEY_MAX 31 /* bytes, each without a NUL */
#define VBET_AGENT_ALARM_KIND_MAX 23
#define VBET_AGENT_ALARM_TEXT_MAX 400

typedef enum {
  /* host → guest */
  VBET_AGENT_EXEC = 0x01,  /* u8 flags, then each argument with its NUL; the command is found through PATH */
  VBET_AGENT_STDIN = 0x02, /* bytes; empty: end of file */
  VBET_AGENT_KILL = 0x03,  /* i32 signal, sent to the job's process group; 0 counts as SIGKILL */
  VBET_AGENT_PUT = 0x04,   /* u32 mode, then an absolute path; the folder must exist */
  VBET_AGENT_GET = 0x05,   /* an absolute path of a regular file */
  VBET_AGENT_CARRIER = 0x06,     /* channel 0: u32 NIC index from 1, u8 0 or 1 */
  VBET_AGENT_CLOCK = 0x07,       /* channel 0: u64 nanoseconds since 1970: sets the guest's clock */
  VBET_AGENT_POWEROFF = 0x08,    /* channel 0: empty: clean shutdown; the kernel process ends */
  VBET_AGENT_PING = 0x09,        /* channel 0: up to 64 bytes of the host's choosing */
  VBET_AGENT_CONSOLE_ASK = 0x0A, /* channel 0: empty: say CONSOLE_ROOM once its input is nearly read */
  VBET_AGENT_RESIZE = 0x0B,      /* u16 rows, u16 columns of a terminal */
  VBET_AGENT_LINK_ASK = 0x0C,    /* channel 0: empty: say LINK of every NIC now, and whenever it changes */
  VBET_AGENT_SPEED = 0x0D,       /* channel 0: u32 NIC index from 1, u32 Mbit/s, from 1: full duplex */
  /* guest → host */
  VBET_AGENT_HELLO = 0x41,  /* channel 0: u32 version, u32 started: the guest is up; @started 1: the agent is
                                 new (no job, no byte outstanding), 0: an answer to PING;
                                 then u32 features, which older agents do not send */
  VBET_AGENT_STDOUT = 0x42, /* bytes */
  VBET_AGENT_STDERR = 0x43, /* bytes */
  VBET_AGENT_EXIT = 0x44,   /* i32: exit code, 128 + N when killed by signal N; ends an EXEC */
  VBET_AGENT_ERROR = 0x45,  /* u32 errno of Linux, then a sentence (UTF-8, may be empty); ends any job */
  VBET_AGENT_WINDOW_MORE = 0x46,  /* u32 bytes that the host may send again on this channel */
  VBET_AGENT_PONG = 0x47,         /* channel 0: the payload of the PING */
  VBET_AGENT_ACK = 0x48,          /* channel 0: u32 bytes more of the line that have been read */
  VBET_AGENT_CONSOLE_ROOM = 0x49, /* channel 0: empty: the next piece may be typed */
  VBET_AGENT_LINK = 0x4A,         /* channel 0: u32 NIC index from 1, u8 0 or 1: the guest has set it up */
  VBET_AGENT_ALARM = 0x4B,        /* channel 0: key NUL kind NUL text: raised, or raised with another text;
                                 a key alone: cleared; empty: all cleared */
  /* both ways */
  VBET_AGENT_DATA = 0x81, /* a piece of a file */
  VBET_AGENT_END = 0x82,  /* the file is complete; from the guest after GET: u32 mode */
} VbetAgentType;

/* Flags of EXEC. */
#define VBET_AGENT_EXEC_STDIN 0x01 /* STDIN frames will come; else standard input is /dev/null */
#define VBET_AGENT_EXEC_MERGE 0x02 /* standard error goes where standard output goes, in order */
#define VBET_AGENT_EXEC_TERMINAL                                                                             \
  0x04 /* in a terminal of its own, whose size is 24 × 80 at first; not with the others */

/* Features of HELLO. */
#define VBET_AGENT_FEATURE_TERMINAL 0x01 /* EXEC takes VBET_AGENT_EXEC_TERMINAL */
#define VBET_AGENT_FEATURE_LINKS 0x02    /* LINK_ASK is known */
#define VBET_AGENT_FEATURE_SPEED 0x04    /* SPEED is known */
#define VBET_AGENT_FEATURES                                                                                  \
  (VBET_AGENT_FEATURE_TERMINAL | VBET_AGENT_FEATURE_LINKS | VBET_AGENT_FEATURE_SPEED)

/* One received frame. @payload points into the decoder and lasts until its next call. */
typedef struct {
  VbetAgentType type;
  uint16_t channel;
  uint32_t length;
  const uint8_t *payload;
} VbetAgentFrame;

/* An alarm as it was read. */
typedef struct {
  char key[VBET_AGENT_ALARM_KEY_MAX + 1]; /* letters, digits, "-", "_", "."; "" with @text "": all of them */
  char kind[VBET_AGENT_ALARM_KIND_MAX + 1]; /* likewise; "": it is cleared */
  char text[VBET_AGENT_ALARM_TEXT_MAX + 1]; /* any bytes but control characters */
} VbetAgentAlarm;

typedef struct {
  uint64_t skipped;                     /* bytes of garbage passed over so far */
  size_t start;                         /* private */
  size_t fill;                          /* private */
  uint8_t buffer[VBET_AGENT_FRAME_MAX]; /* private */
} VbetAgentDecoder;

/** vbet_agent_decoder_init: makes @self empty. Needs no counterpart. */
void vbet_agent_decoder_init (VbetAgentDecoder *self);

/**
 * vbet_agent_decoder_push:
 *
 * Gives received bytes, split anywhere, to the decoder:
 *
 *   while (size > 0) {
 *     size_t taken = vbet_agent_decoder_push (&decoder, data, size);
 *     data += taken, size -= taken;
 *     while (vbet_agent_decoder_next (&decoder, &frame))
 *       …
 *   }
 *
 * Returns: how many bytes of @data were taken: at least one when
 * vbet_agent_decoder_next() has returned false since the last push.
 */
size_t vbet_agent_decoder_push (VbetAgentDecoder *self, const void *data, size_t size);

/**
 * vbet_agent_decoder_next:
 * @ret_frame: (out): the next frame; its length is checked, its payload is not
 *
 * Bytes that cannot start a frame (wrong magic, unknown type, length out of
 * range) are passed over and counted in @skipped: after garbage the decoder
 * finds the next frame by itself.
 *
 * Returns: false when no complete frame is there.
 */
bool vbet_agent_decoder_next (VbetAgentDecoder *self, VbetAgentFrame *ret_frame);

/**
 * vbet_agent_encode:
 * @out: gets the frame; VBET_AGENT_HEADER + @length bytes
 * @payload: (nullable): may be NULL when @length is 0; must not overlap @out unless
 *           it already stands at @out + VBET_AGENT_HEADER
 *
 * Returns: the size of the frame; 0 when @length or @type is out of range or @capacity too small.
 */
size_t vbet_agent_encode (uint8_t *out, size_t capacity, VbetAgentType type, uint16_t channel,
                          const void *payload, size_t length);

/**
 * vbet_agent_encode_exec:
 * @argv: NULL-terminated, at least the command
 *
 * Returns: the size of the EXEC frame; 0 when it does not fit @capacity or a frame.
 */
size_t vbet_agent_encode_exec (uint8_t *out, size_t capacity, uint16_t channel, uint8_t flags,
                               const char *const *argv);

/** vbet_agent_encode_put: Returns: the size of the PUT frame; 0 when @path is not absolute or too long. */
size_t vbet_agent_encode_put (uint8_t *out, size_t capacity, uint16_t channel, uint32_t mode,
                              const char *path);

/** vbet_agent_encode_get: Returns: the size of the GET frame; 0 when @path is not absolute or too long. */
size_t vbet_agent_encode_get (uint8_t *out, size_t capacity, uint16_t channel, const char *path);

/** vbet_agent_encode_resize: RESIZE; both from 1 to 65535. */
size_t vbet_agent_encode_resize (uint8_t *out, size_t capacity, uint16_t channel, uint16_t rows,
                                 uint16_t columns);

/** vbet_agent_encode_u32: a frame whose payload is one number (KILL, EXIT, WINDOW_MORE, ACK, END of a GET). */
size_t vbet_agent_encode_u32 (uint8_t *out, size_t capacity, VbetAgentType type, uint16_t channel,
                              uint32_t value);

/** vbet_agent_encode_hello: HELLO of this version. */
size_t vbet_agent_encode_hello (uint8_t *out, size_t capacity, bool started);

/** vbet_agent_encode_link: LINK of NIC @index (from 1). */
size_t vbet_agent_encode_link (uint8_t *out, size_t capacity, uint32_t index, bool up);
/** vbet_agent_encode_carrier: CARRIER of NIC @index (from 1). */
size_t vbet_agent_encode_carrier (uint8_t *out, size_t capacity, uint32_t index, bool carrier);
/** vbet_agent_encode_speed: SPEED of NIC @index (from 1); @speed in Mbit/s. */
size_t vbet_agent_encode_speed (uint8_t *out, size_t capacity, uint32_t index, uint32_t speed);

/** vbet_agent_encode_clock: CLOCK; @nanoseconds since 1970. */
size_t vbet_agent_encode_clock (uint8_t *out, size_t capacity, uint64_t nanoseconds);

/** vbet_agent_encode_error: ERROR; @text (nullable) is cut to what a short frame holds. */
size_t vbet_agent_encode_error (uint8_t *out, size_t capacity, uint16_t channel, uint32_t code,
                                const char *text);

/**
 * vbet_agent_encode_alarm:
 * @key: (nullable): NULL: all are cleared
 * @kind: (nullable): NULL: the one is cleared
 * @text: (nullable): cut to VBET_AGENT_ALARM_TEXT_MAX bytes
 *
 * Returns: the size of the ALARM; 0 when @key or @kind is too long or has another character than they may.
 */
size_t vbet_agent_encode_alarm (uint8_t *out, size_t capacity, const char *key, const char *kind,
                                const char *text);

/* Readers of payloads; each returns false when the payload is not well formed. */

/**
 * vbet_agent_read_exec:
 * @ret_argv: (out): VBET_AGENT_ARGUMENTS_MAX + 1 places; gets pointers into the payload and a NULL
 */
bool vbet_agent_read_exec (const VbetAgentFrame *frame, uint8_t *ret_flags, const char **ret_argv);
/** vbet_agent_read_put: @ret_path: (out): VBET_AGENT_PATH_MAX + 1 bytes; absolute, no NUL inside. */
bool vbet_agent_read_put (const VbetAgentFrame *frame, uint32_t *ret_mode, char *ret_path);
/** vbet_agent_read_get: @ret_path: (out): VBET_AGENT_PATH_MAX + 1 bytes. */
bool vbet_agent_read_get (const VbetAgentFrame *frame, char *ret_path);
/** vbet_agent_read_u32: the only number of KILL, EXIT, WINDOW_MORE, ACK, END. */
bool vbet_agent_read_u32 (const VbetAgentFrame *frame, uint32_t *ret_value);
/** vbet_agent_read_features: of a HELLO. Returns: 0 when it tells of none. */
uint32_t vbet_agent_read_features (const VbetAgentFrame *frame);
/** vbet_agent_read_resize: Returns: false when @frame is malformed; then nothing is set. */
bool vbet_agent_read_resize (const VbetAgentFrame *frame, uint16_t *ret_rows, uint16_t *ret_columns);
/** vbet_agent_read_hello: @ret_version: of the protocol; @ret_started: whether the guest's boot is over. Returns: as
 * vbet_agent_read_resize(). */
bool vbet_agent_read_hello (const VbetAgentFrame *frame, uint32_t *ret_version, bool *ret_started);
/** vbet_agent_read_carrier: of CARRIER, and of LINK, which looks the same. */
bool vbet_agent_read_carrier (const VbetAgentFrame *frame, uint32_t *ret_index, bool *ret_carrier);
/** vbet_agent_read_speed: of SPEED. */
bool vbet_agent_read_speed (const VbetAgentFrame *frame, uint32_t *ret_index, uint32_t *ret_speed);
/** vbet_agent_read_clock: @ret_nanoseconds: since 1970. Returns: as vbet_agent_read_resize(). */
bool vbet_agent_read_clock (const VbetAgentFrame *frame, uint64_t *ret_nanoseconds);
/**
 * vbet_agent_read_error:
 * @ret_text: (out): @capacity bytes (≥ 1); the sentence, NUL-terminated, cut if longer, control characters as "?"
 */
bool vbet_agent_read_error (const VbetAgentFrame *frame, uint32_t *ret_code, char *ret_text, size_t capacity);
/** vbet_agent_read_alarm: texts are cut if longer, control characters are blanks. */
bool vbet_agent_read_alarm (const VbetAgentFrame *frame, VbetAgentAlarm *ret_alarm);
