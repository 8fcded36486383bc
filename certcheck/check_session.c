/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/check_session.h"

#include <string.h>

#include "certcheck/begin.h"
#include "certcheck/check_answer.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "certcheck/proof.h"
#include "common/text.h"

/* A certificate that a challenge may be out for. */
struct candidate {
    STACK_OF(X509) * certs; /* owned */
    bool challenged;        /* accepted, and no PROVE yet */
    int64_t since;          /* ticks */
    struct account account; /* whom the challenge is for */
    unsigned char challenge[DIGEST_SIZE];
};

struct check_session {
    struct check_world world;
    struct evaluator *evaluator; /* owned; NULL until it is needed */
    bool begun, allowed, over;
    struct check_begin begin;
    struct candidate *candidates; /* owned */
    size_t count;
    bool proven;                        /* a PROVE was ACCEPTED */
    struct stale stale;                 /* of that */
    char weakly_mapped[USER_NAME_SIZE]; /* "": not so */
};

DEFINE_AUTO(struct evaluation, evaluation_free)

enum vsc_err check_session_new(const struct check_world *world, struct check_session **ret_session)
{
    struct check_session *session = calloc(1, sizeof(*session));

    if (session == NULL)
        return VSC_MEMORY;
    session->world = *world;
    *ret_session = session;
    return VSC_OK;
}

static void drop_candidates(struct check_session *session)
{
    for (size_t i = 0; i < session->count; i++)
        x509_stack_free(session->candidates[i].certs);
    free(session->candidates);
    session->candidates = NULL;
    session->count = 0;
}

void check_session_free(struct check_session *session)
{
    if (session == NULL)
        return;
    drop_candidates(session);
    evaluator_free(session->evaluator);
    free(session);
}

const char *check_session_weakly_mapped(const struct check_session *session)
{
    return *session->weakly_mapped != '\0' ? session->weakly_mapped : NULL;
}

bool check_session_is_over(const struct check_session *session)
{
    return session->over;
}

/* Read what is trusted, again if a file has changed. */
static enum vsc_err refresh_evaluator(struct check_session *session, struct problem *problem)
{
    const struct conf *conf = session->world.conf;
    struct evaluator_places places = evaluator_places_of(conf);
    struct evaluator *evaluator;
    enum vsc_err err;

    places.mark = session->world.mark;
    if (session->evaluator != NULL && !evaluator_is_outdated(session->evaluator))
        return VSC_OK;
    err = evaluator_new(conf, &places, session->world.accounts, &evaluator, problem);
    if (err != VSC_OK)
        return err;
    evaluator_free(session->evaluator);
    session->evaluator = evaluator;
    return VSC_OK;
}

/* `check_state` at the account check alone: who has not proven anything learns nothing of it. */
static enum vsc_err judge(struct check_session *session, STACK_OF(X509) * certs, const char *user,
                          bool check_state, struct evaluation **ret_evaluation)
{
    struct evaluation_request request = evaluation_request_of(session->world.conf);

    request.certs = certs;
    request.at = session->world.now();
    request.at_is_clock = true;
    request.check_state = check_state;
    request.user = user != NULL && *user != '\0' ? user : NULL;
    return evaluation_new(session->evaluator, &request, ret_evaluation);
}

static enum vsc_err handle_begin(struct check_session *session, struct reader *body,
                                 struct message *answer)
{
    struct check_begun begun;
    enum vsc_err err = check_begin_decode(body, &session->begin);

    if (err != VSC_OK)
        return err;
    begin_answer(&session->begin, session->world.conf, session->world.host, session->world.accounts,
                 &begun);
    session->begun = true;
    session->allowed = begun.allowed;
    message_init(answer, begun.ticket != TICKET_OFF ? WIRE_CHECK_BEGUN_TICKET : WIRE_CHECK_BEGUN);
    if (begun.ticket != TICKET_OFF)
        check_begun_ticket_encode(&answer->body, &begun);
    else
        check_begun_encode(&answer->body, &begun);
    return VSC_OK;
}

/* Draw a challenge for an accepted certificate. */
static enum vsc_err challenge(struct check_session *session, struct candidate *candidate,
                              const struct evaluation *evaluation)
{
    struct proof_context context = {
        .service = session->begin.service,
        .account = evaluation->account.name,
        .cert = evaluation->cert,
        .host = session->world.host,
        .boot_id = session->world.boot_id,
        .tty = session->begin.tty,
        .time = session->world.now(),
    };
    enum vsc_err err = proof_draw(&context);

    if (err == VSC_OK)
        err = proof_digest(&context, candidate->challenge);
    if (err != VSC_OK)
        return err;
    candidate->account = evaluation->account;
    candidate->since = session->world.ticks();
    candidate->challenged = true;
    return VSC_OK;
}

