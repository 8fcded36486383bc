/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzz target is one file, tests/fuzz/fuzz_NAME.c, with this one function, and a corpus beside
 * it, tests/fuzz/corpus/NAME/. The Makefile finds both: `make fuzz` runs each target for FUZZ_TIME
 * seconds, and the units replay every corpus without libFuzzer.
 */
#ifndef VSC_TESTS_FUZZ_FUZZ_H
#define VSC_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Always 0; what must not be aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#endif
