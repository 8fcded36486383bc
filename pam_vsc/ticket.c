/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "common/text.h"
#include "pam_vsc/texts.h"
#include "pam_vsc/ticket_exchange.h"
#include "pam_vsc/ticket_state.h"

#define LOG_VALUE 1024
/* Beyond vsc-tgt's own deadline: it answers at that one, and is killed at this. */
#define GRACE_MS 3000

/* Screen lockers: a cache of the caller's own, and nothing fails for want of a ticket. */
static bool is_by_root(void)
{
    return geteuid() == 0;
}

/* The one that the caller's session has; from no set-user-ID program's environment. */
static void find_ccache(char to[TGT_CCACHE_SIZE])
{
    const char *named = secure_getenv(ENV_CCACHE);

    to[0] = '\0';
    if (named != NULL && strlen(named) < TGT_CCACHE_SIZE && text_is_printable(named))
        (void)snprintf(to, TGT_CCACHE_SIZE, "%s", named);
}

static enum vsc_err ask(struct call *call, const struct secret *pin, struct tgt_got *ret_got)
{
    const struct candidate *chosen = call->chosen;
    const struct deadline deadline =
        deadline_in((int64_t)call->rules.ticket_seconds * 1000 + GRACE_MS);
    const struct peer_place place = {
        .pamh = call->pamh, .deadline = &deadline, .args = &call->args};
    struct tgt_get get = {.uid = call->verdict.account_uid};
    enum vsc_err err;

    (void)snprintf(get.account, sizeof(get.account), "%s", call->verdict.account);
    (void)snprintf(get.upn, sizeof(get.upn), "%s", call->verdict.upn);
    (void)snprintf(get.card, sizeof(get.card), "%s", chosen->info->id);
    (void)snprintf(get.key, sizeof(get.key), "%s", chosen->key->id);
    if (!is_by_root())
        find_ccache(get.ccache);
    err = secret_set(&get.pin, pin->bytes, pin->len);
    if (err == VSC_OK)
        err = exchange_tgt_get(&place, &get, ret_got);
    secret_done(&get.pin);
    return err;
}

/* One line, whatever came of it. */
static void write_log(const struct call *call, const struct tgt_got *got, int64_t began)
{
    char user[LOG_VALUE], principal[LOG_VALUE], text[LOG_VALUE];

    text_escape(user, sizeof(user), call->verdict.account, true);
    text_escape(principal, sizeof(principal), got->principal, true);
    text_escape(text, sizeof(text), got->text, true);
    pam_syslog(call->pamh, got->outcome == TGT_DONE ? LOG_INFO : LOG_NOTICE,
               "ticket=%s user=%s principal=%s verified=%d krb5=%d text=%s ms=%lld",
               tgt_code(got->outcome), user, principal, got->verified, (int)got->code, text,
               (long long)(clock_ms() - began));
}

/* How a sign-in ends that needs a ticket; never a success. */
static enum ending ending_without(enum tgt_outcome outcome)
{
    switch (outcome) {
    case TGT_UNREACHABLE:
        return ENDING_KDC_UNREACHABLE;
    case TGT_REFUSED:
        return ENDING_KDC_REFUSED;
    case TGT_UNTRUSTED:
        return ENDING_KDC_UNTRUSTED;
    case TGT_MISMATCH:
        return ENDING_TICKET_MISMATCH;
    case TGT_DONE:
    case TGT_NONE:
        break;
    }
    return ENDING_NO_TICKET;
}

/* Hand it on to pam_setcred. */
static enum ending hand_on(struct call *call, const struct tgt_got *got)
{
    struct ticket ticket = {.uid = call->verdict.account_uid,
                            .uid_known = true,
                            .required = call->rules.ticket == TICKET_REQUIRED};

    if (!is_by_root())
        return ENDING_NOT_YET;
    memcpy(ticket.kept, got->ticket, sizeof(ticket.kept));
    if (ticket_write(call->pamh, &ticket))
        return ENDING_NOT_YET;
    ticket_drop_kept(call->pamh);
    return ENDING_MEMORY;
}

static struct tgt_got get(struct call *call, const struct secret *pin)
{
    struct tgt_got got = {.outcome = TGT_NONE};
    enum vsc_err err = VSC_OK;

    if (call->chosen->info->kind != CARD_NATIVE) {
        (void)snprintf(got.text, sizeof(got.text), "the card is no virtual one");
    } else {
        /* Not all TPMs serve two at once, and nothing more is asked of these. */
        peer_close(&call->check);
        peer_close(&call->card);
        err = ask(call, pin, &got);
    }
    if (err == VSC_TIMEOUT)
        got.outcome = TGT_UNREACHABLE;
    if (err != VSC_OK)
        (void)snprintf(got.text, sizeof(got.text), "vsc-tgt: %s", vsc_strerror(err));
    return got;
}

enum ending ticket_get(struct call *call, const struct secret *pin)
{
    const int64_t began = clock_ms();
    struct tgt_got got;
    enum ending ending;
    char text[TEXTS_SIZE];

    if (call->rules.ticket == TICKET_OFF ||
        (!is_by_root() && call->verdict.account_uid != getuid()))
        return ENDING_NOT_YET;
    got = get(call, pin);
    call->ticket = got.outcome;
    write_log(call, &got, began);
    if (got.outcome == TGT_DONE)
        return hand_on(call, &got);
    if (call->rules.ticket != TICKET_REQUIRED || !is_by_root())
        return ENDING_NOT_YET;
    texts_no_ticket(text, got.outcome);
    ending = talk_error(&call->talk, text);
    return ending != ENDING_NOT_YET ? ending : ending_without(got.outcome);
}

void ticket_forget(pam_handle_t *pamh)
{
    ticket_drop_kept(pamh);
}
