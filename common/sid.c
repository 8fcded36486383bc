/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/sid.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST "4294967295"
#define HEAD    8 /* bytes: revision, how many sub-authorities, the authority */

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

/* The authority is big-endian, in six bytes; the sub-authorities are little-endian. */
size_t sid_to_bytes(const char *text, unsigned char to[SID_BYTES_MAX])
{
    const unsigned count = parts_of(text);
    const char *next = text + 3;

    if (count == 0)
        return 0;
    memset(to, 0, HEAD);
    to[0] = 1;
    to[1] = (unsigned char)count;
    for (unsigned i = 0; i <= count; i++) {
        char *end;
        const uint32_t number = (uint32_t)strtoul(next + 1, &end, 10);

        for (unsigned k = 0; k < 4; k++)
            if (i == 0)
                to[HEAD - 1 - k] = (unsigned char)(number >> (8 * k));
            else
                to[HEAD + 4 * (i - 1) + k] = (unsigned char)(number >> (8 * k));
        next = end;
    }
    return HEAD + 4 * (size_t)count;
}

bool sid_from_bytes(const unsigned char *bytes, size_t len, char to[SID_SIZE])
{
    char text[SID_SIZE];
    size_t at;

    if (len < HEAD + 4 || bytes[0] != 1 || bytes[1] > SID_PARTS_MAX ||
        len != HEAD + 4 * (size_t)bytes[1] || bytes[2] != 0 || bytes[3] != 0)
        return false;
    at = (size_t)snprintf(text, sizeof(text), "S-1-%lu",
                          (unsigned long)bytes[4] << 24 | (unsigned long)bytes[5] << 16 |
                              (unsigned long)bytes[6] << 8 | bytes[7]);
    for (const unsigned char *part = bytes + HEAD; part < bytes + len; part += 4)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "-%lu",
                               (unsigned long)part[3] << 24 | (unsigned long)part[2] << 16 |
                                   (unsigned long)part[1] << 8 | part[0]);
    memcpy(to, text, at + 1);
    return true;
}
