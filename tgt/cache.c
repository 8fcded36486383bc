/* SPDX-License-Identifier: BSD-2-Clause */
#include "tgt/cache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/text.h"
#include "tgt/cache_file.h"
#include "tgt/outcome.h"
#include "tgt/principal.h"

#define YOUNG_PARTS 8  /* a ticket is renewed after that part of its life, */
#define YOUNG_MAX   60 /* but at most so many seconds: sshd asks for it right after the sign-in */

/* What a job works with; released by its end. */
struct work {
    krb5_context context;
    krb5_ccache cache;
    krb5_creds *creds; /* unmarshalled */
    krb5_creds held;   /* of the cache */
    krb5_principal client;
    bool has_held;
};

static void work_done(struct work *work)
{
    if (work->context == NULL)
        return;
    if (work->has_held)
        krb5_free_cred_contents(work->context, &work->held);
    if (work->creds != NULL)
        krb5_free_creds(work->context, work->creds);
    if (work->client != NULL)
        krb5_free_principal(work->context, work->client);
    if (work->cache != NULL)
        (void)krb5_cc_close(work->context, work->cache);
    krb5_free_context(work->context);
}

#define auto_work __attribute__((cleanup(work_done)))

static krb5_error_code begin(const struct cache_job *job, struct work *work)
{
    krb5_error_code code = krb5_init_context(&work->context);

    if (code == 0 && job->realm[0] != '\0')
        code = krb5_set_default_realm(work->context, job->realm);
    return code;
}

static void tell(const struct work *work, enum tgt_outcome outcome, krb5_error_code code,
                 struct worker_result *result)
{
    const char *text;

    if (code == 0 || work->context == NULL) {
        worker_result_set(result, code == 0 ? outcome : TGT_NONE, code, "");
        return;
    }
    text = krb5_get_error_message(work->context, code);
    worker_result_set(result, outcome == TGT_DONE ? TGT_NONE : outcome, code, text);
    krb5_free_error_message(work->context, text);
}

static bool put_name(const char *prefix, const char *name, char to[TGT_CCACHE_SIZE])
{
    const int written = snprintf(to, TGT_CCACHE_SIZE, "%s%s", prefix, name);

    if (written > 0 && written < TGT_CCACHE_SIZE && text_is_printable(to))
        return true;
    to[0] = '\0';
    return false;
}

static krb5_error_code place_file(struct work *work, const char *path, bool anew,
                                  struct worker_result *result)
{
    char name[TGT_CCACHE_SIZE];
    krb5_error_code code;

    if (!anew && strlen(path) < sizeof(name))
        memcpy(name, path, strlen(path) + 1);
    else if (!anew || !cache_new_name(path, name, sizeof(name)))
        return ENAMETOOLONG;
    if (!put_name("FILE:", name, result->ccache))
        return ENAMETOOLONG;
    code = cache_fill_file(work->context, name, work->creds);
    if (code == 0 && anew)
        memcpy(result->own, result->ccache, sizeof(result->own));
    return code;
}

