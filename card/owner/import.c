/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores a certificate with the key that it is for. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "card/owner/chain.h"
#include "card/owner/default_key.h"
#include "card/owner/owner.h"
#include "card/tpm/key.h"
#include "common/io.h"
#include "common/own.h"

DEFINE_AUTO(BIO, BIO_free)
DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)

static enum vsc_err write_pem(const struct change *change, int key, const char *name,
                              X509 *const *certs, size_t count, struct problem *problem)
{
    auto_by(BIO_free) BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    enum vsc_err err;
    long len;

    for (size_t i = 0; i < count; i++)
        if (bio == NULL || PEM_write_bio_X509(bio, certs[i]) != 1)
            return VSC_MEMORY;
    len = BIO_get_mem_data(bio, &text);
    err = io_write_at(key, name, text, (size_t)len, 0640);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s", name, strerror(errno));
    return change_give(change, key, name, problem);
}

/* The issuers first: the certificate is what makes the key enrolled. */
static enum vsc_err write_chain(const struct change *change, int key, const struct chain *chain,
                                struct problem *problem)
{
    enum vsc_err err = VSC_OK;

    if (chain->count > 1)
        err = write_pem(change, key, STORE_CHAIN, chain->certs + 1, chain->count - 1, problem);
    else if (unlinkat(key, STORE_CHAIN, 0) != 0 && errno != ENOENT)
        err = problem_set(problem, VSC_SYSTEM, "%s: %s", STORE_CHAIN, strerror(errno));
    if (err == VSC_OK)
        err = write_pem(change, key, STORE_CERT, chain->certs, 1, problem);
    return err;
}

static bool fits(int card, const char *id, X509 *cert, int *ret_key)
{
    auto_by(EVP_PKEY_free) EVP_PKEY *own_key = NULL;
    auto_fd int key = -1;
    TPM2B_PRIVATE private = {0};
    TPM2B_PUBLIC area = {0};

    if (store_open_key(card, id, &key, NULL) != VSC_OK ||
        store_read_key(key, &area, &private, NULL) != VSC_OK ||
        key_to_evp(&area, &own_key) != VSC_OK || EVP_PKEY_eq(own_key, X509_get0_pubkey(cert)) != 1)
        return false;
    *ret_key = take_fd(key);
    return true;
}

enum vsc_err owner_import(struct change *change, const char *id, const void *bytes, size_t len,
                          char ret_key[STORE_KEY_SIZE], struct problem *problem)
{
    auto_chain struct chain chain = {0};
    auto_free char(*ids)[STORE_CARD_SIZE] = NULL;
    auto_fd int card = -1, keys = -1, key = -1;
    size_t count = 0, found = 0;
    enum vsc_err err;

    err = chain_read(bytes, len, &chain, problem);
    if (err == VSC_OK)
        err = change_card(change, id, &card, &keys, problem);
    if (err == VSC_OK)
        err = store_ids(keys, store_is_key_id, CARD_KEYS_MAX, &ids, &count);
    if (err != VSC_OK)
        return err;
    while (found < count && !fits(card, ids[found], chain.certs[0], &key))
        found++;
    if (found == count)
        return problem_set(problem, VSC_NO_KEY, "the certificate is for none of the card's keys");
    err = write_chain(change, key, &chain, problem);
    if (err == VSC_OK)
        err = default_key_set(change, keys, ids[found], problem);
    if (err == VSC_OK)
        memcpy(ret_key, ids[found], STORE_KEY_SIZE);
    return err;
}
