/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PAM_SUCCESS has one source: login_prove() returns ENDING_ACCEPTED in one place, after the one
 * message that may lead there (CHECK_ACCEPTED), for the account that asked.
 */
#include "pam_vsc/login.h"

#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "common/mark.h"
#include "pam_vsc/choose.h"
#include "pam_vsc/exchange.h"
#include "pam_vsc/must_change.h"
#include "pam_vsc/pin.h"
#include "pam_vsc/record.h"
#include "pam_vsc/texts.h"
#include "pam_vsc/ticket.h"

/* Is PAM_USER still what this sign-in is for? Another module or the host may have changed it. */
static bool is_user_unchanged(const struct call *call)
{
    const char *expected = call->user_given ? call->request.user : call->chosen->verdict->account;
    const void *user = NULL;

    return pam_get_item(call->pamh, PAM_USER, &user) == PAM_SUCCESS && user != NULL &&
           strcmp(user, expected) == 0;
}

/* The verdict's account against whom PAM asked for: vsc-check has compared too, and may be wrong.
 */
static bool is_for_account(const struct call *call, const struct check_verdict *verdict)
{
    const char *name = call->user_given ? call->rules.user_name : call->chosen->verdict->account;
    const uid_t uid = call->user_given ? call->rules.user_uid : call->chosen->verdict->account_uid;

    return verdict->account_uid == uid && strcmp(verdict->account, name) == 0 &&
           is_user_unchanged(call);
}

/* Login screens read PAM_USER when the PIN is asked for. */
static enum ending name_user(struct call *call)
{
    if (call->user_given)
        return ENDING_NOT_YET;
    call->named_user = true;
    return pam_set_item(call->pamh, PAM_USER, call->chosen->verdict->account) == PAM_SUCCESS
               ? ENDING_NOT_YET
               : ENDING_MEMORY;
}

static enum ending refused(struct call *call, enum ending ending, enum reason reason)
{
    call->has_reason = true;
    call->reason = reason;
    return call_explain(call, call->chosen->info, &call->cards.standing[call->chosen->card].state,
                        ending);
}

/* Hand on what the session needs. */
static enum ending publish(const struct call *call, const struct secret *pin)
{
    char word[SECRET_MAX + 1];
    enum ending ending = record_write(call);

    if (ending != ENDING_NOT_YET || !call->args.set_authtok)
        return ending;
    memcpy(word, pin->bytes, pin->len);
    word[pin->len] = '\0';
    if (pam_set_item(call->pamh, PAM_AUTHTOK, word) != PAM_SUCCESS) {
        record_forget(call->pamh);
        ending = ENDING_MEMORY;
    }
    explicit_bzero(word, sizeof(word));
    return ending;
}

static enum ending prove(struct call *call, const struct check_prove *signature, struct secret *pin)
{
    bool accepted = false;
    enum reason reason = REASON_PROOF_FAILED;
    enum ending ending;
    enum vsc_err err = exchange_prove(&call->check, signature, &accepted, &call->verdict);

    if (err != VSC_OK)
        return ending_of_err(err);
    if (!accepted) {
        ending = ending_of_reasons(call->verdict.reasons, call->verdict.reason_count,
                                   call->user_given, &reason);
        return refused(call, ending, reason);
    }
    if (!is_for_account(call, &call->verdict))
        return refused(call, call->user_given ? ENDING_WRONG_ACCOUNT : ENDING_NO_ACCOUNT,
                       REASON_ACCOUNT_MISMATCH);
    ending = must_change_pin(call, pin);
    /* Asked again, for whoever talks to the person has had the time. */
    if (ending == ENDING_NOT_YET && !is_user_unchanged(call))
        ending = ENDING_WRONG_ACCOUNT;
    if (ending == ENDING_NOT_YET)
        ending = ticket_get(call, pin);
    if (ending == ENDING_NOT_YET)
        ending = publish(call, pin);
    return ending != ENDING_NOT_YET ? ending : ENDING_ACCEPTED;
}

