/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The module from its entry points, with helpers and a person whose answers are the input. Either
 * the helpers' bytes lie in it as they are, or it holds changes to a sign-in that goes well. What
 * must hold: PAM_SUCCESS from pam_authenticate only where a PIN was given, vsc-card answered SIGN
 * with a signature and vsc-check, in the right order, ACCEPTED for the account; never PAM_IGNORE.
 *
 *     u8 call · u8 arguments · u8 count of replies · count times (u8 length · bytes)
 *     u8 kind: 0 · u16 length · vsc-check's bytes · vsc-card's bytes (the rest)
 *              1 · changes: u8 what · u16 where · u8 value, to the end
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fakepam/fakepam.h"
#include "tests/fuzz/fuzz.h"
#include "tests/pam/canned.h"

#define STREAM_MAX   60000 /* what a socket takes before anybody reads */
#define REPLY_NULL   255
#define REPLY_FAILS  254
#define REPLIES_MAX  8
#define CALL_KINDS   4
#define CHANGE_KINDS 5

struct person {
    struct reader replies;
    unsigned left;
    bool gave; /* an answer that is not empty */
};

static void must(bool claim)
{
    if (!claim)
        abort();
}

static int converse(int count, const struct pam_message **messages, struct pam_response **resp,
                    void *data)
{
    struct person *person = data;
    struct pam_response *reply = calloc(1, sizeof(*reply));
    const bool prompt = messages[0]->msg_style == PAM_PROMPT_ECHO_OFF ||
                        messages[0]->msg_style == PAM_PROMPT_ECHO_ON;
    uint8_t len;

    must(count == 1 && messages[0]->msg != NULL && reply != NULL);
    *resp = reply;
    if (!prompt)
        return PAM_SUCCESS;
    len = person->left > 0 ? reader_u8(&person->replies) : REPLY_FAILS;
    person->left -= person->left > 0;
    if (len == REPLY_NULL)
        return PAM_SUCCESS;
    if (len == REPLY_FAILS || len > person->replies.left) {
        free(reply);
        *resp = NULL;
        return PAM_CONV_ERR;
    }
    reply->resp = calloc(1, (size_t)len + 1);
    must(reply->resp != NULL);
    reader_copy(&person->replies, reply->resp, len);
    person->gave = person->gave || reply->resp[0] != '\0';
    return PAM_SUCCESS;
}

/* ---- what the helpers answer ---- */

struct streams {
    struct buf check, card;
};

static void put_changed(struct buf *to, enum canned_step step, struct reader changes)
{
    static const enum wire_type types[] = {
#define TYPE(name, number, cap) WIRE_##name,
        VSC_MESSAGES(TYPE)
#undef TYPE
    };
    auto_buf struct buf body;
    unsigned times = 1;
    enum wire_type type;

    buf_init(&body, STREAM_MAX);
    type = canned_answer(step, &body);
    while (changes.left >= 4) {
        uint8_t what = reader_u8(&changes);
        size_t where = reader_u16(&changes);
        uint8_t value = reader_u8(&changes);

        if (what % STEP_COUNT != (unsigned)step)
            continue;
        switch (what / STEP_COUNT % CHANGE_KINDS) {
        case 0:
            if (where < body.len)
                body.data[where] ^= value;
            break;
        case 1:
            body.len = where < body.len ? where : body.len;
            break;
        case 2:
            type = types[value % (sizeof(types) / sizeof(types[0]))];
            break;
        case 3:
            times = value % 3;
            break;
        default:
            buf_u8(&body, value);
        }
    }
    while (times-- > 0)
        canned_frame(to, type, body.data, body.len);
}

static void fill(struct streams *streams, struct reader *input)
{
    if (reader_u8(input) == 0) {
        size_t len = reader_u16(input);

        len = len < input->left ? len : input->left;
        buf_put(&streams->check, input->next, len);
        buf_put(&streams->card, input->next + len, input->left - len);
        return;
    }
    for (enum canned_step step = STEP_BEGIN; step < STEP_COUNT; step++)
        put_changed(step < STEP_OF_CARD ? &streams->check : &streams->card, step, *input);
}

/* ---- what they have said, read by other code than the module's ---- */

/* The next frame's type and body; false at the end, or where it is none. */
static bool next_frame(struct reader *stream, uint16_t *ret_type, struct reader *ret_body)
{
    uint32_t len = reader_u32(stream);

    *ret_type = reader_u16(stream);
    if (reader_u16(stream) != WIRE_VERSION || stream->fault || len > stream->left)
        return false;
    reader_init(ret_body, stream->next, len);
    stream->next += len;
    stream->left -= len;
    return true;
}

