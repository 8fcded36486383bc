/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/strict_der.h"

#include <limits.h>

#define CLASS_MASK     0xc0
#define CONSTRUCTED    0x20
#define TAG_MASK       0x1f
#define LONG_LENGTH    0x80
#define LENGTH_BYTES   4
#define BOOLEAN        1
#define INTEGER        2
#define BIT_STRING     3
#define NOTHING        5
#define OBJECT_ID      6
#define EXTERNAL       8
#define ENUMERATED     10
#define EMBEDDED_VALUE 11
#define RELATIVE_OID   13
#define SEQUENCE       16
#define SET            17

struct element {
    unsigned class, tag;
    bool constructed;
    const unsigned char *content;
    size_t len;
};

/* Tags from 31 on take more bytes, seven bits in each. */
static bool take_long_tag(const unsigned char **next, const unsigned char *end, unsigned *ret_tag)
{
    unsigned tag = 0;

    if (*next == end || **next == 0x80)
        return false;
    while (*next < end && tag <= UINT_MAX >> 7) {
        unsigned char byte = *(*next)++;

        tag = tag << 7 | (byte & 0x7f);
        if ((byte & 0x80) == 0) {
            *ret_tag = tag;
            return tag >= TAG_MASK;
        }
    }
    return false;
}

static bool take_length(const unsigned char **next, const unsigned char *end, size_t *ret_len)
{
    size_t len = 0;
    unsigned bytes;

    if (*next == end)
        return false;
    if (**next < LONG_LENGTH) {
        *ret_len = *(*next)++;
        return true;
    }
    bytes = *(*next)++ & 0x7fu;
    if (bytes == 0 || bytes > LENGTH_BYTES || (size_t)(end - *next) < bytes || **next == 0)
        return false;
    while (bytes-- > 0)
        len = len << 8 | *(*next)++;
    *ret_len = len;
    return len >= LONG_LENGTH;
}

static bool take_element(const unsigned char **next, const unsigned char *end, struct element *to)
{
    if (*next == end)
        return false;
    to->class = **next & CLASS_MASK;
    to->constructed = (**next & CONSTRUCTED) != 0;
    to->tag = *(*next)++ & TAG_MASK;
    if (to->tag == TAG_MASK && !take_long_tag(next, end, &to->tag))
        return false;
    if (!take_length(next, end, &to->len) || to->len > (size_t)(end - *next))
        return false;
    to->content = *next;
    *next += to->len;
    return true;
}

/* X.690 8.3.2: the first nine bits are neither all zero nor all one. */
static bool is_integer(const unsigned char *bytes, size_t len)
{
    if (len < 2)
        return len == 1;
    return !(bytes[0] == 0 && bytes[1] < 0x80) && !(bytes[0] == 0xff && bytes[1] >= 0x80);
}

/* X.690 11.2.1: the bits that are not used are zero. */
static bool is_bit_string(const unsigned char *bytes, size_t len)
{
    if (len == 0 || bytes[0] > 7 || (len == 1 && bytes[0] != 0))
        return false;
    return len == 1 || (bytes[len - 1] & ((1u << bytes[0]) - 1)) == 0;
}

/* X.690 8.19.2: no part begins with a byte that adds nothing, and the last part has an end. */
static bool is_object_id(const unsigned char *bytes, size_t len)
{
    bool is_first = true;

    for (size_t i = 0; i < len; i++) {
        if (is_first && bytes[i] == 0x80)
            return false;
        is_first = bytes[i] < 0x80;
    }
    return len > 0 && is_first;
}

static bool is_primitive_sound(const struct element *element)
{
    if (element->class != 0)
        return true;
    switch (element->tag) {
    case BOOLEAN:
        return element->len == 1 && (element->content[0] == 0 || element->content[0] == 0xff);
    case INTEGER:
    case ENUMERATED:
        return is_integer(element->content, element->len);
    case BIT_STRING:
        return is_bit_string(element->content, element->len);
    case NOTHING:
        return element->len == 0;
    case OBJECT_ID:
    case RELATIVE_OID:
        return is_object_id(element->content, element->len);
    case 0: /* the end of what has no length */
    case EXTERNAL:
    case EMBEDDED_VALUE:
    case SEQUENCE:
    case SET:
        return false;
    default:
        return true;
    }
}

static bool may_be_constructed(const struct element *element)
{
    return element->class != 0 || element->tag == SEQUENCE ||
           (element->tag == SET && element->len > 0) || element->tag == EXTERNAL ||
           element->tag == EMBEDDED_VALUE;
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than STRICT_DER_DEPTH */
static bool are_strict(const unsigned char *der, size_t len, unsigned depth)
{
    const unsigned char *next = der, *end = der + len;
    struct element element;

    while (next < end) {
        if (!take_element(&next, end, &element))
            return false;
        if (!element.constructed && !is_primitive_sound(&element))
            return false;
        if (element.constructed && (!may_be_constructed(&element) || depth == STRICT_DER_DEPTH ||
                                    !are_strict(element.content, element.len, depth + 1)))
            return false;
    }
    return true;
}

bool strict_der_is(const unsigned char *der, size_t len)
{
    const unsigned char *next = der;
    struct element element;

    return len > 0 && take_element(&next, der + len, &element) && next == der + len &&
           are_strict(der, len, 0);
}
