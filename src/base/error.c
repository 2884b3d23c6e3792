/* error.c - the GError domain of vBET. */
#include "config.h"

#include "base/error.h"

G_DEFINE_QUARK (vbet - error - quark, vbet_error)
