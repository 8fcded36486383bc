/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What vsc-card does for the owner of a native card besides signing and changing the PIN
 * (vsc-wire.7, CARD_PUBLIC and what follows): keys, certificates, the PUK.
 */
#ifndef VSC_CARD_OWNER_SERVE_OWNER_H
#define VSC_CARD_OWNER_SERVE_OWNER_H

#include "card/serve.h"

/* For serve.owner.answer. */
must_check enum vsc_err serve_owner_answer(struct serve *serve, struct serve_request *request);

#endif
