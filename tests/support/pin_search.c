/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/pin_search.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define PIN_LEN PIN_SEARCH_LEN
#define MASK    0xa5

static unsigned char masked[PIN_LEN];

void pin_search_draw(void)
{
    static const char digits[] = "abcdefghijkmnpqrstuvwxyz23456789";

    if (getrandom(masked, sizeof(masked), 0) != sizeof(masked))
        abort();
    for (size_t i = 0; i < PIN_LEN; i++)
        masked[i] = (unsigned char)digits[masked[i] % 32] ^ MASK;
}

void pin_search_take(const char from[PIN_SEARCH_LEN])
{
    for (size_t i = 0; i < PIN_LEN; i++)
        masked[i] = (unsigned char)from[i] ^ MASK;
}

void pin_search_give(char to[PIN_SEARCH_LEN])
{
    for (size_t i = 0; i < PIN_LEN; i++)
        to[i] = (char)(masked[i] ^ MASK);
}

/* Eight bytes of it are too many. AddressSanitizer's red zones are searched as well. */
__attribute__((no_sanitize_address)) static size_t count_in(const volatile unsigned char *memory,
                                                            size_t len)
{
    size_t found = 0;

    for (size_t i = 0; i + 8 <= len; i++) {
        for (size_t at = 0; at + 8 <= PIN_LEN; at += 8) {
            size_t same = 0;

            while (same < 8 && memory[i + same] == (masked[at + same] ^ MASK))
                same++;
            found += same == 8;
        }
    }
    return found;
}

size_t pin_search_count(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512], rights[8];
    uintptr_t first, last;
    size_t found = 0;

    if (maps == NULL)
        abort();
    while (fgets(line, sizeof(line), maps) != NULL)
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &first, &last, rights) == 3 &&
            strncmp(rights, "rw", 2) == 0 && last - first < (uintptr_t)256 * 1024 * 1024)
            found += count_in((const volatile unsigned char *)first, last - first);
    (void)fclose(maps);
    return found;
}
