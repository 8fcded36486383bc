/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * logind, through its own loginctl: a few words in, a few lines out. Its answers are read strictly;
 * what does not fit them is "unknown", and nothing is done.
 */
#ifndef VSC_REMOVAL_LOGIND_H
#define VSC_REMOVAL_LOGIND_H

#include "common/session_record.h"
#include "conf/conf.h"

#define LOGIND_PROGRAM "/usr/bin/loginctl"

enum standing {
    STANDING_UNKNOWN,
    STANDING_ITS,   /* the very session of the record: id, user and leader are the same */
    STANDING_ENDED, /* there is no such session any more; its id may be another's */
};

enum standing logind_look(const char *program, const struct session_record *record);
/* Lock the session or end it; `removal` is not REMOVAL_NONE. */
must_check enum vsc_err logind_act(const char *program, enum conf_removal removal,
                                   const struct session_record *record);

/* What "show-session" wrote of the session, against the record; for tests. */
enum standing logind_judge(const unsigned char *text, size_t len,
                           const struct session_record *record);
/* Does the list of "list-sessions" name this session? */
bool logind_lists(const unsigned char *text, size_t len, const char *session);

#endif
