/* SPDX-License-Identifier: BSD-2-Clause */
/* What is trusted: read, and seen to be changed. */
#include <stdlib.h>

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
        .ntauth = {conf->trust.ntauth, true, true},
    };
}

static uint64_t fingerprint(const struct evaluator *evaluator)
{
    const struct conf *conf = evaluator->conf;
    uint64_t sum = source_fingerprint(&evaluator->places.anchors);

    sum = sum * 31 + source_fingerprint(&evaluator->places.intermediates);
    sum = sum * 31 + source_fingerprint(&evaluator->places.crls);
    sum = sum * 31 + source_fingerprint(&evaluator->places.ntauth);
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
    crls_done(&evaluator->crls);
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

enum vsc_err evaluator_new(const struct conf *conf, const struct evaluator_places *places,
                           const struct account_source *accounts, struct evaluator **ret_evaluator,
                           struct problem *problem)
{
    auto_by(evaluator_free) struct evaluator *evaluator = calloc(1, sizeof(*evaluator));
    enum vsc_err err = VSC_OK;

    if (evaluator == NULL)
        return VSC_MEMORY;
    evaluator->conf = conf;
    evaluator->places = *places;
    evaluator->anchors = sk_X509_new_null();
    evaluator->intermediates = sk_X509_new_null();
    if (evaluator->anchors == NULL || evaluator->intermediates == NULL)
        err = VSC_MEMORY;
    if (places->mark != NULL && !mark_read(places->mark, &evaluator->seen.sign_in))
        evaluator->seen.sign_in = 0;
    evaluator->seen.list = clock_newest_list(conf->revocation.cache, conf->helpers.fetch_user);
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
        err = crls_load(&evaluator->crls, &places->crls, problem);
    if (err != VSC_OK)
        return err;
    *ret_evaluator = take(evaluator);
    return VSC_OK;
}
