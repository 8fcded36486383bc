/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/tls_anchors.h"

#include "certcheck/certs.h"
#include "certcheck/openssl_own.h"
#include "enroll/issued.h"

enum vsc_err tls_anchors_load(const struct profile *profile, struct buf *anchors,
                              struct problem *problem)
{
    const char *path = profile->tls_anchors;
    const struct source source = {.path = path, .named = true, .trusted = true};
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    enum vsc_err err;

    if (*path == '\0')
        return VSC_OK;
    if (certs == NULL)
        return VSC_MEMORY;
    err = certs_load(&source, certs, problem);
    if (err == VSC_OK && sk_X509_num(certs) == 0)
        err = problem_set(problem, VSC_CONFIG, "%s: no certificate is in it", path);
    for (int i = 0; err == VSC_OK && i < sk_X509_num(certs); i++)
        err = cert_put_pem(sk_X509_value(certs, i), anchors);
    return err;
}
