/* SPDX-License-Identifier: BSD-2-Clause */
/* The card suite over a channel: card/remote.c at one end, card/serve.c and a fake at the other. */
#include "card/remote.h"
#include "tests/support/channel.h"
#include "tests/unit/card_suite.h"

#define PIN "12345678"

static int reset(void *context)
{
    struct fake_cards *cards = context;

    cards->cards[1].tries_left = cards->cards[1].tries_max;
    fake_card_set_pin(&cards->cards[1], PIN);
    return 0;
}

static enum vsc_err open_source(void *context, struct card_source **ret_source)
{
    const struct channel_options options = {.cards = context, .timeout_ms = 60000, .retry_ms = 1};

    return remote_source_new(channel_start(&options), "channel", ret_source);
}

int main(void)
{
    struct fake_cards *cards = fake_cards_new();
    struct card_rig suite = {
        .name = "channel",
        .context = cards,
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

    (void)fake_card_add(cards, "0000", "Another", "87654321");
    card = fake_card_add(cards, "0001", "TestVSC", PIN);
    (void)fake_card_add_key(card, "rsa", FAKE_RSA_2048);
    (void)fake_card_add_key(card, "ec", FAKE_P256);
    failed = card_suite_run(&suite);
    fake_cards_free(cards);
    return failed;
}
