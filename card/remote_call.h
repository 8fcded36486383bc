/* SPDX-License-Identifier: BSD-2-Clause */
/* How a remote source (remote.h) asks: what its own calls and those of an owner are made of. */
#ifndef VSC_CARD_REMOTE_CALL_H
#define VSC_CARD_REMOTE_CALL_H

#include "card/card.h"
#include "common/wire.h"

/* Ids that cannot travel are ids of nothing: VSC_NO_CARD, VSC_NO_KEY. `key` may be NULL. */
must_check enum vsc_err remote_check_ids(const char *card, const char *key,
                                         struct problem *problem);
/* Ask, until the source's deadline. The answer's body is in *ret_answer, which the caller releases,
 * also after a failure. */
must_check enum vsc_err remote_call(struct card_source *source, const struct message *request,
                                    enum wire_type answer_type, struct message *ret_answer,
                                    struct problem *problem);
/* What a decoder returned. After a body that does not decode nothing that comes can be trusted
 * either: the source is dead then. */
must_check enum vsc_err remote_decoded(struct card_source *source, enum vsc_err err,
                                       struct problem *problem);
must_check enum vsc_err remote_outcome(struct card_source *source, const struct message *answer,
                                       struct card_outcome *ret_outcome, struct problem *problem);

#endif
