/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What people read who renew: in the language of the locale, domain pam_vsc. Names of cards and
 * whatever a CA said are foreign, and cleaned here.
 */
#ifndef VSC_ENROLL_TEXTS_H
#define VSC_ENROLL_TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_MAX 512 /* bytes of each, with NUL */

/* Once, when the program begins. */
void texts_open(void);

void text_pin(const char *card, unsigned tries_left, bool again, char *to, size_t size);
void text_replace(const char *card, const char *profile, char *to, size_t size);
void text_use_card(const char *card, const char *profile, char *to, size_t size);
/* A line of the notice. `ends` 0: there is no certificate yet. */
void text_due(const char *card, int64_t ends, char *to, size_t size);
void text_details(const char *profile, const char *card, int64_t ends, char *to, size_t size);
/* A line of the summary of failures. */
void text_fault(const char *profile, const char *why, char *to, size_t size);

enum text {
    TEXT_TITLE,
    TEXT_BY_HAND,
    TEXT_NOW,
    TEXT_LATER,
    TEXT_MORE,
    TEXT_FAILED,
    TEXT_REPLACE_TITLE,
    TEXT_REPLACE,
    TEXT_KEEP,
    TEXT_THIS_CARD,
    TEXT_OTHER_CARD,
    TEXT_CANCEL,
    TEXT_PROMPT,
};
const char *text_of(enum text text);

#endif
