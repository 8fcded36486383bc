/* SPDX-License-Identifier: BSD-2-Clause */
/* What the bodies of messages are made of, beyond what buf.h has; for wire_card.c and wire_check.c.
 */
#ifndef VSC_COMMON_WIRE_FIELD_H
#define VSC_COMMON_WIRE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/wire_card.h"

/* A u32 of at most `max`, else a fault and 0: what was read may size an allocation. */
uint32_t field_count(struct reader *reader, uint32_t max);
/* A u8 from `min` to `max`, else a fault and `min`. */
uint8_t field_choice(struct reader *reader, uint8_t min, uint8_t max);
/* A string that may be shown (text_is_printable), else a fault. */
void field_text(struct reader *reader, char *to, size_t size);
/* The same, and not empty. */
void field_name(struct reader *reader, char *to, size_t size);
/* A u32 that holds a two's complement. */
int32_t field_i32(struct reader *reader);
/* Bytes of 1 to CERT_MAX, borrowed; NULL after a fault. */
const unsigned char *field_cert(struct reader *reader, size_t *ret_len);

void field_chain_encode(struct buf *body, const struct der *chain, size_t chain_len);
/*
 * u8 count, then each certificate, copied: the caller frees chain[0..*len-1], also after a failure.
 * A count below `min` or above CHAIN_MAX is a fault (see reader_end).
 */
must_check enum vsc_err field_chain_decode(struct reader *reader, size_t min,
                                           struct der chain[CHAIN_MAX], size_t *len);
/* Free the certificates and set *len to 0. */
void field_chain_done(struct der chain[CHAIN_MAX], size_t *len);

/* A card's state as card_state_encode() writes it; a fault where it contradicts itself. */
struct card_state field_state(struct reader *reader);

void field_reasons_encode(struct buf *body, const uint16_t *reasons, size_t count);
/* u8 count of at most CHECK_CODES_MAX, then each as u16, in the range of enum reason. */
size_t field_reasons_decode(struct reader *reader, uint16_t *reasons);

#endif
