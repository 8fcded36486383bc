/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs one scripted conversation (tests/scripts/README) against the module's own objects. */
#ifndef VSC_TESTS_CASE_H
#define VSC_TESTS_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "pam_vsc/call.h"
#include "tests/pam/stage.h"

#define CASE_WHY 4096

/* Who the module believes to be, for wraps of getuid() and geteuid(); -1: whoever we are. And who
 * it believes to be asked by over a socket, for a wrap of caller_find(); -1: there is none. */
struct case_ids {
    int uid, euid, socket;
};
extern struct case_ids case_ids;

/* False with the reasons in `why` if anything was not as the script says. */
bool case_run(struct stage *stage, const char *path, bool debug, char why[CASE_WHY]);

/* Call one of the module's functions by its name in [run]; false for a name that is none's. */
bool case_call(const char *what, pam_handle_t *pamh, const struct call_argv *argv, int *ret_code);

/* "PAM_AUTH_ERR" */
const char *case_code_name(int code);

#endif
