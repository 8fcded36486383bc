/* SPDX-License-Identifier: BSD-2-Clause */
/* The module's arguments (pam_vsc.8). They override the configuration's keys of the same meaning.
 */
#ifndef VSC_PAM_VSC_ARGS_H
#define VSC_PAM_VSC_ARGS_H

#include <limits.h>
#include <stdbool.h>

#include "common/err.h"
#include "common/problem.h"

#define ARGS_UNSET       UINT_MAX /* a number that was not given */
#define ARGS_TIMEOUT     30       /* seconds, until vsc-check has told the configuration's */
#define ARGS_TIMEOUT_MAX 600
#define ARGS_WAIT_MAX    600

struct args {
    const char *config;  /* borrowed, as all strings here; NULL: the helpers' default */
    const char *card;    /* NULL: any */
    const char *helpers; /* the folder of the helpers; never NULL */
    unsigned wait, timeout;
    bool debug, quiet, try_first_pass, use_first_pass, set_authtok, ask_authtok, ignore_root,
        allow_remote;
};

/* VSC_USAGE with the argument in `problem` if one is unknown, repeated or malformed. */
must_check enum vsc_err args_parse(int argc, const char *const *argv, struct args *ret_args,
                                   struct problem *problem);

#endif
