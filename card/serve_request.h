/* SPDX-License-Identifier: BSD-2-Clause */
/* A request that vsc-card answers, and what all answers are made with. */
#ifndef VSC_CARD_SERVE_REQUEST_H
#define VSC_CARD_SERVE_REQUEST_H

#include "card/serve.h"
#include "common/wire.h"

struct serve_request {
    enum wire_type type;
    struct message *message; /* its body; see serve_wipe() */
    struct message *answer;  /* to be made: message_init(), then its body */
    struct deadline deadline;
    struct problem problem;
};

/* The request's bytes are not needed any more, and may hold a PIN. */
void serve_wipe(struct serve_request *request);
must_check enum vsc_err serve_which(const struct serve_request *request, struct card_which *which);
/* The source of a card that the peer may use; VSC_DENIED for another's. */
must_check enum vsc_err serve_find_own(struct serve *serve, const char *card,
                                       struct serve_request *request,
                                       struct card_source **ret_source);
/*
 * May the peer change this card, and is it a native one? All that holds the TPM lets go of it: one
 * without a resource manager serves one connection.
 */
must_check enum vsc_err serve_begin_change(struct serve *serve, struct serve_request *request,
                                           const char *card);
/* Log a result, hold the next try back after a wrong PIN or PUK, and answer. */
must_check enum vsc_err serve_outcome(struct serve *serve, struct serve_request *request,
                                      enum wire_type type, const char *card,
                                      const struct card_outcome *outcome);

#endif
