/* fuzz.h - what each fuzz target defines; libFuzzer or replay.c calls it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** LLVMFuzzerTestOneInput: Returns: 0. A fault is a crash, a failed g_assert or a sanitizer's report. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
