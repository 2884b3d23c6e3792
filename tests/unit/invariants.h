/* invariants.h - what holds for every parsed text, whatever its bytes; for tests and fuzz targets. */
#pragma once

#include "engine/language/program.h"

/**
 * vbet_test_check_program: aborts unless @program prints back as @text (array length=size), its tokens are in
 * order with nothing but blanks between them, its nodes are nested and in order, and its findings lie inside.
 */
void vbet_test_check_program (const VbetProgram *program, const char *text, gsize size);
