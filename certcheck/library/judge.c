/* SPDX-License-Identifier: BSD-2-Clause */
/* The judgement: what the checker was told becomes an evaluator, and the bytes a request to it. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certcheck/certs.h"
#include "certcheck/library/checker.h"
#include "certcheck/openssl_own.h"
#include "common/own.h"

DEFINE_AUTO(struct evaluator, evaluator_free)

static enum vsc_err add_certificate(void *arg, const char *file, const unsigned char *der,
                                    size_t len)
{
    STACK_OF(X509) *certs = arg;
    X509 *cert = NULL;
    enum vsc_err err = der != NULL ? cert_parse(der, len, &cert) : VSC_INPUT;

    (void)file;
    if (err != VSC_OK)
        return err == VSC_CERT ? VSC_INPUT : err;
    if (sk_X509_num(certs) >= CERTS_MAX || sk_X509_push(certs, cert) <= 0) {
        X509_free(cert);
        return VSC_MEMORY;
    }
    return VSC_OK;
}

static enum vsc_err add_list(void *arg, const char *file, const unsigned char *der, size_t len)
{
    (void)file;
    return der != NULL ? crls_add(arg, der, len) : VSC_OK;
}

static enum vsc_err add_pieces(const struct certcheck *checker, struct evaluator *evaluator)
{
    for (size_t i = 0; i < checker->piece_count; i++) {
        const struct piece *piece = &checker->pieces[i];
        enum vsc_err err;

        if (piece->source == CERTCHECK_CRLS)
            err = source_split(&piece->bytes, "bytes", SOURCE_CRLS, add_list, evaluator->crls);
        else
            err = source_split(&piece->bytes, "bytes", SOURCE_CERTIFICATES, add_certificate,
                               piece->source == CERTCHECK_ANCHORS ? evaluator->anchors
                                                                  : evaluator->intermediates);
        if (err != VSC_OK)
            return err;
    }
    return VSC_OK;
}

static struct source source_of(const struct certcheck *checker, enum certcheck_source source)
{
    return (struct source){
        .path = checker->paths[source], .named = true, .trusted = checker->trusted_only};
}

/* Read what is trusted, again if a file has changed. */
static enum vsc_err refresh(struct certcheck *checker, struct problem *problem)
{
    const struct evaluator_places places = {
        .anchors = source_of(checker, CERTCHECK_ANCHORS),
        .intermediates = source_of(checker, CERTCHECK_INTERMEDIATES),
        .crls = source_of(checker, CERTCHECK_CRLS),
        .ntauth = source_of(checker, CERTCHECK_NTAUTH),
        .cache = checker->conf.revocation.cache,
    };
    auto_by(evaluator_free) struct evaluator *evaluator = NULL;
    enum vsc_err err;

    if (checker->evaluator != NULL && !evaluator_is_outdated(checker->evaluator))
        return VSC_OK;
    checker_changed(checker);
    err = evaluator_new(&checker->conf, &places, &account_nss, &evaluator, problem);
    if (err == VSC_OK)
        err = add_pieces(checker, evaluator);
    if (err == VSC_OK)
        checker->evaluator = take(evaluator);
    return err;
}

/* The first of them must be one; those behind it that do not parse are left out. */
static enum vsc_err add_to_chain(void *arg, const char *file, const unsigned char *der, size_t len)
{
    STACK_OF(X509) *certs = arg;
    enum vsc_err err = add_certificate(certs, file, der, len);

    if (err != VSC_INPUT)
        return err;
    return sk_X509_num(certs) == 0 ? VSC_CERT : VSC_OK;
}

/* VSC_OK with none: the first claims to be a certificate and is not. */
static enum vsc_err split(const void *bytes, size_t len, STACK_OF(X509) * certs,
                          struct problem *problem)
{
    auto_buf struct buf content;
    enum vsc_err err;

    buf_init(&content, CHECKER_BYTES_MAX);
    if (len > CHECKER_BYTES_MAX)
        return problem_set(problem, VSC_INPUT, "too many bytes for a certificate");
    if (len > 0)
        buf_put(&content, bytes, len);
    err = buf_status(&content);
    if (err != VSC_OK)
        return err;
    if (source_is_foreign(&content) || source_is_of_other(&content, SOURCE_CERTIFICATES))
        return problem_set(problem, VSC_INPUT, "neither PEM nor DER of a certificate");
    err = source_split(&content, "bytes", SOURCE_CERTIFICATES, add_to_chain, certs);
    return err == VSC_CERT ? VSC_OK : err;
}

static enum vsc_err judge(struct certcheck *checker, STACK_OF(X509) * certs,
                          struct certcheck_result **ret_result)
{
    struct evaluation_request request = evaluation_request_of(&checker->conf);
    struct evaluation *evaluation = NULL;
    enum vsc_err err;

    request.certs = certs;
    request.user = checker->user;
    request.no_mapping = !checker->names_wanted;
    request.at_is_clock = checker->at_is_clock;
    request.at = checker->at_is_clock ? time(NULL) : checker->at;
    err = evaluation_new(checker->evaluator, &request, &evaluation);
    return err == VSC_OK ? result_new(evaluation, checker->names_wanted, ret_result) : err;
}

enum certcheck_error certcheck_judge(struct certcheck *checker, const void *bytes, size_t len,
                                     struct certcheck_result **ret_result)
{
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    struct problem problem = {""};
    enum vsc_err err = certs != NULL ? VSC_OK : VSC_MEMORY;

    if (err == VSC_OK)
        err = split(bytes, len, certs, &problem);
    if (err == VSC_OK)
        err = refresh(checker, &problem);
    if (err == VSC_OK)
        err = judge(checker, certs, ret_result);
    return checker_failed(checker, err, problem.text);
}
