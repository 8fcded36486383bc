/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/wire_codecs.h"

#include <string.h>

#include "common/own.h"
#include "common/wire_card.h"
#include "common/wire_check.h"
#include "common/wire_token.h"
#include "tests/support/wire_codecs_owner.h"
#include "tests/support/wire_codecs_tgt.h"
#include "tests/support/wire_codecs_stale.h"
#include "tests/support/wire_codecs_watch.h"

static unsigned char der_a[] = {0x30, 0x03, 0x02, 0x01, 0x01};
static unsigned char der_b[] = {0x30, 0x00};

static void list_sample(unsigned number, struct buf *body)
{
    struct card_key keys[] = {
        {.id = "01", .is_default = true, .chain = {{der_a, 5}, {der_b, 2}}, .chain_len = 2},
        {.id = "02"},
    };
    struct card_info cards[] = {
        {.id = "0000",
         .name = "TestVSC",
         .kind = CARD_NATIVE,
         .has_owner = true,
         .owner_uid = 1000,
         .owner = "alice",
         .owner_display = "Alice Smith",
         .policy = {8, 127, PIN_REQUIRED, PIN_ALLOWED, PIN_DISALLOWED, PIN_ALLOWED},
         .must_change = true,
         .keys = keys,
         .key_count = 2},
        {.id = "p11:token",
         .name = "K\xc3\xb6nig",
         .kind = CARD_TOKEN,
         .keys = keys + 1,
         .key_count = 1},
        {.id = "0001", .name = "Other", .kind = CARD_NATIVE, .restricted = true},
    };

    card_list_encode(body, &(struct card_list){.cards = cards, .count = number == 0 ? 3 : 0});
}

static enum vsc_err list_again(struct reader *reader, struct buf *body)
{
    auto_card_list struct card_list list = {0};
    enum vsc_err err = card_list_decode(reader, &list);

    if (err == VSC_OK)
        card_list_encode(body, &list);
    return err;
}

static void which_sample(unsigned number, struct buf *body)
{
    struct card_which which = {.card = "0000"};

    if (number == 0)
        memcpy(which.key, "01", 3);
    card_which_encode(body, &which);
}

static enum vsc_err which_again(struct reader *reader, struct buf *body)
{
    struct card_which which;
    enum vsc_err err = card_which_decode(reader, &which);

    if (err == VSC_OK)
        card_which_encode(body, &which);
    return err;
}

static void state_sample(unsigned number, struct buf *body)
{
    static const struct card_state states[] = {
        {.tries_known = true, .tries_left = 4, .tries_max = 5},
        {.blocked = true, .gone = true, .locked_seconds = 600},
    };

    card_state_encode(body, &states[number]);
}

static enum vsc_err state_again(struct reader *reader, struct buf *body)
{
    struct card_state state;
    enum vsc_err err = card_state_decode(reader, &state);

    if (err == VSC_OK)
        card_state_encode(body, &state);
    return err;
}

static void sign_sample(unsigned number, struct buf *body)
{
    struct card_sign sign = {.card = "0000", .key = "01", .digest = {1, 2, 3}, .keep = 2};
    char pin[PIN_MAX];

    memset(pin, '7', sizeof(pin));
    if (secret_set(&sign.pin, pin, number == 0 ? 8 : sizeof(pin)) == VSC_OK)
        card_sign_encode(body, &sign);
    secret_done(&sign.pin);
}

static enum vsc_err sign_again(struct reader *reader, struct buf *body)
{
    struct card_sign sign = {0};
    enum vsc_err err = card_sign_decode(reader, &sign);

    if (err == VSC_OK)
        card_sign_encode(body, &sign);
    secret_done(&sign.pin);
    return err;
}

static void change_sample(unsigned number, struct buf *body)
{
    struct card_change_pin change = {.card = "0000", .keep = 2};

    (void)number;
    if (secret_set(&change.old_pin, "12345678", 8) == VSC_OK &&
        secret_set(&change.new_pin, "correct horse", 13) == VSC_OK)
        card_change_pin_encode(body, &change);
    secret_done(&change.old_pin);
    secret_done(&change.new_pin);
}

static enum vsc_err change_again(struct reader *reader, struct buf *body)
{
    struct card_change_pin change = {0};
    enum vsc_err err = card_change_pin_decode(reader, &change);

    if (err == VSC_OK)
        card_change_pin_encode(body, &change);
    secret_done(&change.old_pin);
    secret_done(&change.new_pin);
    return err;
}

static void outcome_sample(unsigned number, struct buf *body)
{
    struct card_outcome outcome = {
        .result = number == 0 ? VSC_OK : VSC_PIN_BLOCKED,
        .state = {.tries_known = true, .tries_left = number == 0 ? 5 : 0, .tries_max = 5},
        .signature = {9, 8, 7},
        .signature_len = number == 0 ? 64 : 0,
    };

    outcome.state.blocked = number != 0;
    card_outcome_encode(body, &outcome);
}

