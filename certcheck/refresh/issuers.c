/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/issuers.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pkcs7.h>

#include "certcheck/certs.h"
#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"
#include "certcheck/refresh/fetch.h"
#include "certcheck/refresh/plan.h"
#include "certcheck/source.h"
#include "common/io.h"

#define ROUNDS_MAX 8  /* a chain has no more CAs */
#define PARSED_MAX 64 /* certificates in one answer */

DEFINE_AUTO(PKCS7, PKCS7_free)

/* ---- parsing --------------------------------------------------------------------------------- */

static enum vsc_err add_der(void *arg, const char *file, const unsigned char *der, size_t len)
{
    STACK_OF(X509) *certs = arg;
    auto_by(X509_free) X509 *cert = NULL;

    (void)file;
    if (sk_X509_num(certs) >= PARSED_MAX || cert_parse(der, len, &cert) != VSC_OK)
        return VSC_OK;
    if (sk_X509_push(certs, cert) <= 0)
        return VSC_MEMORY;
    (void)take(cert);
    return VSC_OK;
}

/* A bag of certificates: signed data without a signer. */
static enum vsc_err add_bag(STACK_OF(X509) * certs, const PKCS7 *bag)
{
    STACK_OF(X509) *inside =
        PKCS7_type_is_signed(bag) && bag->d.sign != NULL ? bag->d.sign->cert : NULL;
    enum vsc_err err = VSC_OK;

    for (int i = 0; err == VSC_OK && i < sk_X509_num(inside) && i < PARSED_MAX; i++) {
        auto_by(openssl_free) unsigned char *der = NULL;
        int len = i2d_X509(sk_X509_value(inside, i), &der);

        if (len > 0)
            err = add_der(certs, "", der, (size_t)len);
    }
    return err;
}

STACK_OF(X509) * issuers_parse(const struct buf *content)
{
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    auto_by(PKCS7_free) PKCS7 *bag = NULL;
    const unsigned char *next = content->data;
    enum vsc_err err;

    if (certs == NULL || content->len == 0)
        return take(certs);
    bag = d2i_PKCS7(NULL, &next, (long)content->len);
    ERR_clear_error();
    err = bag != NULL ? add_bag(certs, bag)
                      : source_split(content, "", SOURCE_CERTIFICATES, add_der, certs);
    return err == VSC_OK ? take(certs) : NULL;
}

/* ---- what is stored -------------------------------------------------------------------------- */

static enum vsc_err load_one(void *arg, int folder, const char *name)
{
    struct refresh *refresh = arg;
    auto_buf struct buf content;
    auto_by(X509_free) X509 *cert = NULL;

    buf_init(&content, 0);
    if (cache_read_file(refresh->cache, folder, name, CERT_DER_MAX, &content) != VSC_OK ||
        cert_parse(content.data, content.len, &cert) != VSC_OK)
        return VSC_OK; /* as good as absent */
    return pool_add(&refresh->pool, cert, POOL_ISSUER);
}

enum vsc_err issuers_load(struct refresh *refresh)
{
    return cache_list(refresh->parts[CACHE_CERTS], ".der", load_one, refresh);
}

enum vsc_err issuers_store(const struct refresh *refresh, X509 *cert)
{
    auto_by(openssl_free) unsigned char *der = NULL;
    char name[CACHE_NAME_SIZE];
    int len = i2d_X509(cert, &der);
    enum vsc_err err = len > 0 ? cache_name_of_cert(cert, name) : VSC_MEMORY;

    if (err != VSC_OK)
        return err;
    return io_write_at(refresh->parts[CACHE_CERTS], name, der, (size_t)len, 0644);
}

/* ---- fetching -------------------------------------------------------------------------------- */

/* What came of one want. */
struct search {
    X509 *issuer; /* borrowed from the pool; NULL: not found */
    size_t address;
    struct problem why;
};

