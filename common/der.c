/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/der.h"

#include <time.h>

#define LONG_FORM      0x80
#define TAG_LONG       0x1f
#define LENGTH_OCTETS  4
#define YEARS_OF_1900S 50 /* RFC 5280: 50 and above are 19YY */

/* The length after the tag; moves `*at` behind it. False where it is not minimal or too long. */
static bool take_length(const struct der_span *from, size_t *at, size_t *ret_len)
{
    size_t octets, len = 0;

    if (*at >= from->len)
        return false;
    if (from->bytes[*at] < LONG_FORM) {
        *ret_len = from->bytes[(*at)++];
        return true;
    }
    octets = from->bytes[(*at)++] & (LONG_FORM - 1U);
    if (octets == 0 || octets > LENGTH_OCTETS || octets > from->len - *at || from->bytes[*at] == 0)
        return false;
    for (size_t i = 0; i < octets; i++)
        len = len << 8 | from->bytes[(*at)++];
    if (len < LONG_FORM)
        return false;
    *ret_len = len;
    return true;
}

bool der_take(struct der_span *from, struct der_element *ret_element)
{
    size_t at = 1, len;

    if (from->len < 2 || (from->bytes[0] & TAG_LONG) == TAG_LONG)
        return false;
    if (!take_length(from, &at, &len) || len > from->len - at)
        return false;
    ret_element->tag = from->bytes[0];
    ret_element->whole = (struct der_span){from->bytes, at + len};
    ret_element->content = (struct der_span){from->bytes + at, len};
    from->bytes += at + len;
    from->len -= at + len;
    return true;
}

bool der_is_next(const struct der_span *from, unsigned tag)
{
    return from->len > 0 && from->bytes[0] == tag;
}

bool der_take_tag(struct der_span *from, unsigned tag, struct der_element *ret_element)
{
    return der_is_next(from, tag) && der_take(from, ret_element);
}

size_t der_put_head(unsigned char to[DER_HEAD_MAX], unsigned tag, size_t len)
{
    size_t octets = 0, size = 0;

    to[size++] = (unsigned char)tag;
    if (len < LONG_FORM) {
        to[size++] = (unsigned char)len;
        return size;
    }
    for (size_t rest = len; rest > 0; rest >>= 8)
        octets++;
    to[size++] = (unsigned char)(LONG_FORM | octets);
    while (octets-- > 0)
        to[size++] = (unsigned char)(len >> (8 * octets));
    return size;
}

/* Two digits at `at`, or -1. */
static int two_digits(const struct der_span *text, size_t at)
{
    const unsigned char *digits = text->bytes + at;

    if (digits[0] < '0' || digits[0] > '9' || digits[1] < '0' || digits[1] > '9')
        return -1;
    return (digits[0] - '0') * 10 + digits[1] - '0';
}

bool der_time(const struct der_element *element, int64_t *ret_seconds)
{
    const struct der_span *text = &element->content;
    const bool is_utc = element->tag == DER_UTC_TIME;
    const size_t after_year = is_utc ? 2 : 4;
    struct tm tm = {0};
    int fields[5], century, year;

    if ((!is_utc && element->tag != DER_GENERALIZED_TIME) || text->len != after_year + 11 ||
        text->bytes[text->len - 1] != 'Z')
        return false;
    for (size_t i = 0; i < 5; i++) {
        fields[i] = two_digits(text, after_year + 2 * i);
        if (fields[i] < 0)
            return false;
    }
    year = two_digits(text, after_year - 2);
    century = is_utc ? (year >= YEARS_OF_1900S ? 19 : 20) : two_digits(text, 0);
    if (year < 0 || century < 0 || fields[0] < 1 || fields[0] > 12 || fields[1] < 1 ||
        fields[1] > 31 || fields[2] > 23 || fields[3] > 59 || fields[4] > 60)
        return false;
    tm.tm_year = century * 100 + year - 1900;
    tm.tm_mon = fields[0] - 1;
    tm.tm_mday = fields[1];
    tm.tm_hour = fields[2];
    tm.tm_min = fields[3];
    tm.tm_sec = fields[4];
    *ret_seconds = timegm(&tm);
    return true;
}
