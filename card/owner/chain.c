/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/owner/chain.h"

#include <openssl/pem.h>

#include "common/own.h"

DEFINE_AUTO(BIO, BIO_free)

void chain_done(struct chain *chain)
{
    while (chain->count > 0)
        X509_free(chain->certs[--chain->count]);
}

static enum vsc_err chain_add(struct chain *chain, X509 *cert, struct problem *problem)
{
    if (chain->count == CHAIN_MAX || i2d_X509(cert, NULL) > CERT_MAX) {
        X509_free(cert);
        return problem_set(problem, VSC_CERT,
                           "more than %d certificates, or one of more than %d bytes", CHAIN_MAX,
                           CERT_MAX);
    }
    chain->certs[chain->count++] = cert;
    return VSC_OK;
}

enum vsc_err chain_read(const void *bytes, size_t len, struct chain *chain, struct problem *problem)
{
    auto_by(BIO_free) BIO *bio = BIO_new_mem_buf(bytes, (int)len);
    const unsigned char *next = bytes;
    enum vsc_err err = VSC_OK;
    X509 *cert;

    if (bio == NULL)
        return VSC_MEMORY;
    cert = len > 0 && next[0] == 0x30 ? d2i_X509(NULL, &next, (long)len) : NULL;
    if (cert != NULL)
        return chain_add(chain, cert, problem);
    while (err == VSC_OK && (cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
        err = chain_add(chain, cert, problem);
    if (err == VSC_OK && chain->count == 0)
        return problem_set(problem, VSC_INPUT, "there is no certificate in the file");
    return err;
}
