/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes the place of mark_write() and of the sessions' records in tests of the module's objects:
 * the machine keeps its own.
 */
#ifndef VSC_TESTS_PAM_MARKS_H
#define VSC_TESTS_PAM_MARKS_H

#include <stdbool.h>

#include "tests/fakehelper/script.h"

/* How often a mark was to be left; each time it fails, which must fail nothing else. */
extern unsigned marks_left;

/* What was to be written and removed, a line each:
 * "open session=3 uid=1000 service=login card=p11:1 name=TestVSC", "close session=3". For the
 * session "refused" both fail. */
#define MARKS_SESSIONS 2048
extern char marks_sessions[MARKS_SESSIONS];
/* Which certificates were noted as in use, a line each: "uid=1000 serial=01AF issuer=CN=Test CA".
 */
extern char marks_noted[MARKS_SESSIONS];
void marks_reset(void);
/* Are they what the script's [session] has, and [noted] where it has one? */
bool marks_are(const struct script *script);

#endif
