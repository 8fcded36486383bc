/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/est/answer.h"

#include <openssl/pkcs7.h>
#include <string.h>

#include "certcheck/openssl_own.h"
#include "enroll/base64.h"
#include "enroll/issued.h"

DEFINE_AUTO(PKCS7, PKCS7_free)

enum vsc_err est_decode(const void *body, size_t len, struct buf *ret_der)
{
    buf_init(ret_der, EST_BODY_MAX);
    return len <= EST_BODY_MAX ? base64_read(body, len, ret_der) : VSC_CERT;
}

static enum vsc_err add(STACK_OF(X509) * certs, X509 *cert)
{
    if (sk_X509_push(certs, cert) == 0)
        return VSC_MEMORY;
    return X509_up_ref(cert) == 1 ? VSC_OK : VSC_MEMORY;
}

enum vsc_err est_certs_read(const void *body, size_t len, STACK_OF(X509) * certs)
{
    auto_by(PKCS7_free) PKCS7 *message = NULL;
    auto_buf struct buf der;
    const unsigned char *next;
    const STACK_OF(X509) * found;
    enum vsc_err err = est_decode(body, len, &der);

    if (err != VSC_OK)
        return err;
    next = der.data;
    message = d2i_PKCS7(NULL, &next, (long)der.len);
    if (message == NULL || next != der.data + der.len || !PKCS7_type_is_signed(message) ||
        message->d.sign == NULL)
        return VSC_CERT;
    found = message->d.sign->cert;
    if (found == NULL || sk_X509_num(found) < 1 || sk_X509_num(found) > EST_CERTS_MAX)
        return VSC_CERT;
    for (int i = 0; err == VSC_OK && i < sk_X509_num(found); i++)
        err = add(certs, sk_X509_value(found, i));
    return err;
}

static bool is_for_key(const X509 *cert, const char *spki)
{
    char id[SPKI_ID_SIZE];
    unsigned char *der = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
    bool same = len > 0 && spki_id(der, (size_t)len, id) == VSC_OK && strcmp(id, spki) == 0;

    OPENSSL_free(der);
    return same;
}

static bool is_self_issued(const X509 *cert)
{
    return X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)) == 0;
}

static X509 *find_issuer(STACK_OF(X509) * certs, X509 *cert)
{
    for (int i = 0; i < sk_X509_num(certs); i++) {
        X509 *candidate = sk_X509_value(certs, i);

        if (X509_check_issued(candidate, cert) == X509_V_OK && !is_self_issued(candidate))
            return candidate;
    }
    return NULL;
}

enum vsc_err est_chain(STACK_OF(X509) * certs, STACK_OF(X509) * more, const char *spki,
                       struct buf *ret_pem)
{
    X509 *cert = sk_X509_value(certs, 0);
    enum vsc_err err = cert != NULL ? VSC_OK : VSC_CERT;

    for (int i = 0; i < sk_X509_num(certs); i++)
        if (is_for_key(sk_X509_value(certs, i), spki)) {
            cert = sk_X509_value(certs, i);
            break;
        }
    for (size_t i = 0; err == VSC_OK && cert != NULL && i < CHAIN_MAX; i++) {
        X509 *issuer = find_issuer(certs, cert);

        err = cert_put_pem(cert, ret_pem);
        cert = issuer != NULL ? issuer : find_issuer(more, cert);
    }
    return err;
}
