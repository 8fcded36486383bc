/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user's Kerberos ticket for one HTTPS connection: SPNEGO with Kerberos and nothing else, bound
 * to the server's certificate (RFC 5929, tls-server-end-point), so that a token is of no use on
 * another connection. The server proves itself too.
 */
#ifndef VSC_ENROLL_XCEP_TICKET_H
#define VSC_ENROLL_XCEP_TICKET_H

#include <gssapi/gssapi.h>
#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"

#define TICKET_TOKEN_MAX 65536 /* bytes of a token */

struct ticket {
    gss_ctx_id_t context;
    gss_name_t service;
    gss_cred_id_t credential;
    OM_uint32 flags;
    struct buf bindings;
    bool complete; /* the server has proven itself */
};

void ticket_done(struct ticket *ticket);
#define auto_ticket __attribute__((cleanup(ticket_done)))

/* The bytes that bind to a server's certificate. VSC_DENIED where RFC 5929 has none for it. */
must_check enum vsc_err ticket_bindings(const char *pem, struct buf *ret_bindings,
                                        struct problem *problem);

/* The first token for HTTP@host. `delegate`: hand the user's ticket on to the server. VSC_HELPER:
 * there is no ticket. Release `ret_ticket`, which owns `bindings` now, also after a failure. */
must_check enum vsc_err ticket_begin(const char *host, struct buf *bindings, bool delegate,
                                     struct ticket *ret_ticket, struct buf *ret_token,
                                     struct problem *problem);
/* The server's token. VSC_DENIED where it proves nothing. */
must_check enum vsc_err ticket_finish(struct ticket *ticket, const struct buf *token,
                                      struct problem *problem);

#endif
