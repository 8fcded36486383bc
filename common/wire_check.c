/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/wire_check.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "common/wire_field.h"

void check_begin_encode(struct buf *body, const struct check_begin *begin)
{
    buf_str(body, begin->service);
    buf_str(body, begin->user);
    buf_str(body, begin->rhost);
    buf_str(body, begin->tty);
    buf_u8(body, begin->allow_remote);
    buf_u8(body, begin->remote_session);
}

enum vsc_err check_begin_decode(struct reader *reader, struct check_begin *ret_begin)
{
    struct check_begin begin;
    enum vsc_err err;

    /* Whoever talks to the host program chose some of these: compared and escaped, never shown. */
    reader_str(reader, begin.service, sizeof(begin.service));
    reader_str(reader, begin.user, sizeof(begin.user));
    reader_str(reader, begin.rhost, sizeof(begin.rhost));
    reader_str(reader, begin.tty, sizeof(begin.tty));
    begin.allow_remote = reader_bool(reader);
    begin.remote_session = reader_bool(reader);
    err = reader_end(reader);
    if (err == VSC_OK)
        *ret_begin = begin;
    return err;
}

void check_begun_encode(struct buf *body, const struct check_begun *begun)
{
    buf_u8(body, begun->allowed);
    buf_u8(body, begun->remote);
    buf_str(body, begun->text);
    buf_u8(body, begun->user_known);
    buf_u32(body, begun->user_known ? begun->user_uid : 0);
    buf_str(body, begun->user_known ? begun->user_name : "");
    buf_u32(body, begun->timeout_seconds);
    buf_u32(body, begun->wait_seconds);
    buf_u32(body, begun->reserve);
    buf_u32(body, begun->warn_days);
    buf_u8(body, (uint8_t)begun->talk);
    buf_str(body, begun->socket);
}

static struct check_begun begun_fields(struct reader *reader)
{
    struct check_begun begun = {.ticket = TICKET_OFF};

    begun.allowed = reader_bool(reader);
    begun.remote = reader_bool(reader);
    field_text(reader, begun.text, sizeof(begun.text));
    begun.user_known = reader_bool(reader);
    begun.user_uid = reader_u32(reader);
    field_text(reader, begun.user_name, sizeof(begun.user_name));
    if (begun.user_known != (begun.user_name[0] != '\0') ||
        (!begun.user_known && begun.user_uid != 0))
        reader->fault = true;
    begun.timeout_seconds = field_count(reader, CHECK_SECONDS_MAX);
    if (begun.timeout_seconds == 0)
        reader->fault = true;
    begun.wait_seconds = field_count(reader, CHECK_SECONDS_MAX);
    begun.reserve = field_count(reader, UINT16_MAX);
    begun.warn_days = field_count(reader, CHECK_DAYS_MAX);
    begun.talk = (enum talk_style)field_choice(reader, TALK_TEXT, TALK_GDM_JSON);
    field_text(reader, begun.socket, sizeof(begun.socket));
    return begun;
}

enum vsc_err check_begun_decode(struct reader *reader, struct check_begun *ret_begun)
{
    const struct check_begun begun = begun_fields(reader);
    enum vsc_err err = reader_end(reader);

    if (err == VSC_OK)
        *ret_begun = begun;
    return err;
}

void check_begun_ticket_encode(struct buf *body, const struct check_begun *begun)
{
    check_begun_encode(body, begun);
    buf_u8(body, (uint8_t)begun->ticket);
    buf_u32(body, begun->ticket_seconds);
}

enum vsc_err check_begun_ticket_decode(struct reader *reader, struct check_begun *ret_begun)
{
    struct check_begun begun = begun_fields(reader);
    enum vsc_err err;

    begun.ticket = (enum ticket_mode)field_choice(reader, TICKET_OPTIONAL, TICKET_REQUIRED);
    begun.ticket_seconds = field_count(reader, TICKET_SECONDS_MAX);
    if (begun.ticket_seconds == 0)
        reader->fault = true;
    err = reader_end(reader);
    if (err == VSC_OK)
        *ret_begun = begun;
    return err;
}

