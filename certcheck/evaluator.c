/* SPDX-License-Identifier: BSD-2-Clause */
/* What is trusted: read, and seen to be changed. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "certcheck/cache.h"
#include "certcheck/certs.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "common/mark.h"

DEFINE_AUTO(struct evaluator, evaluator_free)

struct evaluator_places evaluator_places_of(const struct conf *conf)
{
    return (struct evaluator_places){
        .anchors = {conf->trust.anchors, conf->trust.anchors_named, true},
        .intermediates = {conf->trust.intermediates, conf->trust.intermediates_named, true},
        .crls = {conf->revocation.crls, conf->revocation.crls_named, true},
        .ntauth = {conf_ntauth_is_directory(conf) ? "" : conf->trust.ntauth, true, true},
        .cache = conf->revocation.cache,
    };
}

/* What of the cache is kept in memory. An OCSP answer is read when it is asked for. */
static uint64_t cache_fingerprint(const char *cache)
{
    static const enum cache_part parts[] = {CACHE_CRLS, CACHE_HAND, CACHE_CERTS, CACHE_DIRECTORY};
    uint64_t sum = 0;

    for (size_t i = 0; *cache != '\0' && i < sizeof(parts) / sizeof(parts[0]); i++) {
        char path[PATH_MAX];
        struct source folder = {.path = path};
        int len = snprintf(path, sizeof(path), "%s/%s", cache, cache_part_name(parts[i]));

        if (len > 0 && (size_t)len < sizeof(path))
            sum = sum * 31 + source_fingerprint(&folder);
    }
    return sum;
}

static uint64_t fingerprint(const struct evaluator *evaluator)
{
    const struct conf *conf = evaluator->conf;
    uint64_t sum = source_fingerprint(&evaluator->places.anchors);

    sum = sum * 31 + source_fingerprint(&evaluator->places.intermediates);
    sum = sum * 31 + source_fingerprint(&evaluator->places.crls);
    sum = sum * 31 + source_fingerprint(&evaluator->places.ntauth);
    sum = sum * 31 + cache_fingerprint(evaluator->places.cache);
    for (size_t i = 0; i < conf->mapping.rule_count; i++) {
        struct source file = {.path = conf->mapping.rules[i].file};

        sum = sum * 31 + source_fingerprint(&file);
    }
    return sum;
}

bool evaluator_is_outdated(const struct evaluator *evaluator)
{
    return fingerprint(evaluator) != evaluator->fingerprint;
}

void evaluator_free(struct evaluator *evaluator)
{
    if (evaluator == NULL)
        return;
    x509_stack_free(evaluator->anchors);
    x509_stack_free(evaluator->intermediates);
    x509_stack_free(evaluator->ntauth);
    if (evaluator->crls != NULL)
        crls_done(evaluator->crls);
    free(evaluator->crls);
    cache_close(&evaluator->cache);
    mapping_done(&evaluator->mapping);
    free(evaluator);
}

/* Without a path everything stays as it is: the check is not made. */
static enum vsc_err load_ntauth(struct evaluator *evaluator, struct problem *problem)
{
    const struct source *source = &evaluator->places.ntauth;

    if (source->path == NULL || *source->path == '\0')
        return VSC_OK;
    evaluator->ntauth = sk_X509_new_null();
    return evaluator->ntauth != NULL ? certs_load(source, evaluator->ntauth, problem) : VSC_MEMORY;
}

static bool is_published(STACK_OF(X509) * roots, X509 *anchor)
{
    for (int i = 0; i < sk_X509_num(roots); i++)
        if (cert_is_same_ca(sk_X509_value(roots, i), anchor))
            return true;
    return false;
}

/* An anchor that the directory does not publish is none. Nothing is added. */
static void narrow_anchors(STACK_OF(X509) * anchors, STACK_OF(X509) * roots)
{
    for (int i = sk_X509_num(anchors) - 1; i >= 0; i--)
        if (!is_published(roots, sk_X509_value(anchors, i)))
            X509_free(sk_X509_delete(anchors, i));
}

