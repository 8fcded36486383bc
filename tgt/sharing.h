/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sessions that were given a ticket. Each has a mark beside the tickets that are kept: a file
 * named by the owner, the process that opened the session and when that was started, which holds
 * the cache's name. A cache in a collection is shared by all sessions of its owner, and the last
 * one takes it away; a sign-in at a locked screen fills the caches of all of them anew.
 */
#ifndef VSC_TGT_SHARING_H
#define VSC_TGT_SHARING_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/wire_tgt.h"

/* Are there sessions of this owner, `except` one (0 for none), whose process is still there? Marks
 * of processes that are gone are removed. */
bool sharing_others(int folder, uid_t uid, pid_t except);
#define SHARING_MAX 32

/* The caches of this owner's sessions whose process is still there, each once: their number. */
size_t sharing_caches(int folder, uid_t uid, char caches[SHARING_MAX][TGT_CCACHE_SIZE]);
/* Leave a mark, or take it away. That it cannot be left costs the two things above, no more. */
void sharing_mark(int folder, uid_t uid, pid_t session, const char *ccache);
void sharing_unmark(int folder, uid_t uid, pid_t session);

#endif
