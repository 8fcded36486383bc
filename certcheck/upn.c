/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/upn.h"

#include <string.h>

#include "common/text.h"

/* Unicode's space separators (Zs); tabs and the like are controls. */
static bool is_blank(unsigned code)
{
    return code == ' ' || code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
           code == 0x202f || code == 0x205f || code == 0x3000;
}

bool upn_is_well_formed(const void *upn, size_t len)
{
    const unsigned char *next = upn;
    const unsigned char *at;
    size_t left = len;

    if (len < 3 || len > UPN_MAX)
        return false;
    at = memchr(upn, '@', len);
    if (at == NULL || at == next || at == next + len - 1)
        return false;
    if (memchr(at + 1, '@', (size_t)(next + len - at - 1)) != NULL)
        return false;
    while (left > 0) {
        unsigned code;
        size_t step = text_decode(next, left, &code);

        if (step == 0 || code == 0 || code == '/' || code == '\\' || text_is_unsafe(code) ||
            is_blank(code))
            return false;
        next += step;
        left -= step;
    }
    return true;
}

size_t upn_local_len(const char *upn)
{
    return strcspn(upn, "@");
}

bool upn_has_suffix(const char *upn, const char *suffix)
{
    const char *at = strchr(upn, '@');

    return at != NULL && text_equal_without_case(at + 1, suffix);
}

bool upn_equal(const char *a, const char *b)
{
    size_t len = upn_local_len(a);

    return len == upn_local_len(b) && memcmp(a, b, len) == 0 && a[len] == '@' &&
           upn_has_suffix(b, a + len + 1);
}
