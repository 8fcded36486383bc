/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificate is checked again, without a proof: by the record in PAM's data, or where PAM lost
 * it (sshd) by our PAM environment, which names the card and the certificate. The environment may
 * add a check and never removes one, for it can be set by others.
 */
#include "pam_vsc/account.h"

#include <stdio.h>
#include <string.h>

#include "pam_vsc/exchange.h"
#include "pam_vsc/note.h"
#include "pam_vsc/record.h"
#include "pam_vsc/texts.h"

static bool is_among(const struct check_verdict *verdict, enum reason reason, struct call *call)
{
    for (size_t i = 0; i < verdict->reason_count; i++)
        if (verdict->reasons[i] == reason) {
            call->reason = reason;
            return true;
        }
    return false;
}

/* Reasons that are no news of the certificate but its end, or the account's. */
static enum ending judge_end(struct call *call, const struct check_verdict *verdict)
{
    if (is_among(verdict, REASON_EXPIRED, call) || is_among(verdict, REASON_REVOKED, call))
        return ENDING_LAPSED;
    if (is_among(verdict, REASON_ACCOUNT_DISABLED, call) ||
        is_among(verdict, REASON_ACCOUNT_LOCKED, call))
        return ENDING_CLOSED;
    return is_among(verdict, REASON_ACCOUNT_EXPIRED, call) ? ENDING_LAPSED : ENDING_NOT_YET;
}

/* How certificate and account stand by what vsc-check said, for the account that is expected. */
static enum ending judge(struct call *call, const struct check_verdict *verdict,
                         const char *account, uid_t uid)
{
    enum ending ending = judge_end(call, verdict);

    call->verdict = *verdict;
    call->has_reason = verdict->reason_count > 0;
    if (ending != ENDING_NOT_YET)
        return ending;
    if (verdict->reason_count > 0)
        return ending_of_reasons(verdict->reasons, verdict->reason_count, true, &call->reason);
    if (verdict->account_uid != uid || strcmp(verdict->account, account) != 0)
        return ENDING_WRONG_ACCOUNT;
    return ENDING_STILL_GOOD;
}

static enum vsc_err recheck(struct call *call, const struct der *chain, size_t chain_len,
                            struct check_verdict *ret_verdict)
{
    struct check_recheck request = {.chain_len = chain_len};

    (void)snprintf(request.user, sizeof(request.user), "%s", call->request.user);
    /* Borrowed: the request is encoded, and nothing in it released. */
    memcpy(request.chain, chain, chain_len * sizeof(*chain));
    return exchange_recheck(&call->check, &request, ret_verdict);
}

/* A certificate that is still good, on a card whose PIN somebody else chose. */
static enum ending judge_pin(const struct call *call, enum ending ending, const char *card)
{
    return ending == ENDING_STILL_GOOD && cards_must_change(&call->cards, card) ? ENDING_MUST_CHANGE
                                                                                : ending;
}

/* The PIN had to be changed at the sign-in: the card is asked whether that was done since. */
static enum ending check_marked_record(struct call *call, const struct record *record)
{
    struct check_verdict verdict;
    enum ending ending = call_begin(call);
    enum vsc_err err;

    if (ending == ENDING_NOT_YET)
        ending = call_gather(call, false);
    if (ending != ENDING_NOT_YET)
        return ending;
    err = recheck(call, record->chain, record->chain_len, &verdict);
    if (err != VSC_OK)
        return ending_of_err(err);
    return judge_pin(call, judge(call, &verdict, record->account, record->account_uid),
                     record->card);
}

static enum ending check_record(struct call *call, const struct record *record)
{
    const struct peer_place place = {
        .pamh = call->pamh, .deadline = &call->deadline, .args = &call->args};
    struct check_verdict verdict;
    enum vsc_err err;

    if (strcmp(record->user, call->request.user) != 0)
        return ENDING_WRONG_ACCOUNT;
    if (record->must_change)
        return check_marked_record(call, record);
    err = peer_open_check(&place, &call->check);
    if (err == VSC_OK)
        err = recheck(call, record->chain, record->chain_len, &verdict);
    return err != VSC_OK ? ending_of_err(err)
                         : judge(call, &verdict, record->account, record->account_uid);
}

static bool is_env(const struct call *call, const char *name, const char *value)
{
    const char *set = pam_getenv(call->pamh, name);

    return set != NULL && strcmp(set, value) == 0;
}

/* The certificate that the environment names, on the card that it names. */
static enum ending check_env(struct call *call)
{
    enum ending ending = call->user_given ? call_begin(call) : ENDING_WRONG_ACCOUNT;

    if (ending == ENDING_NOT_YET)
        ending = call_gather(call, false);
    if (ending != ENDING_NOT_YET)
        return ending;
    for (size_t i = 0; i < call->cards.count; i++) {
        const struct candidate *candidate = &call->cards.candidates[i];
        struct check_verdict verdict;
        enum vsc_err err;

        if (!call->cards.counts[candidate->card] || !is_env(call, ENV_CARD, candidate->info->name))
            continue;
        err = recheck(call, candidate->key->chain, candidate->key->chain_len, &verdict);
        if (err != VSC_OK)
            return ending_of_err(err);
        call->about = candidate->info;
        if (is_env(call, ENV_ISSUER, verdict.issuer) && is_env(call, ENV_SERIAL, verdict.serial))
            return judge_pin(call,
                             judge(call, &verdict, call->rules.user_name, call->rules.user_uid),
                             candidate->info->name);
    }
    return ENDING_NO_CERTIFICATE;
}

static enum ending check(struct call *call, const struct record *record)
{
    if (record != NULL)
        return check_record(call, record);
    return pam_getenv(call->pamh, ENV_CARD) != NULL ? check_env(call) : ENDING_NOT_OURS;
}

int account_check(pam_handle_t *pamh, const struct call_argv *argv)
{
    const struct record *record = record_read(pamh);
    const struct card_state unknown = {.tries_known = false};
    struct card_info recorded = {.id = ""};
    struct call call;
    enum ending ending = call_init(&call, pamh, argv);

    if (record != NULL) {
        (void)snprintf(recorded.name, sizeof(recorded.name), "%s", record->card);
        call.about = &recorded;
    }
    if (ending == ENDING_NOT_YET)
        ending = check(&call, record);
    if (ending == ENDING_MUST_CHANGE)
        talk_inform(&call.talk, texts_must_change());
    if (ending == ENDING_LAPSED || ending == ENDING_CLOSED)
        ending = call_explain(&call, call.about, &unknown, ending);
    if (ending == ENDING_STILL_GOOD)
        note_sign_in(pamh, call.request.service);
    call_end(&call, ending);
    return result_acct_mgmt(ending);
}
