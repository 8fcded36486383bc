/* SPDX-License-Identifier: BSD-2-Clause */
/* The card suite over the fake: it proves the suite as much as the fake. */
#include "tests/support/fake_card.h"
#include "tests/unit/card_suite.h"

#define PIN "12345678"

struct rig {
    struct fake_cards *cards;
};

static int reset(void *context)
{
    struct rig *rig = context;
    struct fake_card *card = &rig->cards->cards[1];

    card->tries_left = card->tries_max;
    fake_card_set_pin(card, PIN);
    return 0;
}

static enum vsc_err open_source(void *context, struct card_source **ret_source)
{
    struct rig *rig = context;

    return fake_source_new(rig->cards, ret_source);
}

int main(void)
{
    struct rig rig = {.cards = fake_cards_new()};
    struct card_rig suite = {
        .name = "fake",
        .context = &rig,
        .reset = reset,
        .open = open_source,
        .card_name = "TestVSC",
        .pin = PIN,
        .keys = 2,
        .kind = CARD_NATIVE,
        .tries = 5,
        .tries_known = true,
    };
    struct fake_card *card;
    int failed;

    (void)fake_card_add(rig.cards, "0000", "Another", "87654321");
    card = fake_card_add(rig.cards, "0001", "TestVSC", PIN);
    (void)fake_card_add_key(card, "rsa", FAKE_RSA_2048);
    (void)fake_card_add_key(card, "ec", FAKE_P256);
    failed = card_suite_run(&suite);
    fake_cards_free(rig.cards);
    return failed;
}
