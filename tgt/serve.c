/* SPDX-License-Identifier: BSD-2-Clause */
#include "tgt/serve.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/own.h"
#include "common/wire_tgt.h"
#include "tgt/cache.h"
#include "tgt/cache_file.h"
#include "tgt/exchange.h"
#include "tgt/kept.h"
#include "tgt/outcome.h"
#include "tgt/sharing.h"
#include "tgt/worker.h"

#define LOOKUP_MAX (256 * 1024) /* bytes for one passwd entry */
#define PLACE_MS   10000        /* for what needs no network */

static void get_done(struct tgt_get *get)
{
    secret_done(&get->pin);
}

/* The account is the one of that uid: then whom a worker becomes. */
static enum vsc_err find_user(const struct tgt_site *site, const char *account, uid_t uid,
                              struct drop_user *ret_user, struct problem *problem)
{
    auto_free char *room = malloc(LOOKUP_MAX);
    struct passwd entry;
    struct passwd *found = NULL;

    if (room == NULL)
        return VSC_MEMORY;
    if (!site->as_root && uid != geteuid())
        return problem_set(problem, VSC_DENIED, "a ticket for another user");
    if (getpwnam_r(account, &entry, room, LOOKUP_MAX, &found) != 0 || found == NULL ||
        found->pw_uid != uid || uid == 0)
        return problem_set(problem, VSC_DENIED, "no such account, or not with that user number");
    *ret_user = (struct drop_user){.uid = found->pw_uid, .gid = found->pw_gid};
    return VSC_OK;
}

static void answer_cached(const struct worker_result *result, enum wire_type type,
                          struct message *answer)
{
    struct tgt_cached cached = {.outcome = result->outcome, .code = result->code};

    memcpy(cached.text, result->text, sizeof(cached.text));
    if (cached.outcome == TGT_DONE && type == WIRE_TGT_PLACED) {
        memcpy(cached.ccache, result->ccache, sizeof(cached.ccache));
        memcpy(cached.own, result->own, sizeof(cached.own));
    }
    message_init(answer, type);
    tgt_cached_encode(&answer->body, &cached);
}

/* No KDC answered a moment ago, and a sign-in may go on without one: it costs nothing this time. */
static bool is_known_away(const struct tgt_site *site, int folder)
{
    return folder >= 0 && site->conf->kerberos != KERBEROS_REQUIRED && kept_is_away(folder);
}

static void note_reach(int folder, const struct worker_result *result)
{
    if (folder < 0)
        return;
    if (result->outcome == TGT_UNREACHABLE)
        kept_set_away(folder, true);
    else if (outcome_is_answer(result->outcome, result->code))
        kept_set_away(folder, false);
}

static void place(const struct tgt_site *site, const struct drop_user *user,
                  const struct cache_job *cache, struct worker_result *ret_result)
{
    const struct deadline deadline = deadline_in(PLACE_MS);
    struct cache_job job = *cache;
    const struct worker_job work = {
        .user = site->as_root ? user : NULL, .run = cache_place, .data = &job};

    worker_run(&work, &deadline, ret_result);
}

/* Root keeps the ticket until it is to be placed; anybody else has it placed at once. */
static void keep(const struct tgt_site *site, int folder, const struct tgt_get *get,
                 struct worker_result *result, struct tgt_got *got)
{
    struct kept kept = {.uid = get->uid, .creds = result->creds};
    auto_worker_result struct worker_result placed;

    worker_result_init(&placed);
    (void)snprintf(kept.account, sizeof(kept.account), "%s", get->account);
    if (site->as_root) {
        if (kept_write(folder, &kept, got->ticket) != VSC_OK)
            worker_result_set(&placed, TGT_NONE, 0, "the ticket cannot be kept");
        else
            placed.outcome = TGT_DONE;
    } else {
        const struct cache_job cache = {.account = get->account,
                                        .realm = site->conf->realm,
                                        .ccache = get->ccache,
                                        .creds = &result->creds,
                                        .refresh = true};

        place(site, NULL, &cache, &placed);
    }
    if (placed.outcome == TGT_DONE)
        return;
    *got = (struct tgt_got){.outcome = placed.outcome, .code = placed.code};
    memcpy(got->text, placed.text, sizeof(got->text));
}

