/* SPDX-License-Identifier: BSD-2-Clause */
/* Plays GDM's session worker: reads a binary prompt, and makes the reply to it. */
#ifndef VSC_TESTS_WORKER_H
#define VSC_TESTS_WORKER_H

#include <stdbool.h>
#include <stddef.h>

#include <security/pam_modules.h>

#define WORKER_TEXT 16384

/*
 * What a binary prompt says, by the extensions that stand in the environment: "choices PROMPT|KEY
 * TEXT|..." or "json JSON"; "malformed ..." for what GDM would not take.
 */
void worker_read(const void *message, char to[WORKER_TEXT]);
/*
 * The reply to it: `how` is the key or the JSON where `quoted`; else what is amiss with it:
 * no-key, length, type, four-bytes. NULL for a word that is none of these.
 */
char *worker_reply(const void *message, const char *how, bool quoted);

#endif