/* At most one, and after all is done: a host that cannot show it has still signed somebody in. */
static void inform(struct call *call)
{
    const struct check_verdict *verdict = &call->verdict;
    struct stale stale = {.count = 0};
    char text[TEXTS_SIZE];

    if (verdict->days_left <= (int64_t)call->rules.warn_days) {
        texts_expires(text, verdict->days_left);
        talk_inform(&call->talk, text);
    } else if (call->ticket == TGT_REFUSED || call->ticket == TGT_UNTRUSTED ||
               call->ticket == TGT_MISMATCH) {
        texts_no_ticket(text, call->ticket);
        talk_inform(&call->talk, text);
    } else if (verdict->stale && !call->talk.silent) {
        if (exchange_stale(&call->check, &stale) != VSC_OK)
            stale.count = 0;
        texts_stale(text, &stale);
        talk_inform(&call->talk, text);
    }
}

/* A time that has been: see common/mark.h. Without root it is left to others, and nothing fails. */
static void leave_mark(const struct call *call)
{
    enum vsc_err err;

    if (geteuid() != 0)
        return;
    err = mark_write(MARK_FOLDER, time(NULL));
    if (err != VSC_OK)
        call_debug(call, MARK_PATH " could not be written: %s", vsc_strerror(err));
}

static enum ending sign_in(struct call *call)
{
    auto_secret struct secret pin = {0};
    struct check_prove signature;
    enum ending ending = call_begin(call);

    if (ending == ENDING_NOT_YET)
        ending = call_gather(call, true);
    if (ending == ENDING_NOT_YET)
        ending = choose_certificate(call, &pin);
    if (ending == ENDING_NOT_YET)
        ending = name_user(call);
    if (ending == ENDING_NOT_YET)
        ending = pin_sign(call, &signature, &pin);
    if (ending == ENDING_NOT_YET)
        ending = prove(call, &signature, &pin);
    if (ending == ENDING_ACCEPTED) {
        leave_mark(call);
        inform(call);
    }
    return ending;
}

/*
 * gdm would start over at once, many times a second, where a failure comes back before anything
 * was asked; and after a name was chosen nobody could read why. Not after PAM_AUTHINFO_UNAVAIL (the
 * stack goes on to the password) and PAM_MAXTRIES.
 */
static enum ending hold_gdm(struct call *call, enum ending ending)
{
    auto_secret struct secret answer = {0};
    const int code = result_authenticate(ending);
    const bool at_gdm =
        strcmp(call->request.service, SERVICE_GDM) == 0 || call->rules.talk == TALK_GDM;
    enum ending held;

    if (!at_gdm || call->talk.asked || code == PAM_AUTHINFO_UNAVAIL || code == PAM_MAXTRIES ||
        code == PAM_CONV_ERR)
        return ending;
    if (!call->talk.told) {
        held = talk_error(&call->talk, texts_cannot_sign_in());
        if (held != ENDING_NOT_YET)
            return held;
    }
    held = talk_ask(&call->talk, ASK_HIDDEN, texts_press_enter(), &answer);
    return held == ENDING_CONVERSATION ? held : ending;
}

/* An empty name is none for us; the modules behind this one would take it for one, and not ask. */
static bool has_empty_name(const struct call *call)
{
    const void *user = NULL;

    return pam_get_item(call->pamh, PAM_USER, &user) == PAM_SUCCESS && user != NULL &&
           *(const char *)user == '\0';
}

static enum ending fail(struct call *call, enum ending ending)
{
    ticket_forget(call->pamh);
    if ((call->named_user || has_empty_name(call)) &&
        pam_set_item(call->pamh, PAM_USER, NULL) != PAM_SUCCESS)
        pam_syslog(call->pamh, LOG_ERR, "PAM_USER could not be unset");
    return hold_gdm(call, ending);
}

int login_authenticate(pam_handle_t *pamh, const struct call_argv *argv)
{
    struct call call;
    enum ending ending = call_init(&call, pamh, argv);

    record_forget(pamh);
    ticket_forget(pamh);
    if (ending == ENDING_NOT_YET)
        ending = sign_in(&call);
    if (ending != ENDING_ACCEPTED)
        ending = fail(&call, ending);
    call_end(&call, ending);
    return result_authenticate(ending);
}
