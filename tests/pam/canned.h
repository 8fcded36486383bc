/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers that are bytes: what they will answer lies in the channel before the module asks. A test
 * that uses these gets them in place of pam_vsc/peer_open.c, because they stand before pam_vsc.a
 * in the Makefile's link line.
 */
#ifndef VSC_TESTS_CANNED_H
#define VSC_TESTS_CANNED_H

#include <stddef.h>

#include "common/wire.h"
#include "common/wire_card.h"
#include "common/wire_check.h"

/* The bytes that each helper answers, until canned_close(); borrowed. */
void canned_set(const void *check, size_t check_len, const void *card, size_t card_len);
/* Close what the module's peers left. */
void canned_close(void);

/* Append a whole frame. */
void canned_frame(struct buf *to, enum wire_type type, const void *body, size_t len);

/* A sign-in that goes well: alice (1000), one native card "0000" with one key, five tries. */
enum canned_step {
    STEP_BEGIN,
    STEP_EVALUATE,
    STEP_PROVE,
    STEP_LIST,
    STEP_STATE,
    STEP_PREPARE,
    STEP_SIGN,
    STEP_COUNT
};
#define STEP_OF_CARD STEP_LIST /* this and later ones are vsc-card's */

/* The type and body of a step's right answer. */
enum wire_type canned_answer(enum canned_step step, struct buf *ret_body);

#endif
