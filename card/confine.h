/* SPDX-License-Identifier: BSD-2-Clause */
/* What vsc-card may still reach once it has started: the sandboxes of its two kinds of process. */
#ifndef VSC_CARD_CONFINE_H
#define VSC_CARD_CONFINE_H

#include "common/problem.h"
#include "conf/conf.h"

/*
 * Become helpers.card_user for good (with the supplementary group `group`, NULL for none) where
 * root started this process; where that user is "", say in the log that it stays root. A process
 * of another user stays what it is.
 */
must_check enum vsc_err confine_user(const struct conf *conf, const char *group,
                                     struct problem *problem);

/* `by_root`: root started this process. Then there is no service without a sandbox; else the log
 * says that there is none. */

/* The process that serves a peer: the TPM (device or TCTI), the store, libraries. */
must_check enum vsc_err confine_channel(const struct conf *conf, bool by_root,
                                        struct problem *problem);

/* The process of one PKCS#11 module: foreign code, so nearly all system calls, but not the store.
 */
must_check enum vsc_err confine_module(const struct conf *conf, const char *module, bool by_root,
                                       struct problem *problem);

#endif
