/* report.h - results of vbetctl test: TAP 13 on stdout as they come, JUnit XML in a file at the end. */
#pragma once

#include <glib.h>

typedef struct VbetReport VbetReport;

typedef enum {
  VBET_REPORT_OK,
  VBET_REPORT_FAILED,
  VBET_REPORT_SKIPPED, /* could not be tried; the reason is in the message */
} VbetReportOutcome;

/* What is known about one result beyond its name; all but @outcome may be missing (NULL, 0). */
typedef struct {
  VbetReportOutcome outcome;
  double duration;       /* seconds */
  const char *message;   /* one sentence: what went wrong */
  const char *statement; /* of the lab text, what failed */
  const char *place;     /* FILE:LINE */
  const char *output;    /* what was seen instead */
} VbetReportResult;

/** vbet_report_new: prints "TAP version 13" and the plan of @planned results. */
VbetReport *vbet_report_new (guint planned);
/** vbet_report_free: @self: (nullable) */
void vbet_report_free (VbetReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbetReport, vbet_report_free)

/** vbet_report_suite: the results that follow are about @name, a lab. */
void vbet_report_suite (VbetReport *self, const char *name);
/** vbet_report_add: @name: of the check; @result: what came of it. Both are copied. */
void vbet_report_add (VbetReport *self, const char *name, const VbetReportResult *result);
/** vbet_report_comment: a line for people, "# …". */
void vbet_report_comment (VbetReport *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** vbet_report_bail_out: "Bail out!": the rest of the plan does not come. */
void vbet_report_bail_out (VbetReport *self, const char *reason);

/** vbet_report_failures: Returns: how many of the results that were added are failures. */
guint vbet_report_failures (const VbetReport *self);

/** vbet_report_write_junit: writes everything so far to @path. */
gboolean vbet_report_write_junit (const VbetReport *self, const char *path, GError **error);
