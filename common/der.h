/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DER, one element at a time, without copying: for what is too large to become a tree in memory.
 * Lengths are definite and minimal, tags have one byte; anything else is refused (X.690 10.1).
 */
#ifndef VSC_COMMON_DER_H
#define VSC_COMMON_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DER_BOOLEAN          0x01
#define DER_INTEGER          0x02
#define DER_OCTET_STRING     0x04
#define DER_OID              0x06
#define DER_ENUMERATED       0x0a
#define DER_UTC_TIME         0x17
#define DER_GENERALIZED_TIME 0x18
#define DER_SEQUENCE         0x30

struct der_span {
    const unsigned char *bytes; /* borrowed */
    size_t len;
};

struct der_element {
    unsigned tag;
    struct der_span whole, content;
};

/* Take the first element off `from`. False, and nothing taken, if there is none or it is no DER. */
bool der_take(struct der_span *from, struct der_element *ret_element);
/* The same, if its tag is `tag`. */
bool der_take_tag(struct der_span *from, unsigned tag, struct der_element *ret_element);
/* Has the first element this tag? */
bool der_is_next(const struct der_span *from, unsigned tag);

/* Write the head (tag and length) of an element of `len` bytes; its size, at most DER_HEAD_MAX. */
#define DER_HEAD_MAX (2 + sizeof(size_t))
size_t der_put_head(unsigned char to[DER_HEAD_MAX], unsigned tag, size_t len);

/* UTCTime (RFC 5280 4.1.2.5.1) or GeneralizedTime in seconds since 1970; false if it is neither. */
bool der_time(const struct der_element *element, int64_t *ret_seconds);

#endif