/* An issuer among what an address gave, into the pool. */
static enum vsc_err pick(struct refresh *refresh, X509 *cert, const struct fetched *fetched,
                         X509 **ret_issuer)
{
    for (size_t i = 0; i < fetched->values.count; i++) {
        auto_by(x509_stack_free) STACK_OF(X509) *certs = issuers_parse(&fetched->values.items[i]);

        if (certs == NULL)
            return VSC_MEMORY;
        for (int k = 0; k < sk_X509_num(certs); k++) {
            enum vsc_err err;

            if (!pool_is_issuer(sk_X509_value(certs, k), cert))
                continue;
            err = pool_add(&refresh->pool, sk_X509_value(certs, k), POOL_FETCHED);
            if (err != VSC_OK)
                return err;
            *ret_issuer = pool_issuer_of(&refresh->pool, cert, false);
            return VSC_OK;
        }
    }
    return VSC_OK;
}

static enum vsc_err search(struct refresh *refresh, const struct want *want, struct search *search)
{
    if (want->count == 0)
        (void)problem_set(&search->why, VSC_INPUT, "%s", want->flaw);
    for (size_t i = 0; i < want->count && search->issuer == NULL; i++) {
        auto_fetched struct fetched fetched = {.not_modified = false};
        enum vsc_err err =
            fetch(&refresh->network, WANT_ISSUER, want->addresses[i], NULL, &fetched, &search->why);

        if (err != VSC_OK && err != VSC_INPUT)
            return err;
        search->address = i;
        if (err != VSC_OK)
            continue;
        err = pick(refresh, want->cert, &fetched, &search->issuer);
        if (err != VSC_OK)
            return err;
        if (search->issuer == NULL)
            (void)problem_set(&search->why, VSC_INPUT, "what is there is not its issuer");
    }
    return VSC_OK;
}

static bool is_anchored(const struct pool *pool, const X509 *cert)
{
    for (size_t i = 0; i < pool->count; i++)
        if (pool->items[i].cert == cert)
            return pool->items[i].anchored;
    return false;
}

/* Store what was found if it is good for something, and tell. */
static enum vsc_err conclude(struct refresh *refresh, const struct want *want,
                             const struct search *search)
{
    auto_free char *subject = facts_name(X509_get_issuer_name(want->cert));
    struct report_line line = {
        .result = REPORT_FAILED,
        .kind = want_kind_word(WANT_ISSUER),
        .source = want->count > 0 ? want->addresses[search->address] : "",
        .subject = subject != NULL ? subject : "",
        .text = search->why.text,
    };

    if (search->issuer != NULL && !is_anchored(&refresh->pool, search->issuer)) {
        line.text = "it leads to no anchor";
    } else if (search->issuer != NULL) {
        enum vsc_err err = issuers_store(refresh, search->issuer);

        if (err != VSC_OK)
            return err;
        line.result = REPORT_STORED;
        line.text = "";
    }
    report_tell(refresh->report, &line);
    return VSC_OK;
}

/* For all whose issuer is not at hand at all. */
static enum vsc_err plan_missing(const struct refresh *refresh, struct plan *plan)
{
    const struct pool *pool = &refresh->pool;
    enum vsc_err err = VSC_OK;

    for (size_t i = 0; err == VSC_OK && i < pool->count; i++) {
        X509 *cert = pool->items[i].cert;

        if (!pool->items[i].anchored && pool_issuer_of(pool, cert, false) == NULL)
            err = plan_add_issuer(plan, cert);
    }
    return err;
}

enum vsc_err issuers_fetch(struct refresh *refresh)
{
    auto_plan struct plan plan = {.count = 0};
    auto_free struct search *searches = calloc(PLAN_MAX, sizeof(*searches));
    enum vsc_err err = searches != NULL ? VSC_OK : VSC_MEMORY;
    size_t done = 0;

    for (unsigned round = 0; err == VSC_OK && round < ROUNDS_MAX; round++) {
        err = plan_missing(refresh, &plan);
        if (err != VSC_OK || done == plan.count)
            break;
        for (; err == VSC_OK && done < plan.count; done++)
            err = search(refresh, &plan.items[done], &searches[done]);
        pool_settle(&refresh->pool);
    }
    for (size_t i = 0; err == VSC_OK && i < done; i++)
        err = conclude(refresh, &plan.items[i], &searches[i]);
    return err;
}
