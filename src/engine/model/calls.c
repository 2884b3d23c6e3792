/* calls.c - the table of calls. */
#include "config.h"

#include "engine/model/calls.h"

#include <string.h>

#include "engine/model/suggest.h"

#define LAB VBET_PLACE_LAB
#define STEP VBET_PLACE_STEP
#define BOTH (VBET_PLACE_LAB | VBET_PLACE_STEP)
#define DAY (24.0 * 3600 * 1e9)

static const VbetAttributeSpec file_keywords[] = {
  { "mode", 0, VBET_VALUE_MODE, FALSE, FALSE, 0, 07777, "", NULL, "0644", VBET_LIVE_AT_ONCE,
    "Permissions, in octal." },
};

static const VbetAttributeSpec expect_keywords[] = {
  { "within", 0, VBET_VALUE_DURATION, FALSE, FALSE, 0, DAY, "s", NULL, "60s", VBET_LIVE_AT_ONCE,
    "How long to try; the command runs at least once." },
  { "absent", 0, VBET_VALUE_BOOL, FALSE, FALSE, 0, 0, "", NULL, "no", VBET_LIVE_AT_ONCE,
    "Whether to wait until the text is no longer there." },
};

static const VbetAttributeSpec ping_keywords[] = {
  { "loss", 0, VBET_VALUE_PERCENT, FALSE, FALSE, 0, 100, "%", NULL, "0%", VBET_LIVE_AT_ONCE,
    "Share of packets that may get lost." },
  { "within", 0, VBET_VALUE_DURATION, FALSE, FALSE, 0, DAY, "s", NULL, "60s", VBET_LIVE_AT_ONCE,
    "How long to try; there is at least one attempt." },
};

static const VbetCallSpec specs[] = {
  { VBET_WORD_ALLOC, "alloc", BOTH, 1, 1, "alloc(KIND, key=value ...)", "Makes a device, a NIC or a cable." },
  { VBET_WORD_FREE, "free", STEP, 1, 1, "free(x)",
    "Removes a device, a NIC or a cable; what is plugged in is unplugged." },
  { VBET_WORD_ATTACH, "attach", BOTH, 1, G_MAXUINT, "attach(device, nic ...)", "Puts NICs into a device." },
  { VBET_WORD_DETACH, "detach", STEP, 1, 1, "detach(nic)", "Takes a NIC out of its device." },
  { VBET_WORD_PLUG, "plug", BOTH, 2, 2, "plug(cable, nic)", "Puts a free end of a cable into a NIC." },
  { VBET_WORD_UNPLUG, "unplug", STEP, 1, 2, "unplug(cable, nic)", "Pulls a cable out of a NIC." },
  { VBET_WORD_LINK, "link", BOTH, 2, G_MAXUINT, "link(end, end ..., key=value ...)",
    "Makes a cable between two ends, or cables from a switch, hub or access point to all the others.", NULL,
    0, VBET_KIND_CABLE },
  { VBET_WORD_NIC, "NIC", 0, 1, 2, "NIC(device, k)",
    "Names the k-th NIC of a device, or its next free one." },
  { VBET_WORD_SET, "set", BOTH, 1, 1, "set(x, key=value ...)", "Changes attributes of what there is." },
  { VBET_WORD_FILE, "file", BOTH, 3, 3, "file(device, \"/path\", \"text\", mode=0644)",
    "Puts a file into a guest before its services start.", file_keywords, G_N_ELEMENTS (file_keywords) },
  { VBET_WORD_NOTE, "note", BOTH, 1, 1, "note(\"text\", at=(x,y) ...)", "Puts text or a frame on the canvas.",
    NULL, 0, VBET_KIND_NOTE },
  { VBET_WORD_SEED, "seed", LAB, 1, 1, "seed(\"text\")",
    "Makes the MACs that are not written others than those of a lab of the same name." },
  { VBET_WORD_START, "start", STEP, 1, G_MAXUINT, "start(device ...)", "Starts guests." },
  { VBET_WORD_STOP, "stop", STEP, 1, G_MAXUINT, "stop(device ...)", "Stops guests." },
  { VBET_WORD_RESTART, "restart", STEP, 1, G_MAXUINT, "restart(device ...)",
    "Stops guests and starts them again." },
  { VBET_WORD_PAUSE, "pause", STEP, 1, G_MAXUINT, "pause(device ...)", "Freezes guests where they are." },
  { VBET_WORD_RESUME, "resume", STEP, 1, G_MAXUINT, "resume(device ...)", "Lets paused guests go on." },
  { VBET_WORD_EXEC, "exec", STEP, 2, 2, "exec(device, \"command\")",
    "Runs a shell command in a guest as root." },
  { VBET_WORD_EXPECT, "expect", BOTH, 3, 3,
    "expect(device, \"command\", \"text\" or /regex/, within=60s, absent=no)",
    "Runs a command until its output holds the text.", expect_keywords, G_N_ELEMENTS (expect_keywords) },
  { VBET_WORD_PING, "ping", BOTH, 2, 2, "ping(a, b, loss=0%, within=60s)", "Expects that a reaches b.",
    ping_keywords, G_N_ELEMENTS (ping_keywords) },
};

const VbetCallSpec *
vbet_calls_specs (guint *ret_size)
{
  *ret_size = G_N_ELEMENTS (specs);
  return specs;
}

const VbetCallSpec *
vbet_calls_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    if (strcmp (specs[i].name, name) == 0)
      return &specs[i];
  return NULL;
}

const char *
vbet_calls_suggest (const char *name)
{
  VbetSuggest suggest;
  vbet_suggest_init (&suggest, name);
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    vbet_suggest_offer (&suggest, specs[i].name);
  return vbet_suggest_result (&suggest);
}
