/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every code means that a login screen, the log or certcheck can show, who can fix it, and
 * how. The one table of it: reasons bring their text and remedy from common/reason.h; the other
 * codes, which the module gives itself, have all of it here. `make lint` compares the table with
 * the man pages and with the module's codes.
 */
#ifndef VSC_CERTCHECK_CLI_EXPLANATION_H
#define VSC_CERTCHECK_CLI_EXPLANATION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/reason.h"

enum fixer {
    FIX_USER = 1,
    FIX_HELP_DESK = 2, /* has vscmgr, and a line to the CA */
    FIX_ADMIN = 4,     /* root on this computer */
    FIX_CA = 8,
};

struct explanation {
    const char *code; /* "crl-stale" */
    const char *text; /* in one line */
    const char *meaning, *fix;
    unsigned fixers; /* fixer bits; 0: nothing is wrong */
    bool is_reason;  /* of a certificate: certcheck(1); else the module's own: pam_vsc(8) */
    enum reason reason;
};

#define EXPLANATION_NEAR_MAX 3

/* The reasons come first, in the order of their enum. */
size_t explanation_count(void);
struct explanation explanation_at(size_t index);

/* "crl-stale", "CRL-STALE", "VSC-CRL-STALE", in any case. */
bool explanation_find(const char *code, struct explanation *ret_explanation);
/* The codes that somebody who wrote `code` may have meant, the nearest first; how many. */
size_t explanation_near(const char *code, const char *near[EXPLANATION_NEAR_MAX]);
/* "the user", "the help desk", "the administrator", "the CA". */
const char *fixer_name(enum fixer fixer);

/* The tables. */
struct reason_row {
    unsigned fixers;
    const char *meaning, *fix;
};
extern const struct reason_row explanation_reasons[REASON_COUNT];

struct ending_row {
    const char *code;
    unsigned fixers;
    const char *text, *meaning, *fix;
};
extern const struct ending_row explanation_endings[];
extern const size_t explanation_ending_count;

#endif