static enum vsc_err outcome_again(struct reader *reader, struct buf *body)
{
    struct card_outcome outcome;
    enum vsc_err err = card_outcome_decode(reader, &outcome);

    if (err == VSC_OK)
        card_outcome_encode(body, &outcome);
    return err;
}

static void begin_sample(unsigned number, struct buf *body)
{
    const struct check_begin begin = {.service = "sshd",
                                      .user = "alice",
                                      .rhost = "10.0.0.1",
                                      .tty = "ssh",
                                      .allow_remote = true,
                                      .remote_session = true};

    check_begin_encode(body, number == 0 ? &begin : &(struct check_begin){.service = "login"});
}

static enum vsc_err begin_again(struct reader *reader, struct buf *body)
{
    struct check_begin begin;
    enum vsc_err err = check_begin_decode(reader, &begin);

    if (err == VSC_OK)
        check_begin_encode(body, &begin);
    return err;
}

static void begun_sample(unsigned number, struct buf *body)
{
    static const struct check_begun samples[] = {
        {.allowed = true,
         .user_known = true,
         .user_uid = 1000,
         .user_name = "alice",
         .timeout_seconds = 30,
         .wait_seconds = 5,
         .reserve = 2,
         .warn_days = 14,
         .talk = TALK_GDM,
         .socket = "/run/pam_vsc/card.sock"},
        {.remote = true, .text = "asked from 10.0.0.1", .timeout_seconds = 1, .talk = TALK_BLIND},
    };

    check_begun_encode(body, &samples[number]);
}

static enum vsc_err begun_again(struct reader *reader, struct buf *body)
{
    struct check_begun begun;
    enum vsc_err err = check_begun_decode(reader, &begun);

    if (err == VSC_OK)
        check_begun_encode(body, &begun);
    return err;
}

static void evaluate_sample(unsigned number, struct buf *body)
{
    const struct der chain[] = {{der_a, 5}, {der_b, 2}};
    const struct check_candidate candidates[] = {{chain, 2}, {chain + 1, 1}};

    check_evaluate_encode(body, candidates, number == 0 ? 2 : 0);
}

static enum vsc_err evaluate_again(struct reader *reader, struct buf *body)
{
    auto_free struct check_candidate *candidates = NULL;
    auto_free struct der *chains = NULL;
    size_t count;
    enum vsc_err err = check_evaluate_decode(reader, &candidates, &chains, &count);

    if (err == VSC_OK)
        check_evaluate_encode(body, candidates, count);
    return err;
}

static void evaluations_sample(unsigned number, struct buf *body)
{
    struct check_evaluated items[] = {
        {.accepted = true,
         .mapped = true,
         .account = "alice",
         .account_uid = 1000,
         .display = "Alice Smith",
         .label = "alice@corp.test",
         .days_left = 300,
         .challenge = {5, 6, 7}},
        {.mapped = true,
         .account = "bob",
         .account_uid = 1001,
         .label = "bob@corp.test",
         .days_left = -1,
         .stale = true,
         .reasons = {REASON_EXPIRED, REASON_CRL_STALE},
         .reason_count = 2},
        {.reasons = {REASON_NO_MAPPING}, .reason_count = 1},
    };

    check_evaluations_encode(
        body, &(struct check_evaluations){.items = items, .count = number == 0 ? 3 : 0});
}

static enum vsc_err evaluations_again(struct reader *reader, struct buf *body)
{
    auto_evaluations struct check_evaluations evaluations = {0};
    enum vsc_err err = check_evaluations_decode(reader, &evaluations);

    if (err == VSC_OK)
        check_evaluations_encode(body, &evaluations);
    return err;
}

static void prove_sample(unsigned number, struct buf *body)
{
    struct check_prove prove = {.index = number == 0 ? 1 : CANDIDATES_MAX - 1,
                                .signature = {1, 2, 3},
                                .signature_len = number == 0 ? 70 : SIGNATURE_MAX};

    check_prove_encode(body, &prove);
}

static enum vsc_err prove_again(struct reader *reader, struct buf *body)
{
    struct check_prove prove;
    enum vsc_err err = check_prove_decode(reader, &prove);

    if (err == VSC_OK)
        check_prove_encode(body, &prove);
    return err;
}

static void verdict_sample(unsigned number, struct buf *body)
{
    static const struct check_verdict samples[] = {
        {.account = "alice",
         .account_uid = 1000,
         .upn = "alice@corp.test",
         .issuer = "CN=Corp CA,O=Corp",
         .serial = "1f0A",
         .days_left = 300},
        {.days_left = -2147483647 - 1,
         .stale = true,
         .reasons = {REASON_PROOF_FAILED},
         .reason_count = 1},
    };

    check_verdict_encode(body, &samples[number]);
}

