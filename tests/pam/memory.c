/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pam/memory.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/own.h"

#define SECRET_LEN 24
#define WINDOW     8 /* bytes in a row that chance does not bring about */
#define MASK       0x5a
#define CHUNK      65536

/* "k7#Qz...": printable characters, each with MASK on it, so that nothing here is the PIN. */
static unsigned char masked_at(size_t i)
{
    return (unsigned char)((33 + (i * 37 + 11) % 90) ^ MASK);
}

char *memory_secret(void)
{
    char *secret = malloc(SECRET_LEN + 1);

    if (secret == NULL)
        return NULL;
    for (size_t i = 0; i < SECRET_LEN; i++)
        secret[i] = (char)(masked_at(i) ^ MASK);
    secret[SECRET_LEN] = '\0';
    return secret;
}

/* Does any WINDOW bytes of the PIN stand at `at`? Compared masked, byte by byte. */
static bool is_secret_at(const unsigned char *at)
{
    for (size_t from = 0; from + WINDOW <= SECRET_LEN; from++) {
        size_t same = 0;

        while (same < WINDOW && (at[same] ^ MASK) == masked_at(from + same))
            same++;
        if (same == WINDOW)
            return true;
    }
    return false;
}

static bool search(int memory, uintptr_t from, uintptr_t to)
{
    static unsigned char chunk[CHUNK + WINDOW];

    for (uintptr_t at = from; at < to; at += CHUNK) {
        size_t want = to - at < sizeof(chunk) ? to - at : sizeof(chunk);
        ssize_t got;

        got = pread(memory, chunk, want, (off_t)at);
        for (ssize_t i = 0; i + WINDOW <= got; i++)
            /* What it has read just now it finds only where it was read from. */
            if (!(at + (size_t)i + WINDOW > (uintptr_t)chunk &&
                  at + (size_t)i < (uintptr_t)chunk + sizeof(chunk)) &&
                is_secret_at(chunk + i)) {
                explicit_bzero(chunk, sizeof(chunk));
                return true;
            }
    }
    explicit_bzero(chunk, sizeof(chunk));
    return false;
}

bool memory_has_secret(void)
{
    auto_fd int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[1024];
    bool found = memory < 0 || maps == NULL;

    while (maps != NULL && !found && fgets(line, sizeof(line), maps) != NULL) {
        unsigned long from, to;
        char access[5];

        if (sscanf(line, "%lx-%lx %4s", &from, &to, access) == 3 && access[1] == 'w')
            found = search(memory, from, to);
    }
    if (maps != NULL)
        (void)fclose(maps);
    return found;
}
