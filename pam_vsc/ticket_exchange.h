/* SPDX-License-Identifier: BSD-2-Clause */
/* One request to vsc-tgt, and its answer: a process for each, which is gone afterwards. */
#ifndef VSC_PAM_VSC_TICKET_EXCHANGE_H
#define VSC_PAM_VSC_TICKET_EXCHANGE_H

#include "common/wire_tgt.h"
#include "pam_vsc/peer.h"

/* The PIN in `get` is wiped before the wait begins. */
must_check enum vsc_err exchange_tgt_get(const struct peer_place *place, struct tgt_get *get,
                                         struct tgt_got *ret_got);
/* `type` is TGT_PLACE, TGT_RENEW or TGT_REMOVE. */
must_check enum vsc_err exchange_tgt_cache(const struct peer_place *place, enum wire_type type,
                                           const struct tgt_cache *cache,
                                           struct tgt_cached *ret_cached);

#endif
