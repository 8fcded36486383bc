/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/wire_token.h"

#include <string.h>

void card_found_encode(struct buf *body, const struct card_found *found)
{
    buf_u8(body, found->present);
    buf_bytes(body, found->label, found->label_len);
}

enum vsc_err card_found_decode(struct reader *reader, struct card_found *ret_found)
{
    struct card_found found = {.present = reader_bool(reader)};
    const unsigned char *label = reader_bytes(reader, TOKEN_LABEL_MAX, &found.label_len);
    enum vsc_err err;

    if (!found.present && found.label_len > 0)
        reader->fault = true;
    err = reader_end(reader);
    if (err != VSC_OK)
        return err;
    if (found.label_len > 0)
        memcpy(found.label, label, found.label_len);
    *ret_found = found;
    return VSC_OK;
}
