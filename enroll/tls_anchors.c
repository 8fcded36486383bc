/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/tls_anchors.h"

#include <openssl/pem.h>

#include "certcheck/certs.h"
#include "certcheck/openssl_own.h"

enum vsc_err tls_anchors_load(const struct profile *profile, struct buf *anchors,
                              struct problem *problem)
{
    const char *path = profile->tls_anchors;
    const struct source source = {.path = path, .named = true, .trusted = true};
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    auto_by(BIO_free_all) BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len;
    enum vsc_err err;

    if (*path == '\0')
        return VSC_OK;
    if (certs == NULL || bio == NULL)
        return VSC_MEMORY;
    err = certs_load(&source, certs, problem);
    if (err == VSC_OK && sk_X509_num(certs) == 0)
        err = problem_set(problem, VSC_CONFIG, "%s: no certificate is in it", path);
    for (int i = 0; err == VSC_OK && i < sk_X509_num(certs); i++)
        if (PEM_write_bio_X509(bio, sk_X509_value(certs, i)) != 1)
            err = VSC_MEMORY;
    if (err != VSC_OK)
        return err;
    len = BIO_get_mem_data(bio, &text);
    buf_put(anchors, text, (size_t)len);
    return buf_status(anchors);
}
