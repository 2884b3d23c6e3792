/* text.h - text of bounded size that is made piece by piece, without stdio. Pure. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
  char *bytes; /* (unowned) */
  size_t size; /* without the NUL that always follows */
  size_t room;
  bool cut; /* whether something did not fit; nothing is added after it */
} PolicyText;

/** policy_text_begin: an empty text in the @room bytes at @bytes, at least one. */
void policy_text_begin (PolicyText *self, char *bytes, size_t room);
/** policy_text_add: @format as printf's, with %s, %u and %% alone. */
void policy_text_add (PolicyText *self, const char *format, ...) __attribute__ ((format (printf, 2, 3)));
/** policy_text_add_list: the same with a list of arguments, which is used up. */
void policy_text_add_list (PolicyText *self, const char *format, va_list arguments)
    __attribute__ ((format (printf, 2, 0)));