static void get_ticket(const struct tgt_site *site, int folder, const struct drop_user *user,
                       struct tgt_get *get, struct tgt_got *got)
{
    const struct deadline deadline = deadline_in((int64_t)site->conf->ticket.deadline * 1000);
    auto_worker_result struct worker_result result;
    struct exchange exchange = {.get = get,
                                .realm = site->conf->realm,
                                .socket = site->conf->card.socket,
                                .module = site->module,
                                .anchors = site->conf->trust.anchors,
                                .as_root = site->as_root};
    const struct worker_job work = {.user = site->as_root ? user : NULL,
                                    .before = site->as_root ? exchange_before : NULL,
                                    .forked = exchange_forked,
                                    .run = exchange_run,
                                    .data = &exchange};

    worker_run(&work, &deadline, &result);
    note_reach(folder, &result);
    got->outcome = result.outcome;
    got->code = result.code;
    memcpy(got->text, result.text, sizeof(got->text));
    if (result.outcome != TGT_DONE)
        return;
    memcpy(got->principal, result.principal, sizeof(got->principal));
    got->verified = result.verified;
    keep(site, folder, get, &result, got);
}

/* The request goes before anything is done: from then on a worker alone has the PIN. */
static enum vsc_err serve_get(const struct tgt_site *site, struct message *request,
                              struct message *answer, struct problem *problem)
{
    __attribute__((cleanup(get_done))) struct tgt_get get = {.uid = 0};
    struct tgt_got got = {.outcome = TGT_NONE};
    struct drop_user user;
    struct reader body;
    auto_fd int folder = -1;
    enum vsc_err err;

    reader_init(&body, request->body.data, request->body.len);
    err = tgt_get_decode(&body, &get);
    message_done(request);
    if (err == VSC_OK && site->as_root && get.ccache[0] != '\0')
        err = problem_set(problem, VSC_PROTOCOL, "root places nothing at once");
    if (err == VSC_OK)
        err = find_user(site, get.account, get.uid, &user, problem);
    if (err == VSC_OK && site->as_root)
        err = kept_open(&folder, problem);
    if (err != VSC_OK)
        return err;
    if (folder >= 0)
        kept_sweep(folder);
    if (is_known_away(site, folder)) {
        got.outcome = TGT_UNREACHABLE;
        (void)snprintf(got.text, sizeof(got.text), "no KDC answered less than a minute ago");
    } else {
        get_ticket(site, folder, &user, &get, &got);
    }
    message_init(answer, WIRE_TGT_GOT);
    tgt_got_encode(&answer->body, &got);
    return VSC_OK;
}

/* A screen was unlocked: every session of the owner has the new ticket. False if there is none. */
static bool place_again(const struct tgt_site *site, int folder, const struct tgt_cache *request,
                        const struct drop_user *user, const struct cache_job *cache,
                        struct worker_result *result)
{
    char caches[SHARING_MAX][TGT_CCACHE_SIZE];
    const size_t count = request->refresh && request->ccache[0] == '\0'
                             ? sharing_caches(folder, request->uid, caches)
                             : 0;

    for (size_t i = 0; i < count; i++) {
        struct cache_job again = *cache;

        again.ccache = caches[i];
        worker_result_done(result);
        place(site, user, &again, result);
        result->ccache[0] = result->own[0] = '\0'; /* theirs, not the caller's */
    }
    return count > 0;
}

static enum vsc_err serve_place(const struct tgt_site *site, const struct tgt_cache *request,
                                const struct drop_user *user, struct message *answer,
                                struct problem *problem)
{
    auto_worker_result struct worker_result result;
    auto_kept struct kept kept = {.uid = 0};
    struct cache_job cache = {.account = request->account,
                              .realm = site->conf->realm,
                              .ccache = request->ccache,
                              .creds = &kept.creds};
    auto_fd int folder = -1;
    enum vsc_err err = site->as_root ? kept_open(&folder, problem) : VSC_DENIED;

