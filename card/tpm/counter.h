/* SPDX-License-Identifier: BSD-2-Clause */
/* How many tries are left: the card's own counter in P, or the fallback's, the TPM's. */
#ifndef VSC_CARD_TPM_COUNTER_H
#define VSC_CARD_TPM_COUNTER_H

#include "card/tpm/gate.h"

/* VSC_CARD_GONE if there is no such index; VSC_TPM for anything else that is not a counter. */
must_check enum vsc_err counter_of_index(struct gate *gate, struct card_state *ret_state,
                                         struct problem *problem);
must_check enum vsc_err counter_of_tpm(struct tpm *tpm, struct card_state *ret_state,
                                       struct problem *problem);

#endif
