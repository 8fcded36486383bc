/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pam/canned.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pam_vsc/peer.h"

#define FAR_ENDS 8

static struct {
    const void *bytes[2];
    size_t len[2];
    int far[FAR_ENDS];
    size_t far_count;
} canned;

void canned_set(const void *check, size_t check_len, const void *card, size_t card_len)
{
    canned.bytes[0] = check;
    canned.len[0] = check_len;
    canned.bytes[1] = card;
    canned.len[1] = card_len;
}

void canned_close(void)
{
    while (canned.far_count > 0)
        (void)close(canned.far[--canned.far_count]);
}

static enum vsc_err open_peer(const struct peer_place *place, size_t which, const char *name,
                              struct peer *ret_peer)
{
    struct helper helper = HELPER_NONE;
    int pair[2];

    if (canned.far_count == FAR_ENDS || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return VSC_HELPER;
    if (canned.len[which] > 0)
        (void)!send(pair[1], canned.bytes[which], canned.len[which], MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)shutdown(pair[1], SHUT_WR);
    canned.far[canned.far_count++] = pair[1];
    helper.fd = pair[0];
    *ret_peer = (struct peer){
        .name = name, .helper = helper, .pamh = place->pamh, .deadline = place->deadline};
    return VSC_OK;
}

enum vsc_err peer_open_check(const struct peer_place *place, struct peer *ret_peer)
{
    return open_peer(place, 0, PEER_CHECK, ret_peer);
}

enum vsc_err peer_open_card(const struct peer_place *place, const char *socket,
                            struct peer *ret_peer)
{
    (void)socket;
    return open_peer(place, 1, PEER_CARD, ret_peer);
}

/* No test has a third: a sign-in with a ticket is without one, then. */
enum vsc_err peer_open_tgt(const struct peer_place *place, struct peer *ret_peer)
{
    (void)place;
    (void)ret_peer;
    return VSC_HELPER;
}

void canned_frame(struct buf *to, enum wire_type type, const void *body, size_t len)
{
    buf_u32(to, (uint32_t)len);
    buf_u16(to, (uint16_t)type);
    buf_u16(to, WIRE_VERSION);
    buf_put(to, body, len);
}

static void put_begun(struct buf *body)
{
    const struct check_begun begun = {.allowed = true,
                                      .user_known = true,
                                      .user_uid = 1000,
                                      .user_name = "alice",
                                      .timeout_seconds = 30,
                                      .reserve = 2,
                                      .warn_days = 14,
                                      .talk = TALK_TEXT};

    check_begun_encode(body, &begun);
}

static void put_evaluated(struct buf *body)
{
    struct check_evaluated item = {
        .accepted = true, .mapped = true, .account = "alice", .account_uid = 1000};
    const struct check_evaluations evaluations = {.items = &item, .count = 1};

    check_evaluations_encode(body, &evaluations);
}

static void put_accepted(struct buf *body)
{
    const struct check_verdict verdict = {
        .account = "alice", .account_uid = 1000, .serial = "01", .days_left = 300};

    check_verdict_encode(body, &verdict);
}

static void put_listed(struct buf *body)
{
    unsigned char cert[] = "a certificate";
    struct card_key key = {
        .id = "01", .chain = {{.data = cert, .len = sizeof(cert)}}, .chain_len = 1};
    struct card_info card = {.id = "0000",
                             .name = "TestVSC",
                             .kind = CARD_NATIVE,
                             .has_owner = true,
                             .owner_uid = 1000,
                             .owner = "alice",
                             .policy = PIN_POLICY_DEFAULT,
                             .keys = &key,
                             .key_count = 1};
    const struct card_list list = {.cards = &card, .count = 1};

    card_list_encode(body, &list);
}

static void put_state(struct buf *body)
{
    const struct card_state state = {.tries_known = true, .tries_left = 5, .tries_max = 5};

    card_state_encode(body, &state);
}

static void put_signed(struct buf *body)
{
    const struct card_outcome outcome = {
        .result = VSC_OK,
        .state = {.tries_known = true, .tries_left = 5, .tries_max = 5},
        .signature = "signature",
        .signature_len = 9,
    };

    card_outcome_encode(body, &outcome);
}

static void put_nothing(struct buf *body)
{
    (void)body;
}

enum wire_type canned_answer(enum canned_step step, struct buf *ret_body)
{
    static const struct {
        enum wire_type type;
        void (*put)(struct buf *body);
    } rows[STEP_COUNT] = {
        [STEP_BEGIN] = {WIRE_CHECK_BEGUN, put_begun},
        [STEP_EVALUATE] = {WIRE_CHECK_EVALUATED, put_evaluated},
        [STEP_PROVE] = {WIRE_CHECK_ACCEPTED, put_accepted},
        [STEP_LIST] = {WIRE_CARD_LISTED, put_listed},
        [STEP_STATE] = {WIRE_CARD_STATED, put_state},
        [STEP_PREPARE] = {WIRE_CARD_PREPARED, put_nothing},
        [STEP_SIGN] = {WIRE_CARD_SIGNED, put_signed},
    };

    rows[step].put(ret_body);
    return rows[step].type;
}
