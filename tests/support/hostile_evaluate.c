/* SPDX-License-Identifier: BSD-2-Clause */
/* A case before vsc-check, which is in this process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certcheck/accounts.h"
#include "certcheck/check_session.h"
#include "common/wire_check.h"
#include "tests/support/check_client.h"
#include "tests/support/hostile_case.h"

#define AT_SECONDS INT64_C(1798761600) /* 2027-01-01 */

static int64_t now(void)
{
    return AT_SECONDS;
}

static int64_t ticks(void)
{
    return 0;
}

/* Takes `request` over; the caller releases the answer. */
static void send(struct check_session *session, struct message *request, struct message *answer)
{
    struct problem problem = {""};

    assert_int_equal(check_session_handle(session, request, answer, &problem), VSC_OK);
    message_done(request);
}

static const char *ask(struct check_session *session, const struct check_candidate *candidate)
{
    struct message request, answer;
    struct check_evaluations evaluations;
    const char *codes = "accepted";

    client_begin(&request, "login", "", "");
    send(session, &request, &answer);
    message_done(&answer);
    message_init(&request, WIRE_CHECK_EVALUATE);
    check_evaluate_encode(&request.body, candidate, 1);
    send(session, &request, &answer);
    evaluations = client_evaluated(&answer);
    assert_int_equal(evaluations.count, 1);
    if (!evaluations.items[0].accepted)
        codes = client_codes(evaluations.items[0].reasons, evaluations.items[0].reason_count);
    check_evaluations_done(&evaluations);
    message_done(&answer);
    return codes;
}

static const char *evaluate(const char *folder, const struct check_candidate *candidate)
{
    struct conf *conf = NULL;
    struct check_session *session = NULL;
    struct check_world world;
    struct problem problem = {""};
    char path[4096];
    const char *codes;

    (void)snprintf(path, sizeof(path), "%s/conf", folder);
    assert_int_equal(conf_load(path, &conf, &problem), VSC_OK);
    world = check_world_here(conf);
    world.now = now;
    world.ticks = ticks;
    assert_int_equal(check_session_new(&world, &session), VSC_OK);
    codes = ask(session, candidate);
    check_session_free(session);
    conf_free(conf);
    return codes;
}

const char *hostile_evaluate(const char *folder, const struct hostile_case *hostile)
{
    static const char *const fields[] = {"leaf.der", "sub.der"};
    struct forge *forge = hostile_forge(hostile);
    struct buf bytes[2];
    struct der ders[2];
    struct check_candidate candidate = {.chain = ders};
    const char *codes = NULL;
    bool holds = true;

    candidate.chain_len = forge_has(forge, "sub.") ? 2 : 1;
    for (size_t i = 0; i < 2; i++) {
        buf_init(&bytes[i], FORGE_MAX);
        if (i < candidate.chain_len)
            forge_put(forge, fields[i], &bytes[i]);
        ders[i] = (struct der){.data = bytes[i].data, .len = bytes[i].len};
        holds = holds && bytes[i].len <= CERT_MAX && (bytes[i].len > 0 || i >= candidate.chain_len);
    }
    if (holds && !forge_has(forge, "file.check"))
        codes = evaluate(folder, &candidate);
    for (size_t i = 0; i < 2; i++)
        buf_done(&bytes[i]);
    forge_free(forge);
    return codes;
}
