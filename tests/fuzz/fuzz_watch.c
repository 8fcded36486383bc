/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What vsc-watch reads: whatever comes from the socket, as answers one after the other. What must
 * hold: each line that it writes is one JSON object of version 1, with no control character in it,
 * and no longer than a line may be.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/own.h"
#include "greeter/watch/inquiry.h"
#include "greeter/watch/tell.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX 60000 /* what a socket takes before anybody reads */
#define BEGINNING "{\"v\":1,\"event\":\""

static struct teller teller = {.json = true};

static void must(bool claim)
{
    if (!claim)
        abort();
}

static void check_line(const char *line, size_t len)
{
    must(len < LINE_MAX_BYTES && len > strlen(BEGINNING) && line[len - 1] == '}');
    must(memcmp(line, BEGINNING, strlen(BEGINNING)) == 0);
    for (size_t i = 0; i < len; i++)
        must((unsigned char)line[i] >= ' ' && line[i] != 0x7f);
}

static void check_lines(int fd)
{
    static char text[LINE_MAX_BYTES * 2 * CARDS_MAX];
    ssize_t len = pread(fd, text, sizeof(text), 0);
    const char *next = text;

    must(len >= 0 && len < (ssize_t)sizeof(text));
    while (next < text + len) {
        const char *end = memchr(next, '\n', (size_t)(text + len - next));

        must(end != NULL);
        check_line(next, (size_t)(end - next));
        next = end + 1;
    }
}

/* All that can be told of one answer after another. */
static void tell_all(const struct shown *before, struct shown *now, const struct instant *at)
{
    must(tell_state(&teller, now) == VSC_OK);
    for (size_t i = 0; i < now->list.count; i++) {
        size_t k = shown_find(before, &now->list.cards[i]);
        unsigned changes =
            k < before->list.count ? shown_changes(before, k, now, i) : CARD_CHANGE_NAME;

        must(tell_card(&teller, CARD_EVENT_CHANGED, now, i, changes) == VSC_OK);
        if (shown_count_down(now, i, at))
            must(tell_locked(&teller, &now->list.cards[i]) == VSC_OK);
    }
    must(shown_next_ms(now, at) > at->ms);
}

static void answers(int fd)
{
    struct inquiry inquiry = INQUIRY_TO("/", 1000);
    struct instant at = {.ms = 1000, .seconds = 1800000000};
    struct shown before = {.list = {.count = 0}};

    inquiry.fd = fd;
    for (int round = 0; round < 4; round++) {
        struct watch_list list = {0};
        struct shown now;
        enum vsc_err err;

        inquiry.has_refused = false;
        err = inquiry_take(&inquiry, &list);
        if (inquiry.has_refused)
            continue;
        if (err != VSC_OK)
            break;
        shown_take(&now, &list, &before, &at);
        at.ms += 1700;
        at.seconds += 86400;
        tell_all(&before, &now, &at);
        shown_done(&before);
        before = now;
    }
    shown_done(&before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_fd int lines = memfd_create("lines", MFD_CLOEXEC);
    int pair[2];

    if (len > INPUT_MAX || lines < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return 0;
    teller.line.fd = lines;
    must(len == 0 || write(pair[0], data, len) == (ssize_t)len);
    (void)close(pair[0]);
    answers(pair[1]);
    (void)close(pair[1]);
    check_lines(lines);
    return 0;
}
