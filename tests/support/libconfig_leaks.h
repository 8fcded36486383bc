/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libconfig 1.5 loses the string at hand when it meets a syntax error. Every program of ours ends
 * then, so that it does not matter, but LeakSanitizer has to be told. Include it once in a program.
 */
#ifndef VSC_TESTS_SUPPORT_LIBCONFIG_LEAKS_H
#define VSC_TESTS_SUPPORT_LIBCONFIG_LEAKS_H

__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig\n";
}

#endif
