/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What vsc-card does for the owner of a native card besides signing and changing the PIN
 * (vsc-wire.7, CARD_PUBLIC and what follows): keys, certificates, the PUK.
 */
#ifndef VSC_CARD_OWNER_SERVE_OWNER_H
#define VSC_CARD_OWNER_SERVE_OWNER_H

#include "card/serve.h"

extern const struct serve_part serve_owner;

#endif
