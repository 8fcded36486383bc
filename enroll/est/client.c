/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/est/client.h"

#include <string.h>

#include "certcheck/certs.h"
#include "certcheck/openssl_own.h"

static enum vsc_err sign(void *arg, enum sign_scheme scheme, const unsigned char *digest,
                         size_t len, struct card_outcome *ret_outcome)
{
    struct est_shown *shown = arg;
    struct run *run = shown->run;

    return errand_sign_as(run->errand, run->card, shown->key, scheme, digest, len, ret_outcome);
}

void est_shown_done(struct est_shown *shown)
{
    EVP_PKEY_free(shown->client.key);
    X509_free(shown->client.cert);
    x509_stack_free(shown->client.issuers);
    if (shown->started)
        est_keys_end();
    *shown = (struct est_shown){.started = false};
}

static enum vsc_err take_chain(const struct issued *issued, struct est_client *client)
{
    enum vsc_err err = cert_parse(issued->chain[0].data, issued->chain[0].len, &client->cert);

    client->issuers = sk_X509_new_null();
    if (client->issuers == NULL)
        return VSC_MEMORY;
    for (size_t i = 1; err == VSC_OK && i < issued->chain_len; i++) {
        X509 *issuer = NULL;

        err = cert_parse(issued->chain[i].data, issued->chain[i].len, &issuer);
        if (err == VSC_OK && sk_X509_push(client->issuers, issuer) == 0) {
            X509_free(issuer);
            err = VSC_MEMORY;
        }
    }
    return err;
}

enum vsc_err est_shown_open(struct run *run, struct est_shown *ret_shown, struct problem *problem)
{
    auto_issued struct issued issued = {.chain_len = 0};
    struct errand *errand = run->errand;
    enum vsc_err err;

    *ret_shown = (struct est_shown){.run = run, .signer = {.sign = sign, .arg = ret_shown}};
    if (!run_current(run, &issued) || issued.not_after < errand->now)
        return VSC_OK;
    if (errand->careful && !run->profile->prompt && errand->pin_from == ASK_TERMINAL)
        return problem_set(problem, VSC_INPUT,
                           "the card has to sign, and a pulse asks for no PIN: vsc-enroll renew");
    err = errand_pin(errand, run->card, problem);
    if (err == VSC_OK)
        err = errand_find_key(errand, run->card, run->state.current, ret_shown->key, problem);
    if (err == VSC_OK)
        err = take_chain(&issued, &ret_shown->client);
    if (err == VSC_OK)
        err = est_keys_start();
    ret_shown->started = err == VSC_OK;
    if (err == VSC_OK)
        err = est_key_new(X509_get0_pubkey(ret_shown->client.cert), &ret_shown->signer,
                          &ret_shown->client.key);
    return err;
}