    if (err != VSC_OK)
        return err;
    worker_result_init(&result);
    if (kept_take(folder, request->ticket, &kept) != VSC_OK) {
        worker_result_set(&result, TGT_NONE, 0, "no ticket is kept by that name");
    } else if (kept.uid != request->uid || strcmp(kept.account, request->account) != 0) {
        worker_result_set(&result, TGT_MISMATCH, 0, "the ticket that is kept is another user's");
    } else if (!place_again(site, folder, request, user, &cache, &result)) {
        cache.shared = sharing_others(folder, request->uid, 0);
        place(site, user, &cache, &result);
        if (result.outcome == TGT_DONE && request->ccache[0] == '\0' && result.own[0] != '\0')
            sharing_mark(folder, request->uid, site->session, result.own);
    }
    answer_cached(&result, WIRE_TGT_PLACED, answer);
    return VSC_OK;
}

static enum vsc_err serve_renew(const struct tgt_site *site, const struct tgt_cache *request,
                                const struct drop_user *user, struct message *answer,
                                struct problem *problem)
{
    const struct deadline deadline = deadline_in((int64_t)site->conf->ticket.deadline * 1000);
    auto_worker_result struct worker_result result;
    struct cache_job cache = {
        .account = request->account, .realm = site->conf->realm, .ccache = request->ccache};
    const struct worker_job work = {
        .user = site->as_root ? user : NULL, .run = cache_renew, .data = &cache};
    auto_fd int folder = -1;
    enum vsc_err err = site->as_root ? kept_open(&folder, problem) : VSC_OK;

    if (err != VSC_OK)
        return err;
    worker_result_init(&result);
    if (is_known_away(site, folder)) {
        worker_result_set(&result, TGT_UNREACHABLE, 0, "no KDC answered less than a minute ago");
    } else {
        worker_run(&work, &deadline, &result);
        if (result.outcome != TGT_MISMATCH) /* nobody was asked */
            note_reach(folder, &result);
    }
    answer_cached(&result, WIRE_TGT_RENEWED, answer);
    return VSC_OK;
}

static enum vsc_err serve_remove(const struct tgt_site *site, const struct tgt_cache *request,
                                 const struct drop_user *user, struct message *answer,
                                 struct problem *problem)
{
    const struct deadline deadline = deadline_in(PLACE_MS);
    auto_worker_result struct worker_result result;
    struct cache_job cache = {
        .account = request->account, .realm = site->conf->realm, .ccache = request->ccache};
    const struct worker_job work = {.user = user, .run = cache_remove, .data = &cache};
    char type[CACHE_TYPE_SIZE];
    const char *rest;
    auto_fd int folder = -1;
    enum vsc_err err = site->as_root ? kept_open(&folder, problem) : VSC_DENIED;

    if (err != VSC_OK)
        return err;
    worker_result_init(&result);
    sharing_unmark(folder, request->uid, site->session);
    cache_type(request->ccache, type, &rest);
    if (strcmp(type, "FILE") != 0 && sharing_others(folder, request->uid, site->session))
        worker_result_set(&result, TGT_DONE, 0, "other sessions share it");
    else
        worker_run(&work, &deadline, &result);
    answer_cached(&result, WIRE_TGT_REMOVED, answer);
    return VSC_OK;
}

enum vsc_err tgt_serve(const struct tgt_site *site, struct message *request, struct message *answer,
                       struct problem *problem)
{
    struct tgt_cache cache;
    struct drop_user user;
    struct reader body;
    enum vsc_err err;

    message_init(answer, WIRE_ERROR);
    if (site->conf->kerberos == KERBEROS_OFF)
        return problem_set(problem, VSC_CONFIG, "kerberos is \"off\"");
    if (request->type == WIRE_TGT_GET) {
        err = serve_get(site, request, answer, problem);
    } else {
        reader_init(&body, request->body.data, request->body.len);
        err = tgt_cache_decode(&body, &cache);
        if (err == VSC_OK && (request->type == WIRE_TGT_PLACE) != (cache.ticket[0] != '\0'))
            err = VSC_PROTOCOL;
        if (err == VSC_OK)
            err = find_user(site, cache.account, cache.uid, &user, problem);
        if (err != VSC_OK)
            return err;
        if (request->type == WIRE_TGT_PLACE)
            err = serve_place(site, &cache, &user, answer, problem);
        else if (request->type == WIRE_TGT_RENEW)
            err = serve_renew(site, &cache, &user, answer, problem);
        else if (request->type == WIRE_TGT_REMOVE)
            err = serve_remove(site, &cache, &user, answer, problem);
        else
            err = VSC_PROTOCOL;
    }
    return err == VSC_OK ? buf_status(&answer->body) : err;
}
