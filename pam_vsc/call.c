/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/call.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "common/text.h"
#include "pam_vsc/exchange.h"
#include "pam_vsc/gdm.h"
#include "pam_vsc/session_remote.h"
#include "pam_vsc/texts.h"

#define MS_PER_SECOND 1000
#define WAIT_STEP_MS  250 /* between two looks for a card */
#define LOG_VALUE     1024

static bool read_item(const pam_handle_t *pamh, int type, char *to, size_t size)
{
    const void *item = NULL;

    to[0] = '\0';
    if (pam_get_item(pamh, type, &item) != PAM_SUCCESS)
        return false;
    if (item == NULL)
        return true;
    /* Cut, a host or a user would be another one. */
    if (strlen(item) >= size)
        return false;
    memcpy(to, item, strlen(item) + 1);
    return true;
}

static bool read_request(struct call *call)
{
    struct check_begin *request = &call->request;

    /* All of them, for the log, whatever is wrong with one. */
    bool good = read_item(call->pamh, PAM_SERVICE, request->service, sizeof(request->service));

    good = read_item(call->pamh, PAM_USER, request->user, sizeof(request->user)) && good;
    good = read_item(call->pamh, PAM_RHOST, request->rhost, sizeof(request->rhost)) && good;
    good = read_item(call->pamh, PAM_TTY, request->tty, sizeof(request->tty)) && good;
    good = read_item(call->pamh, PAM_RUSER, call->ruser, sizeof(call->ruser)) && good;
    call->user_given = request->user[0] != '\0';
    /* Who tells of whom it is asked by (sudo, su) may have any standard input. */
    call->caller = caller_find(call->ruser[0] == '\0' ? CALLER_INPUT : -1, SESSION_RUN);
    request->remote_session = request->rhost[0] == '\0' &&
                              (call->caller.remote || session_is_remote(SESSION_PROC, SESSION_RUN));
    return good;
}

enum ending call_init(struct call *call, pam_handle_t *pamh, const struct call_argv *argv)
{
    struct problem problem = {.text = ""};
    bool items_read;

    *call = (struct call){.pamh = pamh, .started_ms = clock_ms()};
    texts_begin();
    call->check = PEER_NONE;
    call->card = PEER_NONE;
    call->args.timeout = ARGS_UNSET;
    call->talk = (struct talk){
        .pamh = pamh, .deadline = &call->deadline, .silent = (argv->flags & PAM_SILENT) != 0};
    call->deadline = deadline_in((int64_t)ARGS_TIMEOUT * MS_PER_SECOND);
    items_read = read_request(call);
    if (args_parse(argv->argc, argv->argv, &call->args, &problem) != VSC_OK) {
        pam_syslog(pamh, LOG_ERR, "%s", problem.text);
        return ENDING_SETTINGS;
    }
    call->request.allow_remote = call->args.allow_remote;
    call->talk.silent = call->talk.silent || call->args.quiet;
    if (call->args.timeout != ARGS_UNSET)
        call->deadline = deadline_in((int64_t)call->args.timeout * MS_PER_SECOND);
    if (!items_read) {
        pam_syslog(pamh, LOG_ERR, "a PAM item cannot be read or is too long");
        return ENDING_NOT_ALLOWED;
    }
    return ENDING_NOT_YET;
}

static int priority_of(enum ending ending)
{
    if (strcmp(ending_result(ending), "error") == 0)
        return LOG_ERR;
    return strcmp(ending_result(ending), "refused") == 0 ? LOG_NOTICE : LOG_INFO;
}

static void write_log(const struct call *call, enum ending ending)
{
    const struct candidate *chosen = call->chosen;
    const char *account = chosen != NULL ? chosen->verdict->account : "";
    char user[LOG_VALUE], card[LOG_VALUE], issuer[LOG_VALUE], rhost[LOG_VALUE];

    text_escape(user, sizeof(user), call->user_given ? call->request.user : account, true);
    text_escape(card, sizeof(card), call->about != NULL ? call->about->name : "", true);
    text_escape(issuer, sizeof(issuer), call->verdict.issuer, true);
    text_escape(rhost, sizeof(rhost), call->request.rhost, true);
    pam_syslog(call->pamh, priority_of(ending),
               "result=%s code=%s user=%s card=%s issuer=%s serial=%s rhost=%s ms=%lld",
               ending_result(ending),
               call->has_reason ? reason_code(call->reason) : ending_code(ending), user, card,
               issuer, call->verdict.serial, rhost,
               (long long)(clock_ms() - call->started_ms - call->talk.person_ms));
}

void call_end(struct call *call, enum ending ending)
{
    peer_close(&call->check);
    peer_close(&call->card);
    /* `quiet` spares the log what is no event: that somebody has no card, or is not ours. */
    if (ending != ENDING_NOT_OURS && (ending != ENDING_NO_CARD || !call->args.quiet))
        write_log(call, ending);
    call->chosen = NULL;
    call->about = NULL;
    cards_done(&call->cards);
}

void call_debug(const struct call *call, const char *format, ...)
{
    va_list args;

    if (!call->args.debug)
        return;
    va_start(args, format);
    pam_vsyslog(call->pamh, LOG_DEBUG, format, args);
    va_end(args);
}

