/* SPDX-License-Identifier: BSD-2-Clause */
/* What a fake helper answers: bodies of messages from the words of a script line, and requests
 * compared with them. */
#ifndef VSC_TESTS_PLAY_H
#define VSC_TESTS_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/wire.h"

/* A part of a line: the words up to "->" or ";". */
struct part {
    char *const *words;
    size_t count;
};

/* A line's answer: the first part names the message, the others its items. */
#define PLAY_PARTS 64
struct play {
    struct part parts[PLAY_PARTS];
    size_t count;
    const char *socket; /* what BEGUN names where the script does not */
};

const char *part_text(const struct part *part, const char *name, const char *otherwise);
unsigned long part_number(const struct part *part, const char *name, unsigned long otherwise);
bool part_flag(const struct part *part, const char *word);

/* 0 for a name that is no message's. */
enum wire_type play_type(const char *name);
/* Encode the answer's body; false for a message that these do not know. */
bool play_encode_check(const struct play *play, enum wire_type type, struct buf *body);
bool play_encode_tgt(const struct play *play, enum wire_type type, struct buf *body);
bool play_encode_card(const struct play *play, enum wire_type type, struct buf *body);
/* "alice/1000": the name, cut at `size`, and the uid. */
uid_t play_account(const char *both, char *name, size_t size);

/* One comparison of a request with a line after the other; the first that fails says why. */
struct matcher {
    const struct part *expected;
    char *why;
    size_t size;
    bool ok;
};
void match_bytes(struct matcher *matcher, const char *name, const void *got, size_t len);
void match_text(struct matcher *matcher, const char *name, const char *got);
enum vsc_err match_tgt_get(struct matcher *matcher, struct reader *reader);
enum vsc_err match_tgt_cache(struct matcher *matcher, struct reader *reader);

/* Does the request say what the line's words say? What they do not name is not compared. */
bool play_matches(const struct message *request, const struct part *expected, char *why,
                  size_t size);

#endif
