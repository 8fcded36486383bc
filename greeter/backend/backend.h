/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The login service behind the greeter, as the greeter sees it: greetd, LightDM. A back end carries
 * messages and decides nothing; whether somebody is signed in is the service's word, and a session
 * is started by the service alone.
 *
 * One conversation at a time: create_session, then messages, of which a VISIBLE or SECRET one waits
 * for an answer, then signed_in or refused. Acknowledging an INFO or ERROR message is the back
 * end's own business. After signed_in: start_session, then started or refused.
 */
#ifndef VSC_GREETER_BACKEND_BACKEND_H
#define VSC_GREETER_BACKEND_BACKEND_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/secret.h"

#define BACKEND_TEXT_MAX   (32 * 1024) /* bytes of a message that are passed on; the rest is cut */
#define BACKEND_ANSWER_MAX (SECRET_MAX - 1)

enum backend_message {
    BACKEND_VISIBLE, /* a prompt whose answer may be seen: a name, a number of a menu */
    BACKEND_SECRET,  /* a prompt whose answer is hidden: a PIN, a password */
    BACKEND_INFO,
    BACKEND_ERROR,
};

/*
 * What a back end tells. It never calls these from within one of its own operations, only from
 * readable() or from the main loop; they may call its operations, but not free it. Texts are valid
 * UTF-8, borrowed for the call, and hostile: the greeter cleans them before it shows them.
 */
struct backend_listener {
    void *context; /* handed to each */
    void (*message)(void *context, enum backend_message kind, const char *text);
    /* The person is authenticated; nothing of the conversation follows. */
    void (*signed_in)(void *context);
    /* The conversation or the session was refused and is over; `text` is the service's, or "". */
    void (*refused)(void *context, const char *text);
    /* The session runs, or will as soon as the greeter ends. */
    void (*started)(void *context);
    /* The service cannot be reached any more: the last call. */
    void (*gone)(void *context, const char *why);
};

/* What is to be started (greeter/files/sessions.h). */
struct backend_session {
    const char *id;             /* the desktop entry's name without .desktop, as LightDM has it */
    bool is_wayland;            /* from wayland-sessions */
    const char *const *command; /* words, NULL at the end; never empty */
    const char *const *environment; /* NAME=value, NULL at the end; may be empty */
};

struct backend;

/* The operations of one kind of back end. Faults of the connection are told by gone(), later. */
struct backend_ops {
    const char *name; /* "greetd", "lightdm" */
    /* Begin a conversation for `user`; "" lets the card name the user. */
    void (*create_session)(struct backend *backend, const char *user);
    /* Answer the last prompt: at most BACKEND_ANSWER_MAX bytes, a NUL behind them. May be empty. */
    void (*answer)(struct backend *backend, const struct secret *answer);
    /*
     * Give up the conversation, in whatever state it is, also after signed_in. Nothing that belongs
     * to it is told any more, and create_session may follow at once.
     */
    void (*cancel)(struct backend *backend);
    void (*start_session)(struct backend *backend, const struct backend_session *session);
    /* For poll(): to be read when readable, -1 for a back end that watches by itself. */
    int (*fd)(const struct backend *backend);
    void (*readable)(struct backend *backend);
    void (*free)(struct backend *backend);
};

/* The first member of each back end's own structure. */
struct backend {
    const struct backend_ops *ops;
    struct backend_listener listener;
};

#endif