static enum vsc_err evaluate_one(struct check_session *session, struct candidate *candidate,
                                 struct check_evaluated *item)
{
    auto_by(evaluation_free) struct evaluation *evaluation = NULL;
    enum vsc_err err = judge(session, candidate->certs, session->begin.user, false, &evaluation);

    if (err == VSC_OK && evaluation->accepted)
        err = challenge(session, candidate, evaluation);
    if (err != VSC_OK)
        return err;
    answer_evaluated(evaluation, session->world.now(), item);
    if (evaluation->accepted)
        memcpy(item->challenge, candidate->challenge, sizeof(item->challenge));
    return VSC_OK;
}

static enum vsc_err evaluate_all(struct check_session *session,
                                 const struct check_candidate *candidates, size_t count,
                                 struct check_evaluations *evaluations)
{
    session->candidates = calloc(count + 1, sizeof(*session->candidates));
    evaluations->items = calloc(count + 1, sizeof(*evaluations->items));
    if (session->candidates == NULL || evaluations->items == NULL)
        return VSC_MEMORY;
    evaluations->count = count;
    session->count = count;
    for (size_t i = 0; i < count; i++) {
        struct candidate *candidate = &session->candidates[i];
        enum vsc_err err =
            answer_parse_chain(candidates[i].chain, candidates[i].chain_len, &candidate->certs);

        if (err == VSC_OK)
            err = evaluate_one(session, candidate, &evaluations->items[i]);
        if (err != VSC_OK)
            return err;
    }
    return VSC_OK;
}

static enum vsc_err handle_evaluate(struct check_session *session, struct reader *body,
                                    struct message *answer, struct problem *problem)
{
    auto_evaluations struct check_evaluations evaluations = {0};
    auto_free struct check_candidate *candidates = NULL;
    auto_free struct der *chains = NULL;
    size_t count = 0;
    enum vsc_err err;

    if (!session->begun)
        return problem_set(problem, VSC_PROTOCOL, "EVALUATE before BEGIN");
    if (!session->allowed)
        return problem_set(problem, VSC_DENIED, "this service is not served from here");
    drop_candidates(session);
    err = check_evaluate_decode(body, &candidates, &chains, &count);
    if (err == VSC_OK)
        err = refresh_evaluator(session, problem);
    if (err == VSC_OK)
        err = evaluate_all(session, candidates, count, &evaluations);
    if (err != VSC_OK)
        return err;
    message_init(answer, WIRE_CHECK_EVALUATED);
    check_evaluations_encode(&answer->body, &evaluations);
    return VSC_OK;
}

/* Is there a challenge out for this one, and has the card answered it? Uses the challenge up. */
static bool is_proven(const struct check_session *session, struct candidate *candidate,
                      const struct check_prove *prove)
{
    int64_t age = session->world.ticks() - candidate->since;
    bool is_out = candidate->challenged && age >= 0 && age <= CHALLENGE_SECONDS * 1000;

    candidate->challenged = false;
    return is_out && proof_verifies(sk_X509_value(candidate->certs, 0), candidate->challenge,
                                    prove->signature, prove->signature_len);
}

static void note_weak_mapping(struct check_session *session, const struct evaluation *evaluation)
{
    if (verdict_warns(&evaluation->verdict, REASON_WEAK_MAPPING))
        text_escape(session->weakly_mapped, sizeof(session->weakly_mapped),
                    evaluation->account.name, true);
}

static enum vsc_err handle_prove(struct check_session *session, struct reader *body,
                                 struct message *answer, struct problem *problem)
{
    auto_by(evaluation_free) struct evaluation *evaluation = NULL;
    struct check_prove prove;
    struct check_verdict verdict = {0};
    struct candidate *candidate;
    bool proven;
    enum vsc_err err;

