/* SPDX-License-Identifier: BSD-2-Clause */
/* TPM structures to and from bytes, see the header. */
#include "card/tpm/marshal.h"

#include <string.h>

#define MARSHAL_DEFINE(type)                                                                       \
    void put_##type(struct buf *buf, const type *value)                                            \
    {                                                                                              \
        uint8_t bytes[sizeof *value];                                                              \
        size_t len = 0;                                                                            \
                                                                                                   \
        if (Tss2_MU_##type##_Marshal(value, bytes, sizeof bytes, &len) != TSS2_RC_SUCCESS)         \
            buf->overflow = true;                                                                  \
        else                                                                                       \
            buf_bytes(buf, bytes, len);                                                            \
        explicit_bzero(bytes, sizeof bytes);                                                       \
    }                                                                                              \
                                                                                                   \
    void get_##type(struct reader *reader, type *ret_value)                                        \
    {                                                                                              \
        uint8_t again[sizeof *ret_value];                                                          \
        size_t len = 0, used = 0, written = 0;                                                     \
        const unsigned char *bytes = reader_bytes(reader, sizeof *ret_value, &len);                \
                                                                                                   \
        memset(ret_value, 0, sizeof *ret_value);                                                   \
        if (bytes == NULL || reader->fault)                                                        \
            return;                                                                                \
        /* tpm2-tss passes over inner sizes that do not fit what they are about. */                \
        if (Tss2_MU_##type##_Unmarshal(bytes, len, &used, ret_value) != TSS2_RC_SUCCESS ||         \
            used != len ||                                                                         \
            Tss2_MU_##type##_Marshal(ret_value, again, sizeof again, &written) !=                  \
                TSS2_RC_SUCCESS ||                                                                 \
            written != len || memcmp(again, bytes, len) != 0)                                      \
            reader->fault = true;                                                                  \
        explicit_bzero(again, sizeof again);                                                       \
    }

MARSHAL_DEFINE(TPM2B_PUBLIC)
MARSHAL_DEFINE(TPM2B_PRIVATE)
MARSHAL_DEFINE(TPM2B_NV_PUBLIC)
MARSHAL_DEFINE(TPM2B_CREATION_DATA)
MARSHAL_DEFINE(TPM2B_DIGEST)
MARSHAL_DEFINE(TPM2B_ATTEST)
MARSHAL_DEFINE(TPMT_SIGNATURE)
MARSHAL_DEFINE(TPMT_TK_VERIFIED)
MARSHAL_DEFINE(TPMT_TK_CREATION)
