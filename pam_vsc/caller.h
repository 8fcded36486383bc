/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who asks. Of a setuid program that is its real user. A helper that systemd starts as root for
 * whoever connects to a socket (polkit's since 126) is asked by who is at the other end of it.
 */
#ifndef VSC_PAM_VSC_CALLER_H
#define VSC_PAM_VSC_CALLER_H

#include <stdbool.h>
#include <sys/types.h>

#define CALLER_INPUT 0 /* the descriptor that such a helper has its socket at */

struct caller {
    uid_t uid;   /* (uid_t)-1: nobody knows */
    bool remote; /* at the other end of a socket, and in a session from another machine */
};

/*
 * `input` may be -1, for none; `run` is SESSION_RUN (session_remote.h) but in tests. Where it
 * cannot be known in which session the other end is, it counts as remote.
 */
struct caller caller_find(int input, const char *run);

#endif