void check_evaluate_encode(struct buf *body, const struct check_candidate *candidates, size_t count)
{
    buf_u32(body, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        field_chain_encode(body, candidates[i].chain, candidates[i].chain_len);
}

/* A chain whose certificates stay in the reader's input. */
static void candidate_decode(struct reader *reader, struct check_candidate *candidate,
                             struct der *chain)
{
    candidate->chain = chain;
    candidate->chain_len = field_choice(reader, 1, CHAIN_MAX);
    for (size_t i = 0; i < candidate->chain_len; i++) {
        const unsigned char *cert = field_cert(reader, &chain[i].len);

        /* struct der has no const because elsewhere it owns; nobody writes or frees these. */
        chain[i].data = (unsigned char *)(uintptr_t)cert;
    }
}

enum vsc_err check_evaluate_decode(struct reader *reader, struct check_candidate **ret_candidates,
                                   struct der **ret_chains, size_t *ret_count)
{
    auto_free struct check_candidate *candidates = NULL;
    auto_free struct der *chains = NULL;
    size_t count = field_count(reader, CANDIDATES_MAX);
    size_t room = count > 0 ? count : 1;
    enum vsc_err err;

    candidates = calloc(room, sizeof(*candidates));
    chains = calloc(room * CHAIN_MAX, sizeof(*chains));
    if (candidates == NULL || chains == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < count && !reader->fault; i++)
        candidate_decode(reader, &candidates[i], chains + i * CHAIN_MAX);
    err = reader_end(reader);
    if (err != VSC_OK)
        return err;
    *ret_candidates = take(candidates);
    *ret_chains = take(chains);
    *ret_count = count;
    return VSC_OK;
}

static void evaluated_encode(struct buf *body, const struct check_evaluated *item)
{
    buf_u8(body, item->accepted);
    buf_u8(body, item->mapped);
    buf_str(body, item->mapped ? item->account : "");
    buf_u32(body, item->mapped ? item->account_uid : 0);
    buf_str(body, item->display);
    buf_str(body, item->label);
    buf_u32(body, (uint32_t)item->days_left);
    buf_u8(body, item->stale);
    if (item->accepted)
        buf_put(body, item->challenge, sizeof(item->challenge));
    field_reasons_encode(body, item->reasons, item->reason_count);
}

static void evaluated_decode(struct reader *reader, struct check_evaluated *item)
{
    item->accepted = reader_bool(reader);
    item->mapped = reader_bool(reader);
    field_text(reader, item->account, sizeof(item->account));
    item->account_uid = reader_u32(reader);
    if (item->mapped != (item->account[0] != '\0') || (!item->mapped && item->account_uid != 0))
        reader->fault = true;
    field_text(reader, item->display, sizeof(item->display));
    field_text(reader, item->label, sizeof(item->label));
    item->days_left = field_i32(reader);
    item->stale = reader_bool(reader);
    if (item->accepted)
        reader_copy(reader, item->challenge, sizeof(item->challenge));
    item->reason_count = field_reasons_decode(reader, item->reasons);
    if (item->accepted != (item->reason_count == 0) || (item->accepted && !item->mapped))
        reader->fault = true;
}

void check_evaluations_encode(struct buf *body, const struct check_evaluations *evaluations)
{
    buf_u32(body, (uint32_t)evaluations->count);
    for (size_t i = 0; i < evaluations->count; i++)
        evaluated_encode(body, &evaluations->items[i]);
}

enum vsc_err check_evaluations_decode(struct reader *reader,
                                      struct check_evaluations *ret_evaluations)
{
    auto_free struct check_evaluated *items = NULL;
    size_t count = field_count(reader, CANDIDATES_MAX);
    enum vsc_err err;

    items = count > 0 ? calloc(count, sizeof(*items)) : NULL;
    if (count > 0 && items == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < count && !reader->fault; i++)
        evaluated_decode(reader, &items[i]);
    err = reader_end(reader);
    if (err != VSC_OK)
        return err;
    *ret_evaluations = (struct check_evaluations){.items = take(items), .count = count};
    return VSC_OK;
}

void check_evaluations_done(struct check_evaluations *evaluations)
{
    free(evaluations->items);
    *evaluations = (struct check_evaluations){0};
}

void check_prove_encode(struct buf *body, const struct check_prove *prove)
{
    buf_u32(body, prove->index);
    buf_bytes(body, prove->signature, prove->signature_len);
}

enum vsc_err check_prove_decode(struct reader *reader, struct check_prove *ret_prove)
{
    uint32_t index = field_count(reader, CANDIDATES_MAX - 1);
    size_t len;
    const unsigned char *signature = reader_bytes(reader, SIGNATURE_MAX, &len);
    enum vsc_err err = reader_end(reader);

    if (err != VSC_OK || len == 0)
        return VSC_PROTOCOL;
    *ret_prove = (struct check_prove){.index = index, .signature_len = len};
    memcpy(ret_prove->signature, signature, len);
    return VSC_OK;
}

void check_verdict_encode(struct buf *body, const struct check_verdict *verdict)
{
    buf_str(body, verdict->account);
    buf_u32(body, verdict->account_uid);
    buf_str(body, verdict->upn);
    buf_str(body, verdict->issuer);
    buf_str(body, verdict->serial);
    buf_u32(body, (uint32_t)verdict->days_left);
    buf_u8(body, verdict->stale);
    field_reasons_encode(body, verdict->reasons, verdict->reason_count);
}

enum vsc_err check_verdict_decode(struct reader *reader, struct check_verdict *ret_verdict)
{
    struct check_verdict verdict = {0};
    enum vsc_err err;

    field_text(reader, verdict.account, sizeof(verdict.account));
    verdict.account_uid = reader_u32(reader);
    field_text(reader, verdict.upn, sizeof(verdict.upn));
    field_text(reader, verdict.issuer, sizeof(verdict.issuer));
    field_text(reader, verdict.serial, sizeof(verdict.serial));
    if (strspn(verdict.serial, "0123456789abcdefABCDEF") != strlen(verdict.serial))
        reader->fault = true;
    verdict.days_left = field_i32(reader);
    verdict.stale = reader_bool(reader);
    verdict.reason_count = field_reasons_decode(reader, verdict.reasons);
    if (verdict.reason_count == 0 && verdict.account[0] == '\0')
        reader->fault = true;
    err = reader_end(reader);
    if (err == VSC_OK)
        *ret_verdict = verdict;
    return err;
}

void check_recheck_encode(struct buf *body, const struct check_recheck *recheck)
{
    buf_str(body, recheck->user);
    field_chain_encode(body, recheck->chain, recheck->chain_len);
}

enum vsc_err check_recheck_decode(struct reader *reader, struct check_recheck *ret_recheck)
{
    struct check_recheck recheck = {0};
    enum vsc_err err;

    reader_str(reader, recheck.user, sizeof(recheck.user));
    if (recheck.user[0] == '\0')
        reader->fault = true;
    err = field_chain_decode(reader, 1, recheck.chain, &recheck.chain_len);
    if (err == VSC_OK)
        err = reader_end(reader);
    if (err != VSC_OK) {
        check_recheck_done(&recheck);
        return err;
    }
    *ret_recheck = recheck;
    return VSC_OK;
}

void check_recheck_done(struct check_recheck *recheck)
{
    field_chain_done(recheck->chain, &recheck->chain_len);
}

void check_served_encode(struct buf *body, const struct check_served *served)
{
    buf_u8(body, served->change_pin);
}

enum vsc_err check_served_decode(struct reader *reader, struct check_served *ret_served)
{
    struct check_served served = {.change_pin = reader_bool(reader)};
    enum vsc_err err = reader_end(reader);

    if (err == VSC_OK)
        *ret_served = served;
    return err;
}
