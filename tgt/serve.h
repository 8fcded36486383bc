/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request and its answer. What is root's is done here, by this process; everything that speaks
 * Kerberos or touches a user's files by a worker that has become the user.
 */
#ifndef VSC_TGT_SERVE_H
#define VSC_TGT_SERVE_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/problem.h"
#include "common/wire.h"
#include "conf/conf.h"

struct tgt_site {
    const struct conf *conf;
    const char *module; /* vsc-pkcs11.so, a trusted file */
    bool as_root;       /* else the caller is who runs this, and gets a ticket of his own only */
    pid_t session;      /* the process that asks */
};

/* The answer to `request`, initialised by the call; an error becomes an ERROR of the caller's. A
 * request with a PIN is wiped. */
must_check enum vsc_err tgt_serve(const struct tgt_site *site, struct message *request,
                                  struct message *answer, struct problem *problem);

#endif
