/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/sitting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/support/pki.h"

#define GOOD 0

static struct conf *conf;
struct check_session *sitting_session;
int64_t sitting_wall, sitting_ticks;
unsigned char sitting_challenge[DIGEST_SIZE];

static int64_t wall_clock(void)
{
    return sitting_wall;
}

static int64_t tick_clock(void)
{
    return sitting_ticks;
}

/* Takes `request` over. The answer's type, 0 for an error. */
enum wire_type sitting_send(struct message *request, struct message *answer)
{
    struct problem problem = {""};
    enum vsc_err err = check_session_handle(sitting_session, request, answer, &problem);

    message_done(request);
    return err == VSC_OK ? answer->type : 0;
}

void sitting_begin(const char *user)
{
    struct message request, answer;

    client_begin(&request, "login", user, "");
    assert_int_equal(sitting_send(&request, &answer), WIRE_CHECK_BEGUN);
    assert_true(client_begun(&answer).allowed);
    message_done(&answer);
}

/* Takes `request` over; the answer for its one certificate. */
struct check_evaluations sitting_send_evaluate(struct message *request)
{
    struct message answer;
    struct check_evaluations evaluations;

    assert_int_equal(sitting_send(request, &answer), WIRE_CHECK_EVALUATED);
    evaluations = client_evaluated(&answer);
    assert_int_equal(evaluations.count, 1);
    message_done(&answer);
    return evaluations;
}

struct check_evaluations sitting_evaluate(const char *file)
{
    struct message request;

    client_evaluate(&request, &file, 1);
    return sitting_send_evaluate(&request);
}

/* BEGIN and EVALUATE of a good certificate; keeps the sitting_challenge. */
void sitting_get_challenge_for(const char *file)
{
    struct check_evaluations evaluations;

    sitting_begin("alice");
    evaluations = sitting_evaluate(file);
    assert_true(evaluations.items[0].accepted);
    memcpy(sitting_challenge, evaluations.items[0].challenge, sizeof(sitting_challenge));
    check_evaluations_done(&evaluations);
}

void sitting_get_challenge(void)
{
    sitting_get_challenge_for("good.pem");
}

void sitting_expect_codes(const struct check_evaluated *item, const char *codes)
{
    assert_string_equal(client_codes(item->reasons, item->reason_count), codes);
}

const char *sitting_codes_of(const struct check_verdict *verdict)
{
    return client_codes(verdict->reasons, verdict->reason_count);
}

/* PROVE with this signature: "accepted", or the codes, or "error". */
const char *sitting_prove_with(uint32_t index, const unsigned char *signature, size_t len)
{
    static char result[1024];
    struct message request, answer;
    struct check_verdict verdict;
    enum wire_type type;

    client_prove(&request, index, signature, len);
    type = sitting_send(&request, &answer);
    if (type == 0) {
        (void)snprintf(result, sizeof(result), "error");
    } else {
        verdict = client_verdict(&answer);
        assert_int_equal(type == WIRE_CHECK_ACCEPTED, verdict.reason_count == 0);
        (void)snprintf(result, sizeof(result), "%s",
                       verdict.reason_count == 0 ? "accepted" : sitting_codes_of(&verdict));
    }
    message_done(&answer);
    return result;
}

const char *sitting_prove(void)
{
    unsigned char signature[2 * SIGNATURE_MAX];
    size_t len = pki_sign("user", sitting_challenge, signature);

    return sitting_prove_with(GOOD, signature, len);
}

int sitting_set_up(void **state)
{
    struct check_world world;

    (void)state;
    conf = pki_conf();
    world = check_world_here(conf);
    world.mark = NULL;
    world.accounts = &pki_accounts;
    world.now = wall_clock;
    world.ticks = tick_clock;
    sitting_wall = time(NULL) + 60; /* not in the second that its certificates were made in */
    sitting_ticks = 1000000;
    return check_session_new(&world, &sitting_session) == VSC_OK ? 0 : -1;
}

int sitting_tear_down(void **state)
{
    (void)state;
    check_session_free(sitting_session);
    conf_free(conf);
    return 0;
}

void sitting_start_anew(void)
{
    (void)sitting_tear_down(NULL);
    (void)sitting_set_up(NULL);
}
