/* SPDX-License-Identifier: BSD-2-Clause */
/* Cards in memory: the source. Making the cards is in fake_cards.c. */
#include "tests/support/fake_card.h"

#include <string.h>
#include <time.h>

#include <openssl/rsa.h>

#include "common/own.h"

DEFINE_AUTO(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

struct fake_source {
    struct card_source base;
    struct fake_cards *cards; /* borrowed */
};

static struct fake_cards *cards_of(struct card_source *source)
{
    return ((struct fake_source *)source)->cards;
}

/* Count the call, and do what the test asked to go wrong. */
static enum vsc_err enter(struct card_source *source, enum fake_op op)
{
    struct fake_cards *cards = cards_of(source);
    const struct fake_fault *fault = &cards->faults[op];
    struct timespec delay = {fault->delay_ms / 1000, (long)(fault->delay_ms % 1000) * 1000000};

    if (cards->calls[op]++ < fault->after)
        return VSC_OK;
    if (fault->crash)
        abort();
    if (fault->delay_ms > 0)
        (void)nanosleep(&delay, NULL);
    return fault->err;
}

static struct fake_card *find_card(struct card_source *source, const char *id)
{
    struct fake_cards *cards = cards_of(source);

    for (size_t i = 0; i < cards->count; i++) {
        if (strcmp(cards->cards[i].info.id, id) == 0)
            return &cards->cards[i];
    }
    return NULL;
}

static struct fake_key *find_key(struct fake_card *card, const char *id)
{
    for (size_t i = 0; i < card->key_count; i++) {
        if (strcmp(card->keys[i].id, id) == 0)
            return &card->keys[i];
    }
    return NULL;
}

static enum vsc_err copy_key(const struct fake_key *key, struct card_key *ret_key)
{
    memcpy(ret_key->id, key->id, sizeof(ret_key->id));
    for (size_t i = 0; i < key->chain_len; i++) {
        struct der *der = &ret_key->chain[i];

        der->data = malloc(key->chain[i].len);
        if (der->data == NULL)
            return VSC_MEMORY;
        memcpy(der->data, key->chain[i].data, key->chain[i].len);
        der->len = key->chain[i].len;
        ret_key->chain_len = i + 1;
    }
    return VSC_OK;
}

static enum vsc_err copy_card(const struct fake_card *card, struct card_info *ret_info)
{
    *ret_info = card->info;
    ret_info->keys = calloc(FAKE_KEYS_MAX, sizeof(*ret_info->keys));
    if (ret_info->keys == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < card->key_count; i++) {
        enum vsc_err err;

        ret_info->key_count = i + 1;
        err = copy_key(&card->keys[i], &ret_info->keys[i]);
        if (err != VSC_OK)
            return err;
        ret_info->keys[i].is_default = i + 1 == card->key_count;
    }
    return VSC_OK;
}

static enum vsc_err fake_list(struct card_source *source, struct card_list *ret_list,
                              struct problem *problem)
{
    struct fake_cards *cards = cards_of(source);
    auto_card_list struct card_list list = {0};
    enum vsc_err err = enter(source, FAKE_LIST);

    if (err != VSC_OK)
        return problem_set(problem, err, "fake: list fails");
    list.cards = calloc(FAKE_CARDS_MAX, sizeof(*list.cards));
    if (list.cards == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < cards->count; i++) {
        list.count = i + 1;
        err = copy_card(&cards->cards[i], &list.cards[i]);
        if (err != VSC_OK)
            return err;
    }
    *ret_list = list;
    list = (struct card_list){0};
    return VSC_OK;
}

static struct card_state state_of(const struct fake_card *card)
{
    return (struct card_state){
        .tries_known = !card->tries_hidden,
        .tries_left = card->tries_hidden ? 0 : card->tries_left,
        .tries_max = card->tries_hidden ? 0 : card->tries_max,
        .blocked = card->tries_left == 0,
        .gone = card->gone,
        .locked_seconds = card->locked_seconds,
    };
}

static enum vsc_err fake_state(struct card_source *source, const char *id,
                               struct card_state *ret_state, struct problem *problem)
{
    const struct fake_card *card = find_card(source, id);
    enum vsc_err err = enter(source, FAKE_STATE);

    if (err != VSC_OK)
        return problem_set(problem, err, "fake: state fails");
    if (card == NULL)
        return problem_set(problem, VSC_NO_CARD, "there is no card %s", id);
    *ret_state = state_of(card);
    return VSC_OK;
}

static enum vsc_err fake_prepare(struct card_source *source, const char *id, const char *key,
                                 struct problem *problem)
{
    struct fake_card *card = find_card(source, id);
    enum vsc_err err = enter(source, FAKE_PREPARE);

    if (err != VSC_OK)
        return problem_set(problem, err, "fake: prepare fails");
    if (card == NULL)
        return problem_set(problem, VSC_NO_CARD, "there is no card %s", id);
    if (find_key(card, key) == NULL)
        return problem_set(problem, VSC_NO_KEY, "card %s has no key %s", id, key);
    return VSC_OK;
}

/* One try: what the card says to this PIN. */
static enum vsc_err try_pin(struct fake_card *card, const struct secret *pin)
{
    if (card_pin_check(pin, NULL) != VSC_OK)
        return VSC_PIN_POLICY;
    if (card->gone)
        return VSC_CARD_GONE;
    if (card->tries_left == 0)
        return VSC_PIN_BLOCKED;
    if (card->locked_seconds > 0)
        return VSC_TPM_LOCKED;
    if (secret_equal(pin, &card->pin)) {
        card->tries_left = card->tries_max;
        return VSC_OK;
    }
    card->tries_left--;
    return card->tries_left == 0 ? VSC_PIN_BLOCKED : VSC_PIN;
}

static enum vsc_err spare_reserve(const struct fake_card *card, uint16_t keep,
                                  struct problem *problem)
{
    const struct card_state state = state_of(card);

    return card_state_allows(&state, keep, problem);
}

static enum vsc_err sign_digest(EVP_PKEY *pair, const unsigned char *digest,
                                struct card_outcome *outcome)
{
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pair, NULL);
    size_t len = sizeof(outcome->signature);

    if (context == NULL || EVP_PKEY_sign_init(context) <= 0)
        return VSC_MEMORY;
    if (EVP_PKEY_get_base_id(pair) == EVP_PKEY_RSA &&
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) <= 0)
        return VSC_SYSTEM;
    if (EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) <= 0 ||
        EVP_PKEY_sign(context, outcome->signature, &len, digest, DIGEST_SIZE) <= 0)
        return VSC_SYSTEM;
    outcome->signature_len = len;
    return VSC_OK;
}