static struct peer_place place_of(const struct call *call)
{
    return (struct peer_place){
        .pamh = call->pamh, .deadline = &call->deadline, .args = &call->args};
}

/* What GDM's worker offers, as far as the configuration lets us use it. */
static void learn_extensions(struct call *call)
{
    const enum talk_style style = call->rules.talk;
    const char *service = call->request.service;
    struct talk *talk = &call->talk;

    talk->json = style == TALK_GDM_JSON && !call->args.use_first_pass &&
                 gdm_offers(service, GDM_CUSTOM_JSON, &talk->json_type);
    talk->lists = (style == TALK_GDM || style == TALK_GDM_JSON) &&
                  gdm_offers(service, GDM_CHOICE_LIST, &talk->list_type);
}

enum ending call_begin(struct call *call)
{
    const struct peer_place place = place_of(call);
    enum vsc_err err = peer_open_check(&place, &call->check);

    if (err == VSC_OK)
        err = exchange_begin(&call->check, &call->request, &call->rules);
    if (err != VSC_OK)
        return ending_of_err(err);
    if (call->args.timeout == ARGS_UNSET)
        call->deadline.at_ms =
            call->started_ms + (int64_t)call->rules.timeout_seconds * MS_PER_SECOND;
    call_debug(call, "vsc-check: allowed=%d remote=%d account=%d style=%d", call->rules.allowed,
               call->rules.remote, call->rules.user_known, (int)call->rules.talk);
    learn_extensions(call);
    if (call->rules.allowed)
        return ENDING_NOT_YET;
    pam_syslog(call->pamh, LOG_NOTICE, "not allowed: %s", call->rules.text);
    return ENDING_NOT_ALLOWED;
}

struct cards_of call_cards_of(const struct call *call)
{
    return (struct cards_of){
        .user_given = call->user_given, .rules = &call->rules, .name = call->args.card};
}

enum ending call_gather(struct call *call, bool wait)
{
    const struct peer_place place = place_of(call);
    const struct cards_of of = call_cards_of(call);
    const int64_t begun = clock_ms();
    int64_t wait_ms = call->args.wait != ARGS_UNSET ? call->args.wait : call->rules.wait_seconds;
    int64_t waited = 0;
    enum vsc_err err;

    /* To an account that does not exist no card belongs. */
    if (call->user_given && !call->rules.user_known)
        return ENDING_NO_CARD;
    wait_ms = wait ? wait_ms * MS_PER_SECOND : 0;
    call->deadline.at_ms += wait_ms;
    err = peer_open_card(&place, call->rules.socket, &call->card);
    while (err == VSC_OK) {
        err = cards_gather(&call->card, &call->check, &of, &call->cards);
        waited = clock_ms() - begun;
        if (err != VSC_OK || cards_number(&call->cards) > 0 || waited >= wait_ms)
            break;
        cards_done(&call->cards);
        (void)poll(NULL, 0, WAIT_STEP_MS);
    }
    if (waited < wait_ms)
        call->deadline.at_ms -= wait_ms - waited;
    if (err != VSC_OK)
        return ending_of_err(err);
    call_debug(call, "vsc-card: cards=%zu certificates=%zu counting=%zu", call->cards.list.count,
               call->cards.count, cards_number(&call->cards));
    return cards_number(&call->cards) > 0 ? ENDING_NOT_YET : ENDING_NO_CARD;
}

bool call_is_strangers(const struct call *call)
{
    const struct check_evaluated *verdict = call->chosen != NULL ? call->chosen->verdict : NULL;
    const uid_t uid = verdict != NULL ? verdict->account_uid : call->rules.user_uid;
    const char *name = verdict != NULL ? verdict->account : call->rules.user_name;
    const uid_t caller = call->caller.uid;

    return call->rules.remote || (caller != 0 && caller != uid) ||
           (call->ruser[0] != '\0' && strcmp(call->ruser, name) != 0);
}

uint16_t call_kept(const struct call *call, bool typed_before)
{
    if (!call_is_strangers(call) && !typed_before)
        return 0;
    return call->rules.reserve < UINT16_MAX ? (uint16_t)call->rules.reserve : UINT16_MAX;
}

bool call_is_reserved(const struct call *call, const struct card_state *state, bool typed_before)
{
    const uint16_t kept = call_kept(call, typed_before);

    return kept > 0 && state->tries_known && state->tries_left <= kept;
}

enum ending call_explain(struct call *call, const struct card_info *card,
                         const struct card_state *state, enum ending ending)
{
    char text[TEXTS_SIZE];
    enum ending shown;

    call->about = card;
    if (ending == ENDING_BLOCKED || ending == ENDING_LAST_TRY)
        texts_blocked(text, card->name, state);
    else if (ending == ENDING_TPM_LOCKED)
        texts_tpm_locked(text, state->locked_seconds);
    else if (ending == ENDING_CARD_GONE)
        (void)snprintf(text, sizeof(text), "%s", texts_card_gone());
    else if (ending == ENDING_NO_CERTIFICATE)
        texts_no_certificate(text, card->name);
    else if (call->has_reason)
        texts_refused(text, card->name, call->reason);
    else
        return ending;
    shown = talk_error(&call->talk, text);
    return shown == ENDING_NOT_YET ? ending : shown;
}
