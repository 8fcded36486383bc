/* SPDX-License-Identifier: BSD-2-Clause */
/* A command line as words: the Exec key of a desktop entry, and commands of the configuration. */
#ifndef VSC_GREETER_FILES_WORDS_H
#define VSC_GREETER_FILES_WORDS_H

#include "common/err.h"

#define WORDS_MAX 128

/*
 * Divide `line` as the Desktop Entry Specification has it for Exec: words between blanks, or in
 * double quotes with \" \` \$ \\; %% is a percent sign, and field codes (%f, %U ...) are left out.
 * VSC_INPUT for an open quote, another field code, no word, or more than WORDS_MAX. *ret_words is
 * one allocation, with a NULL behind the last word.
 */
must_check enum vsc_err words_read(const char *line, char ***ret_words);

#endif
