/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One sign-in as vsc-check sees it: BEGIN, then EVALUATE (any number of times), then PROVE. Each
 * challenge is good for one PROVE and CHALLENGE_SECONDS; a PROVE that fails ends the session. At
 * PROVE everything is looked at anew: files, time, revocation, mapping, account. RECHECK stands
 * alone; SERVICE may come after BEGIN.
 */
#ifndef VSC_CERTCHECK_CHECK_SESSION_H
#define VSC_CERTCHECK_CHECK_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "certcheck/accounts.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/wire.h"
#include "conf/conf.h"

#define CHALLENGE_SECONDS 120
#define HOST_SIZE         65
#define BOOT_ID_SIZE      37

/* What a session needs from outside; tests bring their own. Borrowed. */
struct check_world {
    const struct conf *conf;
    const struct account_source *accounts;
    int64_t (*now)(void);   /* seconds since 1970 */
    int64_t (*ticks)(void); /* milliseconds that never go back */
    const char *mark;       /* the folder of common/mark.h; NULL: no mark is looked for */
    char host[HOST_SIZE];
    char boot_id[BOOT_ID_SIZE];
};

struct check_session;

/* The machine's own clocks, name and boot id. */
struct check_world check_world_here(const struct conf *conf);

must_check enum vsc_err check_session_new(const struct check_world *world,
                                          struct check_session **ret_session);
void check_session_free(struct check_session *session);

/*
 * Answer one request. VSC_OK: `answer` holds the answer (initialised by the call; the caller
 * releases it, also after a failure); else the caller sends an ERROR with `problem` and ends.
 */
must_check enum vsc_err check_session_handle(struct check_session *session,
                                             const struct message *request, struct message *answer,
                                             struct problem *problem);
/* The account of an acceptance that was the last answer and rests on a weak rule, for the log; else
 * NULL. */
const char *check_session_weakly_mapped(const struct check_session *session);
/* Nothing more is answered: the caller ends once the answer is sent. */
bool check_session_is_over(const struct check_session *session);

#endif