/* What is not at hand is refused for in evaluation.c. */
static enum vsc_err load_published(struct evaluator *evaluator)
{
    const bool asked[PUBLISHED_KINDS] = {[PUBLISHED_NTAUTH] =
                                             conf_ntauth_is_directory(evaluator->conf),
                                         [PUBLISHED_ROOTS] = evaluator->conf->directory.roots};
    enum vsc_err err = VSC_OK;

    for (unsigned kind = 0; kind < PUBLISHED_KINDS; kind++) {
        auto_published struct published published = {.certs = NULL};

        evaluator->published[kind].asked = asked[kind];
        if (!asked[kind])
            continue;
        err = published_load(&evaluator->cache, (enum published_kind)kind, &published);
        if (err == VSC_MEMORY)
            return err;
        if (err != VSC_OK)
            continue;
        evaluator->published[kind].known = true;
        evaluator->published[kind].fetched = published.fetched;
        if (kind == PUBLISHED_ROOTS)
            narrow_anchors(evaluator->anchors, published.certs);
        else
            evaluator->ntauth = take(published.certs);
    }
    return VSC_OK;
}

/* Lists by hand and from the cache, and the issuers that the cache holds. */
static enum vsc_err load_revocation(struct evaluator *evaluator, struct problem *problem)
{
    const struct evaluator_places *places = &evaluator->places;
    enum vsc_err err =
        cache_open(places->cache, evaluator->conf->helpers.fetch_user, &evaluator->cache, problem);

    if (err == VSC_OK)
        err = crls_load(evaluator->crls, &places->crls, &evaluator->cache, problem);
    if (err == VSC_OK)
        err = crls_load_cache(evaluator->crls, &evaluator->cache);
    evaluator->seen.list = evaluator->crls->newest;
    if (err == VSC_OK)
        err = certs_load_cache(&evaluator->cache, evaluator->intermediates);
    return err;
}

/* Without a directory in the configuration nothing is believed of one, whatever was fetched. */
static enum vsc_err load_directory(struct evaluator *evaluator)
{
    const struct conf *conf = evaluator->conf;

    if (*conf->directory.uri == '\0')
        return VSC_OK;
    return directory_accounts_load(&evaluator->cache, time(NULL),
                                   (int64_t)conf->directory.max_age + conf->revocation.max_stale,
                                   &evaluator->mapping.directory);
}

static enum vsc_err make_room(struct evaluator *evaluator)
{
    evaluator->cache.folder = -1;
    evaluator->anchors = sk_X509_new_null();
    evaluator->intermediates = sk_X509_new_null();
    evaluator->crls = calloc(1, sizeof(*evaluator->crls));
    return evaluator->anchors != NULL && evaluator->intermediates != NULL && evaluator->crls != NULL
               ? VSC_OK
               : VSC_MEMORY;
}

enum vsc_err evaluator_new(const struct conf *conf, const struct evaluator_places *places,
                           const struct account_source *accounts, struct evaluator **ret_evaluator,
                           struct problem *problem)
{
    auto_by(evaluator_free) struct evaluator *evaluator = calloc(1, sizeof(*evaluator));
    enum vsc_err err;

    if (evaluator == NULL)
        return VSC_MEMORY;
    err = make_room(evaluator);
    evaluator->conf = conf;
    evaluator->places = *places;
    if (evaluator->places.cache == NULL)
        evaluator->places.cache = "";
    if (places->mark != NULL && !mark_read(places->mark, &evaluator->seen.sign_in))
        evaluator->seen.sign_in = 0;
    /* Before the reading: a change during it is seen as one. */
    evaluator->fingerprint = fingerprint(evaluator);
    if (err == VSC_OK)
        err = mapping_load(&evaluator->mapping, conf, accounts, problem);
    if (err == VSC_OK)
        err = certs_load(&places->anchors, evaluator->anchors, problem);
    if (err == VSC_OK)
        err = certs_load(&places->intermediates, evaluator->intermediates, problem);
    if (err == VSC_OK)
        err = load_ntauth(evaluator, problem);
    if (err == VSC_OK)
        err = load_revocation(evaluator, problem);
    if (err == VSC_OK)
        err = load_directory(evaluator);
    if (err == VSC_OK)
        err = load_published(evaluator);
    if (err != VSC_OK)
        return err;
    *ret_evaluator = take(evaluator);
    return VSC_OK;
}