static enum vsc_err verdict_again(struct reader *reader, struct buf *body)
{
    struct check_verdict verdict;
    enum vsc_err err = check_verdict_decode(reader, &verdict);

    if (err == VSC_OK)
        check_verdict_encode(body, &verdict);
    return err;
}

static void recheck_sample(unsigned number, struct buf *body)
{
    struct check_recheck recheck = {.user = "alice", .chain = {{der_a, 5}, {der_b, 2}}};

    recheck.chain_len = number == 0 ? 2 : 1;
    check_recheck_encode(body, &recheck);
}

static enum vsc_err recheck_again(struct reader *reader, struct buf *body)
{
    struct check_recheck recheck;
    enum vsc_err err = check_recheck_decode(reader, &recheck);

    if (err != VSC_OK)
        return err;
    check_recheck_encode(body, &recheck);
    check_recheck_done(&recheck);
    return err;
}

static void found_sample(unsigned number, struct buf *body)
{
    struct card_found found = {.present = number == 0, .label_len = number == 0 ? 6 : 0};

    memcpy(found.label, "K\xc3\xb6nig", 6);
    card_found_encode(body, &found);
}

static enum vsc_err found_again(struct reader *reader, struct buf *body)
{
    struct card_found found;
    enum vsc_err err = card_found_decode(reader, &found);

    if (err == VSC_OK)
        card_found_encode(body, &found);
    return err;
}

const struct wire_codec wire_codecs[] = {
    {"card_list", WIRE_CARD_LISTED, 2, list_sample, list_again},
    {"card_which", WIRE_CARD_PREPARE, 2, which_sample, which_again},
    {"card_state", WIRE_CARD_STATED, 2, state_sample, state_again},
    {"card_sign", WIRE_CARD_SIGN, 2, sign_sample, sign_again},
    {"card_change_pin", WIRE_CARD_CHANGE_PIN, 1, change_sample, change_again},
    {"card_outcome", WIRE_CARD_SIGNED, 2, outcome_sample, outcome_again},
    {"card_challenge", WIRE_CARD_CHALLENGED, 1, challenge_sample, challenge_again},
    {"card_generate", WIRE_CARD_GENERATE, 2, generate_sample, generate_again},
    {"card_made", WIRE_CARD_GENERATED, 2, made_sample, made_again},
    {"card_store", WIRE_CARD_STORE, 2, store_sample, store_again},
    {"card_sign_as", WIRE_CARD_SIGN_AS, 2, sign_as_sample, sign_as_again},
    {"card_verify", WIRE_CARD_VERIFY, 1, verify_sample, verify_again},
    {"card_attest", WIRE_CARD_ATTEST, 2, attest_sample, attest_again},
    {"card_attested", WIRE_CARD_ATTESTED, 2, attested_sample, attested_again},
    {"card_watched", WIRE_CARD_WATCHED, 2, watch_sample, watch_again},
    {"check_begin", WIRE_CHECK_BEGIN, 2, begin_sample, begin_again},
    {"check_begun", WIRE_CHECK_BEGUN, 2, begun_sample, begun_again},
    {"check_evaluate", WIRE_CHECK_EVALUATE, 2, evaluate_sample, evaluate_again},
    {"check_evaluations", WIRE_CHECK_EVALUATED, 2, evaluations_sample, evaluations_again},
    {"check_prove", WIRE_CHECK_PROVE, 2, prove_sample, prove_again},
    {"check_verdict", WIRE_CHECK_ACCEPTED, 2, verdict_sample, verdict_again},
    {"check_recheck", WIRE_CHECK_RECHECK, 2, recheck_sample, recheck_again},
    {"check_served", WIRE_CHECK_SERVED, 2, served_sample, served_again},
    {"card_found", WIRE_CARD_FOUND_TOKEN, 2, found_sample, found_again},
    {"check_begun_ticket", WIRE_CHECK_BEGUN_TICKET, 2, begun_ticket_sample, begun_ticket_again},
    {"tgt_get", WIRE_TGT_GET, 2, tgt_get_sample, tgt_get_again},
    {"tgt_got", WIRE_TGT_GOT, 2, tgt_got_sample, tgt_got_again},
    {"tgt_cache", WIRE_TGT_PLACE, 2, tgt_cache_sample, tgt_cache_again},
    {"tgt_cached", WIRE_TGT_PLACED, 2, tgt_cached_sample, tgt_cached_again},
    {"check_stale", WIRE_CHECK_STALE_TOLD, 2, stale_sample, stale_again},
};

const size_t wire_codec_count = sizeof(wire_codecs) / sizeof(wire_codecs[0]);
