/* SPDX-License-Identifier: BSD-2-Clause */
/* Is the calling process in a session that came from another machine? logind knows, by its files.
 */
#ifndef VSC_PAM_VSC_SESSION_REMOTE_H
#define VSC_PAM_VSC_SESSION_REMOTE_H

#include <stdbool.h>

#define SESSION_PROC "/proc/self"
#define SESSION_RUN  "/run/systemd"

/*
 * `proc` and `run` are SESSION_PROC and SESSION_RUN but in tests. A process in a user's own manager
 * (user@UID.service), where it is in no session, counts as remote if any session of that user is:
 * who came from another machine could put it there. Where logind does not run nothing is remote;
 * where a file is there and cannot be read everything is.
 */
bool session_is_remote(const char *proc, const char *run);

#endif
