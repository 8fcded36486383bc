/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/sid.h"

#include <stddef.h>
#include <string.h>

#define LARGEST "4294967295"

/* A decimal number below 2^32 without leading zeros: its length, else 0. */
static size_t number_len(const char *text)
{
    size_t len = strspn(text, "0123456789");

    if (len == 0 || len > strlen(LARGEST) || (*text == '0' && len > 1))
        return 0;
    if (len == strlen(LARGEST) && memcmp(text, LARGEST, len) > 0)
        return 0;
    return len;
}

/* How many sub-authorities; 0 for what is no SID. */
static unsigned parts_of(const char *text)
{
    const char *next = text + 4;
    unsigned numbers = 0;

    if (strncmp(text, "S-1-", 4) != 0)
        return 0;
    for (;; next++) {
        size_t len = number_len(next);

        if (len == 0 || ++numbers > SID_PARTS_MAX + 1)
            return 0;
        next += len;
        if (*next != '-')
            break;
    }
    return *next == '\0' ? numbers - 1 : 0;
}

bool sid_is_well_formed(const char *text)
{
    return parts_of(text) > 0;
}

bool sid_is_of_domain(const char *text)
{
    return parts_of(text) == 5 &&
           (strncmp(text, "S-1-5-21-", 9) == 0 || strncmp(text, "S-1-12-1-", 9) == 0);
}
