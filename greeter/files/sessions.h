/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sessions that may be started: the desktop entries of folders such as /usr/share/xsessions.
 * Whatever is wrong with one, it is left out. What is in them is run as the person who signed in,
 * by the login service, and never here.
 */
#ifndef VSC_GREETER_FILES_SESSIONS_H
#define VSC_GREETER_FILES_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/text.h"

#define SESSIONS_MAX     64
#define SESSION_ID_SIZE  128
#define SESSION_FILE_MAX (64 * 1024)

struct session {
    char id[SESSION_ID_SIZE]; /* the file's name without .desktop; printable */
    char name[TEXT_NAME];     /* safe to show */
    bool is_wayland;
    char **command;     /* owned, NULL at the end, one allocation */
    char **environment; /* owned, likewise */
};

struct sessions {
    struct session *list; /* owned */
    size_t count;
};

/* How sessions are looked for. */
struct sessions_rules {
    const char *x_folder, *wayland_folder; /* absolute; "" for none */
    const char *x_wrapper;                 /* words that stand before an X session's command; "" */
    const char *command;                   /* of the session that is there when no other is; "" */
    const char *command_name;              /* and its name */
    const char *locale;                    /* for their names */
};

/* By name. VSC_OK also when there is none; VSC_MEMORY. */
must_check enum vsc_err sessions_read(const struct sessions_rules *rules,
                                      struct sessions *ret_sessions);
void sessions_done(struct sessions *sessions);
/* The index of an id; that of the first session if there is none such. */
size_t sessions_find(const struct sessions *sessions, const char *id);

/* One desktop entry: VSC_INPUT if it is none, or is not to be shown. */
must_check enum vsc_err session_parse(const char *bytes, size_t len, const char *id,
                                      bool is_wayland, const struct sessions_rules *rules,
                                      struct session *ret_session);
void session_done(struct session *session);

#endif