static enum vsc_err fake_sign(struct card_source *source, const struct card_sign *sign,
                              struct card_outcome *ret_outcome, struct problem *problem)
{
    struct fake_card *card = find_card(source, sign->card);
    const struct fake_key *key = card != NULL ? find_key(card, sign->key) : NULL;
    struct card_outcome outcome = {.result = VSC_PIN};
    enum vsc_err err = enter(source, FAKE_SIGN);

    if (err != VSC_OK)
        return problem_set(problem, err, "fake: sign fails");
    if (card == NULL)
        return problem_set(problem, VSC_NO_CARD, "there is no card %s", sign->card);
    if (key == NULL)
        return problem_set(problem, VSC_NO_KEY, "card %s has no key %s", sign->card, sign->key);
    err = spare_reserve(card, sign->keep, problem);
    if (err != VSC_OK)
        return err;
    outcome.result = try_pin(card, &sign->pin);
    outcome.state = state_of(card);
    if (outcome.result == VSC_OK) {
        err = sign_digest(key->pair, sign->digest, &outcome);
        if (err != VSC_OK)
            return problem_set(problem, err, "fake: OpenSSL cannot sign");
        if (cards_of(source)->faults[FAKE_SIGN].garble)
            outcome.signature[outcome.signature_len / 2] ^= 1;
    }
    *ret_outcome = outcome;
    return VSC_OK;
}

static enum vsc_err fake_change_pin(struct card_source *source,
                                    const struct card_change_pin *change,
                                    struct card_outcome *ret_outcome, struct problem *problem)
{
    struct fake_card *card = find_card(source, change->card);
    struct card_outcome outcome = {.result = VSC_PIN};
    enum vsc_err err = enter(source, FAKE_CHANGE_PIN);

    if (err != VSC_OK)
        return problem_set(problem, err, "fake: change of the PIN fails");
    if (card == NULL)
        return problem_set(problem, VSC_NO_CARD, "there is no card %s", change->card);
    err = spare_reserve(card, change->keep, problem);
    if (err != VSC_OK)
        return err;
    if (card_pin_check(&change->new_pin, problem) != VSC_OK ||
        pin_policy_check(&card->info.policy, &change->new_pin, problem) != VSC_OK)
        outcome.result = VSC_PIN_POLICY;
    else
        outcome.result = try_pin(card, &change->old_pin);
    if (outcome.result == VSC_OK)
        err = secret_set(&card->pin, change->new_pin.bytes, change->new_pin.len);
    outcome.state = state_of(card);
    *ret_outcome = outcome;
    return err;
}

static void fake_free(struct card_source *source)
{
    free(source);
}

static void fake_rest(struct card_source *source)
{
    ((struct fake_source *)source)->cards->calls[FAKE_REST]++;
}

static const struct card_ops fake_ops = {
    .name = "fake",
    .list = fake_list,
    .state = fake_state,
    .prepare = fake_prepare,
    .sign = fake_sign,
    .change_pin = fake_change_pin,
    .rest = fake_rest,
    .free = fake_free,
};

enum vsc_err fake_source_new(struct fake_cards *cards, struct card_source **ret_source)
{
    struct fake_source *source = calloc(1, sizeof(*source));

    if (source == NULL)
        return VSC_MEMORY;
    source->base.ops = &fake_ops;
    source->base.deadline = deadline_in(60000);
    source->cards = cards;
    *ret_source = &source->base;
    return VSC_OK;
}
