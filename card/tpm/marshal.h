/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TPM structures in a struct buf: each as a length and the TPM's own encoding (part 2). Reading is
 * strict: what does not use up its length, or is not what writing it again would give, is a fault
 * of the reader.
 */
#ifndef VSC_CARD_TPM_MARSHAL_H
#define VSC_CARD_TPM_MARSHAL_H

#include <tss2/tss2_mu.h>
#include <tss2/tss2_tpm2_types.h>

#include "common/buf.h"

#define MARSHAL_DECLARE(type)                                                                      \
    void put_##type(struct buf *buf, const type *value);                                           \
    void get_##type(struct reader *reader, type *ret_value);

MARSHAL_DECLARE(TPM2B_PUBLIC)
MARSHAL_DECLARE(TPM2B_PRIVATE)
MARSHAL_DECLARE(TPM2B_NV_PUBLIC)
MARSHAL_DECLARE(TPM2B_CREATION_DATA)
MARSHAL_DECLARE(TPM2B_DIGEST)
MARSHAL_DECLARE(TPM2B_ATTEST)
MARSHAL_DECLARE(TPMT_SIGNATURE)
MARSHAL_DECLARE(TPMT_TK_VERIFIED)
MARSHAL_DECLARE(TPMT_TK_CREATION)

#endif