/* A folder that is there already must be the user's alone: in /tmp anybody could have made it. */
static bool is_own_folder(const char *path)
{
    struct stat status;

    if (lstat(path, &status) != 0)
        return errno == ENOENT;
    return S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
           (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* The cache of this principal in the collection, or a new one, which becomes the primary one. */
static krb5_error_code place_collected(struct work *work, const char *name, bool shared,
                                       struct worker_result *result)
{
    char type[CACHE_TYPE_SIZE];
    const char *rest;
    char *full = NULL;
    bool is_ours = shared;
    krb5_error_code code = krb5_cc_set_default_name(work->context, name);

    cache_type(name, type, &rest);
    /* Of one cache of a collection, "DIR::/tmp/cc/tkt", libkrb5 looks at the folder itself. */
    if (code == 0 && strcmp(type, "DIR") == 0 && rest[0] != ':' && !is_own_folder(rest))
        return EACCES;
    if (code == 0)
        code = krb5_cc_cache_match(work->context, work->creds->client, &work->cache);
    if (code != 0) {
        is_ours = true;
        code = krb5_cc_new_unique(work->context, type, NULL, &work->cache);
    }
    if (code == 0)
        code = cache_fill(work->context, work->cache, work->creds);
    if (code == 0 && krb5_cc_support_switch(work->context, type))
        code = krb5_cc_switch(work->context, work->cache);
    if (code == 0)
        code = krb5_cc_get_full_name(work->context, work->cache, &full);
    if (code != 0)
        return code;
    /* Removed at the end of the last of our sessions that share it (sharing.h); one that was there
     * before any of them is the owner's. */
    if ((is_ours && !put_name("", full, result->own)) || !put_name("", name, result->ccache))
        code = ENAMETOOLONG;
    krb5_free_string(work->context, full);
    return code;
}

/* A copy of the default name where none is given: libkrb5 changes its own. */
static bool find_name(const struct work *work, const char *given, char to[TGT_CCACHE_SIZE])
{
    const char *name = given[0] != '\0' ? given : krb5_cc_default_name(work->context);

    return name != NULL && put_name("", name, to);
}

void cache_place(void *data, struct worker_result *result)
{
    const struct cache_job *job = data;
    auto_work struct work work = {.context = NULL};
    krb5_data marshalled = {.length = (unsigned)job->creds->len,
                            .data = (char *)(void *)job->creds->data};
    char name[TGT_CCACHE_SIZE], type[CACHE_TYPE_SIZE];
    const char *rest;
    krb5_error_code code = begin(job, &work);

    if (code == 0)
        code = krb5_unmarshal_credentials(work.context, &marshalled, &work.creds);
    if (code == 0 && !find_name(&work, job->ccache, name))
        code = ENAMETOOLONG;
    if (code != 0) {
        tell(&work, TGT_NONE, code, result);
        return;
    }
    cache_type(name, type, &rest);
    if (strcmp(type, "FILE") == 0)
        code = place_file(&work, rest, job->ccache[0] == '\0' && !job->refresh, result);
    else if (strcmp(type, "KEYRING") == 0 || strcmp(type, "DIR") == 0 || strcmp(type, "KCM") == 0)
        code = place_collected(&work, name, job->shared, result);
    else
        code = KRB5_CC_UNKNOWN_TYPE; /* one that ends with this process */
    if (code != 0)
        result->ccache[0] = result->own[0] = '\0';
    tell(&work, TGT_DONE, code, result);
}

/* The ticket-granting ticket that the cache holds. */
static krb5_error_code find_held(struct work *work)
{
    krb5_creds wanted;
    krb5_error_code code = krb5_cc_get_principal(work->context, work->cache, &work->client);

    memset(&wanted, 0, sizeof(wanted));
    if (code == 0)
        code = krb5_build_principal(work->context, &wanted.server, work->client->realm.length,
                                    work->client->realm.data, KRB5_TGS_NAME,
                                    work->client->realm.data, (char *)NULL);
    if (code != 0)
        return code;
    wanted.client = work->client;
    code = krb5_cc_retrieve_cred(work->context, work->cache, 0, &wanted, &work->held);
    work->has_held = code == 0;
    krb5_free_principal(work->context, wanted.server);
    return code;
}

static bool is_young(const krb5_creds *creds)
{
    const krb5_timestamp start =
        creds->times.starttime != 0 ? creds->times.starttime : creds->times.authtime;
    const int64_t life = (int64_t)(uint32_t)creds->times.endtime - (uint32_t)start;
    const int64_t age = time(NULL) - (int64_t)(uint32_t)start;

    return age >= 0 && age < life / YOUNG_PARTS && age < YOUNG_MAX;
}

static krb5_error_code renew(struct work *work, const char *ccache)
{
    krb5_creds fresh;
    char type[CACHE_TYPE_SIZE];
    const char *rest;
    krb5_error_code code;

    memset(&fresh, 0, sizeof(fresh));
    code = krb5_get_renewed_creds(work->context, &fresh, work->client, work->cache, NULL);
    if (code != 0)
        return code;
    cache_type(ccache, type, &rest);
    code = strcmp(type, "FILE") == 0 ? cache_fill_file(work->context, rest, &fresh)
                                     : cache_fill(work->context, work->cache, &fresh);
    krb5_free_cred_contents(work->context, &fresh);
    return code;
}

void cache_renew(void *data, struct worker_result *result)
{
    const struct cache_job *job = data;
    auto_work struct work work = {.context = NULL};
    krb5_error_code code = begin(job, &work);

    if (code == 0)
        code = krb5_cc_resolve(work.context, job->ccache, &work.cache);
    if (code == 0)
        code = find_held(&work);
    /* The cache is its owner's, who may have put anything there: no KDC of another realm is asked.
     */
    if (code == 0 && !principal_is_accounts(work.context, work.client, job->account)) {
        worker_result_set(result, TGT_MISMATCH, 0,
                          "the ticket in the cache is another principal's");
        return;
    }
    if (code == 0 && !is_young(&work.held) && (work.held.ticket_flags & TKT_FLG_RENEWABLE) != 0)
        code = renew(&work, job->ccache);
    tell(&work, outcome_of(code), code, result);
}

void cache_remove(void *data, struct worker_result *result)
{
    const struct cache_job *job = data;
    auto_work struct work work = {.context = NULL};
    krb5_error_code code = begin(job, &work);

    if (code == 0)
        code = krb5_cc_resolve(work.context, job->ccache, &work.cache);
    if (code == 0) {
        code = krb5_cc_destroy(work.context, work.cache);
        work.cache = NULL; /* released whatever came of it */
    }
    if (code == KRB5_FCC_NOFILE || code == KRB5_CC_NOTFOUND)
        code = 0;
    tell(&work, TGT_DONE, code, result);
}
