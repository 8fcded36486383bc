/* SPDX-License-Identifier: BSD-2-Clause */
/* What a CA answered: reading. The judgement is in issued_check.c. */
#include "enroll/issued.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "certcheck/certs.h"
#include "certcheck/facts.h"
#include "certcheck/openssl_own.h"
#include "certcheck/source.h"
#include "common/hex.h"
#include "common/text.h"

DEFINE_AUTO(struct facts, facts_free)

void issued_done(struct issued *issued)
{
    for (size_t i = 0; i < issued->chain_len; i++)
        free(issued->chain[i].data);
    issued->chain_len = 0;
}

enum vsc_err spki_id(const void *der, size_t len, char to[SPKI_ID_SIZE])
{
    unsigned char digest[DIGEST_SIZE];

    if (EVP_Digest(der, len, digest, NULL, EVP_sha256(), NULL) != 1)
        return VSC_MEMORY;
    hex_write(digest, sizeof digest, to);
    return VSC_OK;
}

static enum vsc_err add_der(struct issued *issued, const unsigned char *der, size_t len)
{
    struct der *next = &issued->chain[issued->chain_len];

    if (der == NULL || len == 0 || len > CERT_MAX || issued->chain_len == CHAIN_MAX)
        return VSC_CERT;
    next->data = malloc(len);
    if (next->data == NULL)
        return VSC_MEMORY;
    memcpy(next->data, der, len);
    next->len = len;
    issued->chain_len++;
    return VSC_OK;
}

static enum vsc_err take_one(void *arg, const char *file, const unsigned char *der, size_t len)
{
    (void)file;
    return add_der(arg, der, len);
}

/* What the own certificate says of itself; all of the chain must parse. */
static enum vsc_err read_facts(struct issued *issued, struct problem *problem)
{
    auto_by(X509_free) X509 *cert = NULL;
    auto_by(facts_free) struct facts *facts = NULL;
    enum vsc_err err = VSC_OK;

    for (size_t i = 1; err == VSC_OK && i < issued->chain_len; i++) {
        auto_by(X509_free) X509 *issuer = NULL;

        err = cert_parse(issued->chain[i].data, issued->chain[i].len, &issuer);
    }
    if (err == VSC_OK)
        err = cert_parse(issued->chain[0].data, issued->chain[0].len, &cert);
    if (err == VSC_OK)
        err = facts_read(cert, &facts, problem);
    if (err != VSC_OK)
        return err;
    issued->not_before = facts->not_before;
    issued->not_after = facts->not_after;
    issued->template_major = facts->template_oid != NULL ? facts->template_major : -1;
    memcpy(issued->spki, facts->spki_sha256, sizeof issued->spki);
    (void)snprintf(issued->serial, sizeof issued->serial, "%s",
                   facts->serial + (*facts->serial == '-'));
    text_clean(issued->issuer, sizeof issued->issuer, facts->issuer);
    return VSC_OK;
}

static enum vsc_err malformed(enum vsc_err err, char code[CODE_MAX], struct problem *problem)
{
    if (err == VSC_MEMORY)
        return err;
    (void)snprintf(code, CODE_MAX, "malformed-certificate");
    return problem_set(problem, VSC_DENIED,
                       "malformed-certificate: the answer is no certificate with its issuers (%d "
                       "at most, of %d bytes each)",
                       CHAIN_MAX, CERT_MAX);
}

enum vsc_err issued_parse(const void *bytes, size_t len, struct issued *ret_issued,
                          char code[CODE_MAX], struct problem *problem)
{
    auto_issued struct issued issued = {.chain_len = 0};
    auto_buf struct buf content;
    enum vsc_err err = VSC_CERT;

    buf_init(&content, ANSWER_MAX);
    if (len > 0 && len <= ANSWER_MAX) {
        buf_put(&content, bytes, len);
        err = buf_status(&content);
    }
    if (err == VSC_OK && source_is_foreign(&content))
        err = VSC_CERT;
    if (err == VSC_OK)
        err = source_split(&content, "the answer", SOURCE_CERTIFICATES, take_one, &issued);
    if (err == VSC_OK && issued.chain_len == 0)
        err = VSC_CERT;
    if (err == VSC_OK)
        err = read_facts(&issued, NULL);
    if (err != VSC_OK)
        return malformed(err, code, problem);
    *ret_issued = issued;
    issued.chain_len = 0;
    return VSC_OK;
}

enum vsc_err issued_of_key(const struct card_key *key, struct issued *ret_issued,
                           struct problem *problem)
{
    auto_issued struct issued issued = {.chain_len = 0};
    enum vsc_err err = key->chain_len > 0 ? VSC_OK : VSC_CERT;

    for (size_t i = 0; err == VSC_OK && i < key->chain_len; i++)
        err = add_der(&issued, key->chain[i].data, key->chain[i].len);
    if (err == VSC_OK)
        err = read_facts(&issued, problem);
    if (err != VSC_OK)
        return err;
    *ret_issued = issued;
    issued.chain_len = 0;
    return VSC_OK;
}

enum vsc_err issued_pem(const struct issued *issued, char **ret_pem)
{
    auto_by(BIO_free_all) BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len;

    for (size_t i = 0; i < issued->chain_len; i++)
        if (bio == NULL || PEM_write_bio(bio, "CERTIFICATE", "", issued->chain[i].data,
                                         (long)issued->chain[i].len) <= 0)
            return VSC_MEMORY;
    len = BIO_get_mem_data(bio, &text);
    *ret_pem = strndup(text, (size_t)len);
    return *ret_pem != NULL ? VSC_OK : VSC_MEMORY;
}

enum vsc_err cert_put_pem(const X509 *cert, struct buf *to)
{
    auto_by(BIO_free_all) BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len;

    if (bio == NULL || PEM_write_bio_X509(bio, cert) != 1)
        return VSC_MEMORY;
    len = BIO_get_mem_data(bio, &text);
    buf_put(to, text, (size_t)len);
    return buf_status(to);
}