    /* Until it is seen to be right, this PROVE is the last message. */
    session->over = true;
    err = check_prove_decode(body, &prove);
    if (err != VSC_OK)
        return err;
    if (prove.index >= session->count)
        return problem_set(problem, VSC_PROTOCOL, "PROVE for a certificate that was not sent");
    candidate = &session->candidates[prove.index];
    proven = is_proven(session, candidate, &prove);
    err = refresh_evaluator(session, problem);
    if (err == VSC_OK)
        err = judge(session, candidate->certs, session->begin.user, false, &evaluation);
    if (err != VSC_OK)
        return err;
    if (!proven)
        verdict_refuse(&evaluation->verdict, REASON_PROOF_FAILED, 0, NULL);
    else if (evaluation->accepted && !account_is_same(&evaluation->account, &candidate->account))
        verdict_refuse(&evaluation->verdict, REASON_ACCOUNT_MISMATCH, 0, NULL);
    answer_verdict(evaluation, session->world.now(), &verdict);
    if (proven && evaluation->accepted && verdict.reason_count == 0) {
        session->over = false;
        session->proven = true;
        session->stale = evaluation->stale;
        note_weak_mapping(session, evaluation);
        message_init(answer, WIRE_CHECK_ACCEPTED);
    } else {
        message_init(answer, WIRE_CHECK_REFUSED);
    }
    check_verdict_encode(&answer->body, &verdict);
    return VSC_OK;
}

static enum vsc_err handle_recheck(struct check_session *session, struct reader *body,
                                   struct message *answer, struct problem *problem)
{
    __attribute__((cleanup(check_recheck_done))) struct check_recheck recheck = {0};
    auto_by(x509_stack_free) STACK_OF(X509) *certs = NULL;
    auto_by(evaluation_free) struct evaluation *evaluation = NULL;
    struct check_verdict verdict = {0};
    enum vsc_err err = check_recheck_decode(body, &recheck);

    if (err == VSC_OK)
        err = answer_parse_chain(recheck.chain, recheck.chain_len, &certs);
    if (err == VSC_OK)
        err = refresh_evaluator(session, problem);
    if (err == VSC_OK)
        err = judge(session, certs, recheck.user, true, &evaluation);
    if (err != VSC_OK)
        return err;
    answer_verdict(evaluation, session->world.now(), &verdict);
    message_init(answer, WIRE_CHECK_RECHECKED);
    check_verdict_encode(&answer->body, &verdict);
    return VSC_OK;
}

static enum vsc_err handle_service(const struct check_session *session, struct reader *body,
                                   struct message *answer, struct problem *problem)
{
    struct check_served served;
    enum vsc_err err = reader_end(body);

    if (err == VSC_OK && !session->begun)
        err = problem_set(problem, VSC_PROTOCOL, "SERVICE before BEGIN");
    if (err != VSC_OK)
        return err;
    served.change_pin =
        conf_list_has(&session->world.conf->login.change_pin, session->begin.service);
    message_init(answer, WIRE_CHECK_SERVED);
    check_served_encode(&answer->body, &served);
    return VSC_OK;
}

/* What the certificate was checked with is told to who has proven it. */
static enum vsc_err handle_stale(const struct check_session *session, struct reader *body,
                                 struct message *answer, struct problem *problem)
{
    enum vsc_err err = reader_end(body);

    if (err == VSC_OK && !session->proven)
        err = problem_set(problem, VSC_PROTOCOL, "STALE before ACCEPTED");
    if (err != VSC_OK)
        return err;
    message_init(answer, WIRE_CHECK_STALE_TOLD);
    check_stale_encode(&answer->body, &session->stale);
    return VSC_OK;
}

enum vsc_err check_session_handle(struct check_session *session, const struct message *request,
                                  struct message *answer, struct problem *problem)
{
    struct reader body;
    enum vsc_err err = VSC_PROTOCOL;

    message_init(answer, WIRE_ERROR);
    session->weakly_mapped[0] = '\0';
    if (session->over)
        return VSC_PROTOCOL;
    reader_init(&body, request->body.data, request->body.len);
    if (request->type == WIRE_CHECK_BEGIN && !session->begun)
        err = handle_begin(session, &body, answer);
    else if (request->type == WIRE_CHECK_EVALUATE)
        err = handle_evaluate(session, &body, answer, problem);
    else if (request->type == WIRE_CHECK_PROVE)
        err = handle_prove(session, &body, answer, problem);
    else if (request->type == WIRE_CHECK_RECHECK)
        err = handle_recheck(session, &body, answer, problem);
    else if (request->type == WIRE_CHECK_SERVICE)
        err = handle_service(session, &body, answer, problem);
    else if (request->type == WIRE_CHECK_STALE)
        err = handle_stale(session, &body, answer, problem);
    if (err == VSC_OK)
        err = buf_status(&answer->body);
    session->over = session->over || err != VSC_OK;
    return err;
}
