/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What vsc-card shows the owner of a native card of its keys (vsc-wire.7, CARD_ATTEST). It needs no
 * PIN, for nothing is signed but what the TPM itself says, and it never shows the endorsement key:
 * that one names the machine's TPM for ever.
 */
#ifndef VSC_CARD_ATTEST_SERVE_ATTEST_H
#define VSC_CARD_ATTEST_SERVE_ATTEST_H

#include "card/serve.h"

extern const struct serve_part serve_attest;

#endif
