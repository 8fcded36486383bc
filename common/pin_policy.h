/* SPDX-License-Identifier: BSD-2-Clause */
/* A card's PIN policy, with the names of the Windows tool; checked before a card sees a PIN. */
#ifndef VSC_COMMON_PIN_POLICY_H
#define VSC_COMMON_PIN_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

#define PIN_MAX        127 /* characters: printable ASCII, so bytes too */
#define PIN_FLOOR      4   /* the least that `minlen` may be */
#define PIN_MIN_LENGTH 8   /* the default of `minlen` */

enum pin_rule {
    PIN_ALLOWED,
    PIN_DISALLOWED,
    PIN_REQUIRED,
};

struct pin_policy {
    uint8_t minlen, maxlen;
    enum pin_rule uppercase, lowercase, digits, specialchars;
};

/* minlen 8, maxlen 127, everything allowed. */
#define PIN_POLICY_DEFAULT ((struct pin_policy){.minlen = PIN_MIN_LENGTH, .maxlen = PIN_MAX})

/* What a PIN may be made of. */
enum pin_class {
    PIN_UPPERCASE,
    PIN_LOWERCASE,
    PIN_DIGITS,
    PIN_SPECIAL,
    PIN_CLASSES
};

/* The first rule that a PIN breaks. */
struct pin_flaw {
    enum {
        FLAW_NONE,
        FLAW_SHORT,     /* fewer than `limit` characters */
        FLAW_LONG,      /* more than `limit` */
        FLAW_CHARACTER, /* one that is not printable ASCII */
        FLAW_LACKS,     /* none of `class`, which is required */
        FLAW_HOLDS,     /* one of `class`, which is not allowed */
    } kind;
    unsigned limit;
    enum pin_class class;
};

struct pin_flaw pin_policy_flaw(const struct pin_policy *policy, const struct secret *pin);
/* VSC_OK, or VSC_PIN_POLICY with the rule in `problem` (never the PIN). */
must_check enum vsc_err pin_policy_check(const struct pin_policy *policy, const struct secret *pin,
                                         struct problem *problem);

/*
 * Words in pairs, in any order and each at most once: "minlen 6 maxlen 12 uppercase required
 * lowercase allowed digits required specialchars disallowed"; in any case, as the Windows tool has
 * them. What is not named stays as in PIN_POLICY_DEFAULT. VSC_USAGE with the word in `problem`;
 * also for a policy that no PIN can fit.
 */
must_check enum vsc_err pin_policy_parse(const char *text, struct pin_policy *ret_policy,
                                         struct problem *problem);
/* The other way round, all of it; `to` has room for PIN_POLICY_TEXT bytes. */
void pin_policy_text(const struct pin_policy *policy, char *to);
#define PIN_POLICY_TEXT 160

#endif
