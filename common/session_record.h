/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record of a session that was opened with a token (vsc-removal.8): a small file of root's,
 * named as the session is, in a folder of root's. The module leaves it and takes it away;
 * vsc-removal reads it. A line "pam_vsc session 1", then lines "KEY VALUE" in one order; nothing
 * else is a record.
 */
#ifndef VSC_COMMON_SESSION_RECORD_H
#define VSC_COMMON_SESSION_RECORD_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/wire_card.h"

#define SESSION_FOLDER       "/run/pam_vsc/sessions"
#define SESSION_ID_SIZE      33 /* with NUL */
#define SESSION_SERVICE_SIZE 65 /* with NUL */
#define SESSION_RECORD_MAX   1024

struct session_record {
    char session[SESSION_ID_SIZE];      /* logind's id: letters and digits */
    uid_t uid;                          /* of the session's user */
    pid_t leader;                       /* who opened it: logind's Leader. > 1 */
    char service[SESSION_SERVICE_SIZE]; /* printable, for the log */
    char card[CARD_ID_SIZE];            /* the token's id, "p11:..." */
    char name[CARD_NAME_SIZE];          /* the token's name, safe to show */
};

/* One to SESSION_ID_SIZE - 1 ASCII letters and digits. */
bool session_id_is_sound(const char *id);
/* The id of a token: printable, and it starts with "p11:". */
bool session_card_is_sound(const char *card);

/* The record as text; VSC_INPUT if a member is not as it has to be. `ret_text` is initialised here;
 * the caller releases it, also after a failure. */
must_check enum vsc_err session_record_encode(const struct session_record *record,
                                              struct buf *ret_text);
/* VSC_INPUT for anything that session_record_encode() would not have written. */
must_check enum vsc_err session_record_decode(const void *text, size_t len,
                                              struct session_record *ret_record);

/*
 * Leave the record in `folder`, atomically, mode 0600; a record of that session is replaced. The
 * folder is made where it is missing, and must be trusted (io.h).
 */
must_check enum vsc_err session_record_write(const char *folder,
                                             const struct session_record *record,
                                             struct problem *problem);
/* Take it away. VSC_OK also where there is none. */
must_check enum vsc_err session_record_remove(const char *folder, const char *session,
                                              struct problem *problem);

#endif
