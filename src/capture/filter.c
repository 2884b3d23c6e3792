/* filter.c - see filter.h. */
#include "config.h"

#include "capture/filter.h"

#include <pcap/pcap.h>

#include "base/error.h"

#define INSTRUCTIONS_MAX 256 /* that the engine takes */
#define SNAPLEN 65535

GVariant *
vbet_capture_filter (const char *expression, GError **error)
{
  struct bpf_program program = { 0 };
  GVariant *filter = NULL;
  pcap_t *handle = pcap_open_dead (DLT_EN10MB, SNAPLEN);
  if (handle == NULL) {
    g_set_error_literal (error, VBET_ERROR, VBET_ERROR_FAILED,
                         "The filter cannot be read: there is no memory for it");
    return NULL;
  }
  if (pcap_compile (handle, &program, expression, 1, PCAP_NETMASK_UNKNOWN) != 0) {
    g_set_error (
        error, VBET_ERROR, VBET_ERROR_USAGE,
        "“%s” is no capture filter: %s; write it as in “icmp or arp” or “tcp port 80” (pcap-filter(7))",
        expression, pcap_geterr (handle));
  } else if (program.bf_len > INSTRUCTIONS_MAX) {
    g_set_error (error, VBET_ERROR, VBET_ERROR_USAGE,
                 "The capture filter is too long: %u instructions, and %u are possible", program.bf_len,
                 INSTRUCTIONS_MAX);
  } else {
    GVariantBuilder builder;
    g_variant_builder_init (&builder, G_VARIANT_TYPE ("ax"));
    for (guint i = 0; i < program.bf_len; i++) {
      const struct bpf_insn *at = &program.bf_insns[i];
      g_variant_builder_add (&builder, "x", (gint64)at->code);
      g_variant_builder_add (&builder, "x", (gint64)at->jt);
      g_variant_builder_add (&builder, "x", (gint64)at->jf);
      g_variant_builder_add (&builder, "x", (gint64)at->k);
    }
    filter = g_variant_builder_end (&builder);
  }
  pcap_freecode (&program);
  pcap_close (handle);
  return filter;
}
