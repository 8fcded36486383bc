/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr unblock --challenge: by the answer of a help desk. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/own.h"
#include "vscmgr/helpdesk.h"
#include "vscmgr/outcome.h"
#include "vscmgr/qr.h"
#include "vscmgr/reach_challenge.h"

#define ANSWER_TYPED_MAX 256
#define ATTEMPTS         3 /* typing errors and wrong answers at the terminal */

/* A code without its dashes. */
static void squeeze(const char *code, char to[CODE_SIZE])
{
    size_t len = 0;

    for (; *code != '\0'; code++)
        if (*code != '-')
            to[len++] = *code;
    to[len] = '\0';
}

static enum vsc_err show(const struct card_challenge *challenge, const struct card_info *card,
                         struct problem *problem)
{
    char card_code[CODE_SIZE], code[CODE_SIZE], text[sizeof HELPDESK_QR + 2 * CODE_SIZE];
    bool on_terminal = isatty(STDOUT_FILENO) == 1;
    enum vsc_err err = VSC_OK;

    (void)printf("Tell your help desk about %s:\n\n    card       %s\n    challenge  %s\n\n",
                 card->name, challenge->card_code, challenge->code);
    if (on_terminal) {
        squeeze(challenge->card_code, card_code);
        squeeze(challenge->code, code);
        (void)snprintf(text, sizeof text, "%s%s:%s", HELPDESK_QR, card_code, code);
        err = qr_print(stdout, text);
        (void)printf("\nThe answer counts for %d minutes from now, and only while this waits.\n",
                     HELPDESK_SECONDS / 60);
    }
    if (err != VSC_OK || fflush(stdout) != 0)
        return problem_set(problem, VSC_SYSTEM, "standard output cannot be written");
    return VSC_OK;
}

/* At the terminal again after a typing error. */
static enum vsc_err get_answer(enum ask_from from, char answer[ANSWER_TYPED_MAX],
                               struct problem *problem)
{
    enum vsc_err err = VSC_INPUT;

    for (int attempt = 0; err == VSC_INPUT && attempt < ATTEMPTS; attempt++) {
        /* A forgotten terminal must not hold a session of the TPM for ever. */
        (void)alarm(HELPDESK_SECONDS);
        err = ask_line(from, "Answer", answer, ANSWER_TYPED_MAX, problem);
        (void)alarm(0);
        if (err != VSC_OK)
            return err;
        if (answer[0] == '\0')
            return problem_set(problem, VSC_INPUT, "no answer: the challenge is over");
        err = challenge_check_answer(answer, problem);
        if (err != VSC_INPUT || from == ASK_STDIN)
            return err;
        (void)fprintf(stderr, "vscmgr: %s\n", problem->text);
    }
    return err;
}

/* It restores the terminal by itself when a signal comes. */
static enum vsc_err ask_pin(enum ask_from from, const sigset_t *signals, struct secret *ret_pin,
                            struct problem *problem)
{
    sigset_t held;
    enum vsc_err err;

    (void)sigprocmask(SIG_SETMASK, signals, &held);
    err = ask_new_secret(from, "New PIN", ret_pin, problem);
    (void)sigprocmask(SIG_SETMASK, &held, NULL);
    return err;
}

static enum vsc_err finish(struct reach_challenge *challenge, enum ask_from from,
                           const sigset_t *signals, struct card_outcome *outcome,
                           struct problem *problem)
{
    auto_secret struct secret new_pin = {0};
    char answer[ANSWER_TYPED_MAX];
    enum vsc_err err;

    err = get_answer(from, answer, problem);
    if (err == VSC_OK)
        err = ask_pin(from, signals, &new_pin, problem);
    if (err == VSC_OK)
        err = reach_challenge_finish(challenge, answer, &new_pin, outcome, problem);
    explicit_bzero(answer, sizeof answer);
    return err;
}

/* What may be tried again with the same challenge. */
static bool may_try_again(enum vsc_err err, const struct card_outcome *outcome, enum ask_from from)
{
    return from == ASK_TERMINAL && err == VSC_OK &&
           (outcome->result == VSC_DENIED || outcome->result == VSC_PIN_POLICY);
}

static enum vsc_err run(const struct request *request, const struct opened *opened,
                        enum ask_from from, bool quiet, const sigset_t *signals)
{
    auto_reach_challenge struct reach_challenge challenge = REACH_CHALLENGE_CLOSED;
    struct card_outcome outcome = {.result = VSC_TPM};
    struct problem *problem = request->problem;
    enum vsc_err err;

    err = reach_challenge_begin(&opened->reach, opened->card->id, &challenge, problem);
    if (err == VSC_OK)
        err = show(&challenge.show, opened->card, problem);
    if (err != VSC_OK)
        return err;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        err = finish(&challenge, from, signals, &outcome, problem);
        if (attempt == ATTEMPTS || !may_try_again(err, &outcome, from))
            break;
        (void)fprintf(stderr, "vscmgr: %s\n", problem->text);
    }
    if (err == VSC_OK)
        err = outcome_result(&outcome, opened->card, problem);
    if (err == VSC_OK && !quiet)
        (void)printf("%s has a new PIN and %u tries.\n", opened->card->name,
                     outcome.state.tries_left);
    return err;
}

enum vsc_err unblock_by_challenge(const struct request *request, const struct opened *opened,
                                  enum ask_from from, bool quiet)
{
    sigset_t before;
    enum vsc_err err;

    leaving_hold(&before);
    err = run(request, opened, from, quiet, &before);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return err;
}
