/* text.c - memory and text of the nft program; see nft.h. */
#define _GNU_SOURCE
#include "nft.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void
no_memory (void)
{
  fputs ("nft: no memory\n", stderr);
  exit (1);
}

void *
allocate (size_t size)
{
  void *memory = calloc (1, size);
  if (memory == NULL)
    no_memory ();
  return memory;
}

void *
grow (void *items, int count, size_t item_size)
{
  /* Doubles at each power of two. */
  if (count > 0 && (count & (count - 1)) != 0)
    return items;
  items = reallocarray (items, count == 0 ? 1 : (size_t) count * 2, item_size);
  if (items == NULL)
    no_memory ();
  return items;
}

char *
copy_text (const char *text, size_t size)
{
  char *copy = allocate (size + 1);
  memcpy (copy, text, size);
  return copy;
}

char *
format_text (const char *format, ...)
{
  char *text = NULL;
  va_list arguments;
  va_start (arguments, format);
  if (vasprintf (&text, format, arguments) < 0)
    no_memory ();
  va_end (arguments);
  return text;
}

bool
same (const char *a, const char *b)
{
  return a != NULL && b != NULL && strcmp (a, b) == 0;
}

char *
read_text (const char *path)
{
  Buffer out = { 0 };
  char piece[4096];
  FILE *file = same (path, "-") ? stdin : fopen (path, "re");
  size_t count;
  if (file == NULL)
    return NULL;
  buffer_add (&out, "%s", "");
  while ((count = fread (piece, 1, sizeof piece - 1, file)) > 0) {
    piece[count] = '\0';
    buffer_add (&out, "%s", piece);
  }
  bool good = ferror (file) == 0;
  if (file != stdin)
    fclose (file);
  return good ? out.text : NULL;
}

void
buffer_add (Buffer *buffer, const char *format, ...)
{
  char *text = NULL;
  va_list arguments;
  va_start (arguments, format);
  int size = vasprintf (&text, format, arguments);
  va_end (arguments);
  if (size < 0)
    no_memory ();
  buffer->text = realloc (buffer->text, buffer->size + (size_t) size + 1);
  if (buffer->text == NULL)
    no_memory ();
  memcpy (buffer->text + buffer->size, text, (size_t) size + 1);
  buffer->size += (size_t) size;
  free (text);
}

void
fail (const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  fputs ("Error: ", stderr);
  vfprintf (stderr, format, arguments);
  fputc ('\n', stderr);
  va_end (arguments);
  exit (1);
}

void
fail_at (const Token *token, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  if (token != NULL && token->file != NULL)
    fprintf (stderr, "%s:%d:%d: ", token->file, token->line, token->column);
  fputs ("Error: ", stderr);
  vfprintf (stderr, format, arguments);
  fputc ('\n', stderr);
  va_end (arguments);
  exit (1);
}
