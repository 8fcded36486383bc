/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vsc-watch in a process of its own before a vsc-card that the test plays: the test accepts its
 * connection, reads its questions, answers as it likes, and reads the lines that come out.
 */
#ifndef VSC_TESTS_SUPPORT_PLAYED_CARD_H
#define VSC_TESTS_SUPPORT_PLAYED_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/wire_watch.h"

#define PLAYED_POLL_MS     30 /* between two questions */
#define PLAYED_LINE_MAX    70000
#define PLAYED_PATIENCE_MS 60000 /* the test may be held up */

/* So long the next one started waits for an answer. */
extern int played_answer_ms;

struct played {
    char folder[32], path[64];
    int listener, channel; /* -1: not there */
    int lines;             /* what comes out; -1: closed */
    pid_t watcher;
    char line[PLAYED_LINE_MAX];
    size_t len; /* of what has come and is no whole line yet */
};

/* Start it; with `listening` false nobody is there yet. Aborts on failure, as all of these do. */
void played_start(struct played *played, bool json, bool once, bool listening);
void played_listen(struct played *played);
/* Accept the next connection in place of the one at hand. */
void played_accept(struct played *played);
/* Read one question; false where the connection has ended. */
bool played_asked(struct played *played);
/* Whether a question comes within so many milliseconds; it is not read. */
bool played_is_asked_within(struct played *played, int ms);
void played_send(struct played *played, const void *bytes, size_t len);
void played_answer(struct played *played, const struct watch_list *list);
/* A question, and this answer to it. */
void played_round(struct played *played, const struct watch_list *list);
/* End the connection, or stop listening as well. */
void played_hang_up(struct played *played);
void played_stop_listening(struct played *played);
/* The next line, without its newline; NULL at the end of all lines. Borrowed until the next call.
 */
const char *played_line(struct played *played);
/* Whether a line comes within so many milliseconds. */
bool played_has_line_within(struct played *played, int ms);
/* Wait for its end: the error that watch_run() returned, -1 where it did not end by itself. */
int played_end(struct played *played);

#endif
