/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/certs.h"

#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>

#include "certcheck/openssl_own.h"
#include "certcheck/strict_der.h"

struct loading {
    STACK_OF(X509) * certs;
    size_t seen;
    struct problem *problem;
};

enum vsc_err cert_parse(const unsigned char *der, size_t len, X509 **ret_cert)
{
    auto_by(X509_free) X509 *cert = NULL;
    auto_by(openssl_free) unsigned char *again = NULL;
    const unsigned char *next = der;
    int again_len = -1;

    if (der == NULL || len == 0 || len > CERT_DER_MAX || !strict_der_is(der, len))
        return VSC_CERT;
    cert = d2i_X509(NULL, &next, (long)len);
    if (cert != NULL)
        again_len = i2d_X509(cert, &again);
    ERR_clear_error();
    if (again_len < 0 || (size_t)again_len != len || memcmp(again, der, len) != 0)
        return VSC_CERT;
    *ret_cert = take(cert);
    return VSC_OK;
}

bool cert_is_same_ca(X509 *published, X509 *issuer)
{
    EVP_PKEY *key = X509_get0_pubkey(published), *other = X509_get0_pubkey(issuer);
    bool same;

    if (X509_cmp(published, issuer) == 0)
        return true;
    same = key != NULL && other != NULL && EVP_PKEY_eq(key, other) == 1 &&
           X509_NAME_cmp(X509_get_subject_name(published), X509_get_subject_name(issuer)) == 0;
    ERR_clear_error();
    return same;
}

/* Takes `cert` over. */
static enum vsc_err push(const struct loading *loading, const char *file, X509 *cert)
{
    auto_by(X509_free) X509 *owned = cert;

    if (sk_X509_num(loading->certs) >= CERTS_MAX)
        return problem_set(loading->problem, VSC_INPUT, "%s: more than %d certificates", file,
                           CERTS_MAX);
    if (sk_X509_push(loading->certs, owned) <= 0)
        return VSC_MEMORY;
    (void)take(owned);
    return VSC_OK;
}

static enum vsc_err add_strictly(void *arg, const char *file, const unsigned char *der, size_t len)
{
    struct loading *loading = arg;
    X509 *cert;
    enum vsc_err err = cert_parse(der, len, &cert);

    loading->seen++;
    if (err != VSC_OK)
        return problem_set(loading->problem, VSC_INPUT, "%s: a certificate in it cannot be read",
                           file);
    return push(loading, file, cert);
}

enum vsc_err certs_load(const struct source *source, STACK_OF(X509) * certs,
                        struct problem *problem)
{
    struct loading loading = {.certs = certs, .problem = problem};

    return source_read(source, SOURCE_CERTIFICATES, add_strictly, &loading, problem);
}

struct fetched {
    const struct cache *cache;
    struct loading loading;
};

static enum vsc_err add_fetched(void *arg, int folder, const char *name)
{
    const struct fetched *fetched = arg;
    auto_buf struct buf der;
    X509 *cert;
    enum vsc_err err;

    buf_init(&der, 0);
    if (cache_read_file(fetched->cache, folder, name, CERT_DER_MAX, &der) != VSC_OK ||
        cert_parse(der.data, der.len, &cert) != VSC_OK)
        return VSC_OK;
    err = push(&fetched->loading, name, cert);
    return err == VSC_INPUT ? VSC_OK : err;
}

enum vsc_err certs_load_cache(const struct cache *cache, STACK_OF(X509) * certs)
{
    struct fetched fetched = {.cache = cache, .loading = {.certs = certs}};
    auto_fd int folder = -1;

    if (cache_open_part(cache, CACHE_CERTS, &folder) != VSC_OK)
        return VSC_OK;
    return cache_list(folder, ".der", add_fetched, &fetched);
}

static enum vsc_err add_to_chain(void *arg, const char *file, const unsigned char *der, size_t len)
{
    struct loading *loading = arg;
    X509 *cert;
    enum vsc_err err = cert_parse(der, len, &cert);

    if (der == NULL || (err != VSC_OK && loading->seen == 0))
        return problem_set(loading->problem, VSC_CERT, "%s: the certificate cannot be read", file);
    loading->seen++;
    return err == VSC_OK ? push(loading, file, cert) : VSC_OK;
}

enum vsc_err certs_load_chain(const char *file, STACK_OF(X509) * certs, struct problem *problem)
{
    struct source source = {.path = file, .named = true};
    struct loading loading = {.certs = certs, .problem = problem};
    struct stat status;
    enum vsc_err err;

    if (stat(file, &status) == 0 && S_ISDIR(status.st_mode))
        return problem_set(problem, VSC_INPUT, "%s: is a folder", file);
    err = source_read(&source, SOURCE_CERTIFICATES, add_to_chain, &loading, problem);
    while (err == VSC_CERT && sk_X509_num(certs) > 0)
        X509_free(sk_X509_pop(certs));
    if (err == VSC_OK && loading.seen == 0)
        return problem_set(problem, VSC_INPUT, "%s: there is no certificate in it", file);
    return err;
}
