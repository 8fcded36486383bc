/* SPDX-License-Identifier: BSD-2-Clause */
/* What the halves of the card suite share; a test program includes tests/unit/card_suite.h. */
#ifndef VSC_TESTS_CARD_SUITE_PARTS_H
#define VSC_TESTS_CARD_SUITE_PARTS_H

#include "tests/unit/card_suite.h"

#define SUITE_DEADLINE_MS 60000

struct CMUnitTest;

struct suite_card {
    struct card_list list;        /* owned: card_list_done() */
    const struct card_info *info; /* the rig's card, in the list */
};

/* All of these fail the test where something is amiss. */
struct card_source *suite_open(const struct card_rig *rig);
void suite_list(const struct card_rig *rig, struct card_source *source,
                struct suite_card *ret_card);
struct card_state suite_state(struct card_source *source, const struct card_info *card);
/* The card has `left` tries, as far as its kind tells, and nothing else is wrong with it. */
void suite_tries(const struct card_rig *rig, const struct card_state *state, unsigned left);
/* The sign call as it is; a result other than VSC_OK comes without a signature. */
enum vsc_err suite_sign(struct card_source *source, const char *card, const char *key,
                        const void *pin, size_t pin_len, struct card_outcome *ret_outcome);
void suite_sign_verified(const struct card_rig *rig, struct card_source *source,
                         const struct card_info *card, const struct card_key *key, const char *pin);
/* Sign with the first key and a PIN that is refused: why. */
enum vsc_err suite_refused(struct card_source *source, const struct card_info *card,
                           const char *pin);

int suite_set_up(void **state);

/* The tests about PINs (card_suite_pin.c): a table of *ret_count. */
const struct CMUnitTest *suite_pin_tests(const struct card_rig *rig, size_t *ret_count);

#endif
