/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/wire_field.h"

#include <stdlib.h>
#include <string.h>

#include "common/reason.h"
#include "common/text.h"
#include "common/wire_check.h"

uint32_t field_count(struct reader *reader, uint32_t max)
{
    uint32_t count = reader_u32(reader);

    if (count <= max)
        return count;
    reader->fault = true;
    return 0;
}

uint8_t field_choice(struct reader *reader, uint8_t min, uint8_t max)
{
    uint8_t choice = reader_u8(reader);

    if (choice >= min && choice <= max)
        return choice;
    reader->fault = true;
    return min;
}

void field_text(struct reader *reader, char *to, size_t size)
{
    reader_str(reader, to, size);
    if (!text_is_printable(to))
        reader->fault = true;
}

void field_name(struct reader *reader, char *to, size_t size)
{
    field_text(reader, to, size);
    if (*to == '\0')
        reader->fault = true;
}

int32_t field_i32(struct reader *reader)
{
    return (int32_t)reader_u32(reader);
}

const unsigned char *field_cert(struct reader *reader, size_t *ret_len)
{
    const unsigned char *cert = reader_bytes(reader, CERT_MAX, ret_len);

    if (cert == NULL || *ret_len > 0)
        return cert;
    reader->fault = true;
    return NULL;
}

void field_chain_encode(struct buf *body, const struct der *chain, size_t chain_len)
{
    buf_u8(body, (uint8_t)chain_len);
    for (size_t i = 0; i < chain_len; i++)
        buf_bytes(body, chain[i].data, chain[i].len);
}

enum vsc_err field_chain_decode(struct reader *reader, size_t min, struct der chain[CHAIN_MAX],
                                size_t *len)
{
    size_t count = field_choice(reader, (uint8_t)min, CHAIN_MAX);

    for (*len = 0; *len < count; (*len)++) {
        size_t size;
        const unsigned char *cert = field_cert(reader, &size);

        if (cert == NULL)
            return VSC_PROTOCOL;
        chain[*len] = (struct der){.data = malloc(size), .len = size};
        if (chain[*len].data == NULL)
            return VSC_MEMORY;
        memcpy(chain[*len].data, cert, size);
    }
    return VSC_OK;
}

void field_chain_done(struct der chain[CHAIN_MAX], size_t *len)
{
    for (size_t i = 0; i < *len; i++)
        free(chain[i].data);
    *len = 0;
}

struct card_state field_state(struct reader *reader)
{
    struct card_state state = {0};

    state.tries_known = reader_bool(reader);
    state.tries_left = reader_u16(reader);
    state.tries_max = reader_u16(reader);
    if (state.tries_left > state.tries_max || (!state.tries_known && state.tries_max > 0))
        reader->fault = true;
    state.blocked = reader_bool(reader);
    state.gone = reader_bool(reader);
    state.locked_seconds = reader_u32(reader);
    return state;
}

void field_reasons_encode(struct buf *body, const uint16_t *reasons, size_t count)
{
    buf_u8(body, (uint8_t)count);
    for (size_t i = 0; i < count; i++)
        buf_u16(body, reasons[i]);
}

size_t field_reasons_decode(struct reader *reader, uint16_t *reasons)
{
    size_t count = field_choice(reader, 0, CHECK_CODES_MAX);

    for (size_t i = 0; i < count; i++) {
        reasons[i] = reader_u16(reader);
        if (reasons[i] >= REASON_COUNT)
            reader->fault = true;
    }
    return reader->fault ? 0 : count;
}
