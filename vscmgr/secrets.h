/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the words after --pin, --adminkey, --puk, --ownerauth and --lockoutauth stand for: default,
 * random, prompt, stdin, empty, keep. Each option takes some of them (the arrays).
 */
#ifndef VSC_VSCMGR_SECRETS_H
#define VSC_VSCMGR_SECRETS_H

#include <stdbool.h>

#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

extern const char *const words_typed[];       /* prompt, stdin */
extern const char *const words_or_default[];  /* default, prompt, stdin */
extern const char *const words_admin_key[];   /* default, random, prompt, stdin */
extern const char *const words_old_key[];     /* default, prompt, stdin, kept */
extern const char *const words_new_key[];     /* prompt, stdin, random, kept */
extern const char *const words_ownerauth[];   /* empty, prompt, stdin */
extern const char *const words_lockoutauth[]; /* keep, random, prompt, stdin */

/* What is asked, and what "default" stands for. */
struct asked {
    const char *label;      /* "New PIN" */
    const char *what;       /* "PIN", for the warning */
    const char *well_known; /* the value of "default"; NULL: none */
    bool is_new;            /* on the terminal asked twice */
};

extern const struct asked asked_pin, asked_old_pin, asked_new_pin, asked_puk, asked_new_puk,
    asked_admin_key, asked_new_admin_key, asked_ownerauth, asked_lockoutauth, asked_helpdesk,
    asked_helpdesk_key;

/* The key that the help desk keeps: vscmgr/kept_key.h. */
bool word_is_kept(const char *word);
/* By a word of the arrays: "empty" and "keep" give none; "random" is the caller's. */
must_check enum vsc_err secret_get(const char *word, const struct asked *asked,
                                   struct secret *ret_secret, struct problem *problem);
/* The same for an administrator key, in bytes; "random" is shown to nobody and kept nowhere. */
must_check enum vsc_err secret_get_admin_key(const char *word, const struct asked *asked,
                                             struct secret *ret_key, struct problem *problem);
/*
 * The same for the lockout password. A random one is told on standard error, before the TPM gets
 * it: nobody will see it again.
 */
must_check enum vsc_err secret_get_lockout(const char *word, struct secret *ret_password,
                                           struct problem *problem);

#endif