static bool is_signed(const struct buf *bytes)
{
    struct reader stream, body;
    uint16_t type;
    bool found = false;

    reader_init(&stream, bytes->data, bytes->len);
    while (!found && next_frame(&stream, &type, &body)) {
        struct card_outcome outcome;

        found = type == WIRE_CARD_SIGNED && card_outcome_decode(&body, &outcome) == VSC_OK &&
                outcome.result == VSC_OK && outcome.signature_len > 0;
    }
    return found;
}

/* BEGUN that allows, EVALUATED, ACCEPTED: for the user given, or for a certificate's account. */
static bool is_accepted(const struct buf *bytes, bool user_given)
{
    struct reader stream, begun_body, evaluated_body, accepted_body;
    struct check_begun begun;
    struct check_verdict verdict;
    auto_evaluations struct check_evaluations evaluations = {0};
    uint16_t types[3];
    bool found = user_given;

    reader_init(&stream, bytes->data, bytes->len);
    if (!next_frame(&stream, &types[0], &begun_body) ||
        !next_frame(&stream, &types[1], &evaluated_body) ||
        !next_frame(&stream, &types[2], &accepted_body) || types[0] != WIRE_CHECK_BEGUN ||
        types[1] != WIRE_CHECK_EVALUATED || types[2] != WIRE_CHECK_ACCEPTED ||
        check_begun_decode(&begun_body, &begun) != VSC_OK ||
        check_evaluations_decode(&evaluated_body, &evaluations) != VSC_OK ||
        check_verdict_decode(&accepted_body, &verdict) != VSC_OK || !begun.allowed ||
        verdict.reason_count > 0)
        return false;
    if (user_given)
        return verdict.account_uid == begun.user_uid &&
               strcmp(verdict.account, begun.user_name) == 0;
    for (size_t i = 0; i < evaluations.count; i++)
        found = found || (evaluations.items[i].accepted &&
                          evaluations.items[i].account_uid == verdict.account_uid &&
                          strcmp(evaluations.items[i].account, verdict.account) == 0);
    return found;
}

/* ---- the calls ---- */

static int call(pam_handle_t *pamh, unsigned kind, uint8_t choice)
{
    static const char *const words[] = {"debug",       "quiet",     "try_first_pass",
                                        "set_authtok", "timeout=1", "use_first_pass"};
    const char *argv[8] = {"wait=0"};
    int argc = 1;
    int code;

    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if ((choice >> i & 1) != 0)
            argv[argc++] = words[i];
    if (kind == 3)
        return pam_sm_chauthtok(pamh, PAM_UPDATE_AUTHTOK, argc, argv);
    code = pam_sm_authenticate(pamh, 0, argc, argv);
    must(code != PAM_IGNORE);
    must((pam_getenv(pamh, "VSC_CARD") != NULL) == (code == PAM_SUCCESS));
    if (kind == 2) {
        int again = pam_sm_acct_mgmt(pamh, 0, argc, argv);

        must((again == PAM_IGNORE) == (code != PAM_SUCCESS));
    }
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct streams streams;
    struct person person = {.left = 0};
    const struct pam_conv conv = {.conv = converse, .appdata_ptr = &person};
    struct reader input;
    pam_handle_t *pamh;
    unsigned kind;
    uint8_t arguments;
    bool user_given;
    int code;

    if (len > STREAM_MAX)
        return 0;
    reader_init(&input, data, len);
    kind = reader_u8(&input) % CALL_KINDS;
    arguments = reader_u8(&input);
    user_given = kind != 1;
    person.left = reader_u8(&input) % REPLIES_MAX;
    person.replies = input;
    /* The replies lie before what the helpers say, and are read when they are asked for. */
    for (unsigned i = 0; i < person.left; i++) {
        uint8_t reply = reader_u8(&input);

        for (size_t skip = reply < REPLY_FAILS ? reply : 0; skip > 0 && input.left > 0; skip--)
            (void)reader_u8(&input);
    }
    buf_init(&streams.check, 2 * STREAM_MAX);
    buf_init(&streams.card, 2 * STREAM_MAX);
    fill(&streams, &input);
    canned_set(streams.check.data, streams.check.len, streams.card.data, streams.card.len);
    pamh = fakepam_new("test", &conv);
    fakepam_set(pamh, PAM_USER, user_given ? "alice" : NULL);
    if ((arguments & 0x80) != 0)
        fakepam_set(pamh, PAM_AUTHTOK, "12345678");
    code = call(pamh, kind, arguments);
    if (code == PAM_SUCCESS && kind != 3)
        must((person.gave || (arguments & 0x80) != 0) && is_signed(&streams.card) &&
             is_accepted(&streams.check, user_given));
    if (code != PAM_SUCCESS && !user_given)
        must(fakepam_get(pamh, PAM_USER) == NULL);
    canned_close();
    fakepam_free(pamh);
    buf_done(&streams.check);
    buf_done(&streams.card);
    return 0;
}
