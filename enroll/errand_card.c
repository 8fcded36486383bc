/* SPDX-License-Identifier: BSD-2-Clause */
/* What the card does for vsc-enroll. */
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "card/remote_owner.h"
#include "certcheck/certs.h"
#include "certcheck/openssl_own.h"
#include "enroll/errand.h"

DEFINE_AUTO(X509_NAME, X509_NAME_free)
DEFINE_AUTO(X509_REQ, X509_REQ_free)
DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)

#define DEADLINE_MS 60000
#define ATTEMPTS    2 /* of one question */

static enum vsc_err outcome_result(const struct card_outcome *outcome, const struct card_info *card,
                                   struct problem *problem)
{
    const struct card_state *state = &outcome->state;

    if (outcome->result == VSC_PIN)
        return problem_set(problem, VSC_PIN, "%u %s left", state->tries_left,
                           state->tries_left == 1 ? "try" : "tries");
    if (outcome->result == VSC_PIN_BLOCKED)
        return problem_set(problem, VSC_PIN_BLOCKED, "%s (VSC-BLOCKED)", card->name);
    if (outcome->result == VSC_TPM_LOCKED)
        return problem_set(problem, VSC_TPM_LOCKED,
                           "try again in at most %u minutes (VSC-TPM-LOCKED)",
                           (state->locked_seconds + 59) / 60);
    if (outcome->result == VSC_CARD_GONE)
        return problem_set(problem, VSC_CARD_GONE, "%s (VSC-CARD-GONE)", card->name);
    return outcome->result;
}

/* May a person be asked now? A pulse leaves the last try, and those of login.reserve. */
static enum vsc_err check_state(struct errand *errand, const struct card_info *card,
                                struct card_state *ret_state, struct problem *problem)
{
    const unsigned reserve = errand->conf->login.reserve;
    const uint16_t keep = (uint16_t)(reserve > 1 ? reserve : 1);
    struct card_state state;
    enum vsc_err err;

    errand->source->deadline = deadline_in(DEADLINE_MS);
    err = errand->source->ops->state(errand->source, card->id, &state, problem);
    if (err != VSC_OK)
        return err;
    *ret_state = state;
    if (state.gone)
        return problem_set(problem, VSC_CARD_GONE, "%s (VSC-CARD-GONE)", card->name);
    if (state.blocked)
        return problem_set(problem, VSC_PIN_BLOCKED, "%s (VSC-BLOCKED)", card->name);
    if (errand->careful && card_state_allows(&state, keep, NULL) != VSC_OK)
        return problem_set(problem, VSC_DENIED,
                           "%s: a wrong PIN would block it, so nobody is asked; sign in once",
                           card->name);
    return VSC_OK;
}

static enum vsc_err prove(struct errand *errand, const struct card_info *card,
                          struct problem *problem)
{
    struct card_verify verify = {.keep = 0};
    struct card_outcome outcome = {.result = VSC_PIN};
    enum vsc_err err;

    (void)snprintf(verify.card, sizeof verify.card, "%s", card->id);
    err = secret_set(&verify.pin, errand->pin.bytes, errand->pin.len);
    if (err == VSC_OK) {
        errand->source->deadline = deadline_in(DEADLINE_MS);
        err = remote_verify(errand->source, &verify, &outcome, problem);
    }
    secret_done(&verify.pin);
    return err == VSC_OK ? outcome_result(&outcome, card, problem) : err;
}

static enum vsc_err ask(struct errand *errand, const struct card_info *card,
                        const struct card_state *state, bool again, struct problem *problem)
{
    const struct asker *asker = errand->asker;
    char label[CARD_NAME_SIZE + 16];
    enum vsc_err err;

    (void)snprintf(label, sizeof label, "PIN for %s", card->name);
    err = asker != NULL ? asker->pin(asker->context, card->name, state->tries_left, again,
                                     &errand->pin, problem)
                        : ask_secret(errand->pin_from, label, &errand->pin, problem);
    if (err == VSC_OK)
        err = prove(errand, card, problem);
    if (err != VSC_OK)
        secret_done(&errand->pin);
    return err;
}

enum vsc_err errand_pin(struct errand *errand, const struct card_info *card,
                        struct problem *problem)
{
    const unsigned attempts = errand->asker != NULL ? ATTEMPTS : 1;
    struct card_state state;
    enum vsc_err err;

    if (errand->pin_card[0] != '\0') {
        if (strcmp(errand->pin_card, card->id) != 0)
            return problem_set(problem, errand->asker != NULL ? VSC_INPUT : VSC_USAGE,
                               "one run asks for the PIN of one card");
        return errand->pin_result == VSC_OK
                   ? VSC_OK
                   : problem_set(problem, errand->pin_result, "the PIN is asked for once");
    }
    err = check_state(errand, card, &state, problem);
    if (err == VSC_OK && errand->quiet) {
        errand->wanted = true;
        return problem_set(problem, VSC_INPUT, "the PIN is needed");
    }
    if (err != VSC_OK)
        return err;
    (void)snprintf(errand->pin_card, sizeof errand->pin_card, "%s", card->id);
    err = ask(errand, card, &state, false, problem);
    for (unsigned i = 1; i < attempts && err == VSC_PIN; i++) {
        err = check_state(errand, card, &state, problem);
        if (err == VSC_OK)
            err = ask(errand, card, &state, true, problem);
    }
    errand->pin_result = err;
    return err;
}

static enum vsc_err sign(struct errand *errand, const struct card_info *card, const char *key,
                         const unsigned char digest[DIGEST_SIZE], struct card_outcome *ret_outcome,
                         struct problem *problem)
{
    struct card_sign sign = {.keep = 0};
    enum vsc_err err;

    (void)snprintf(sign.card, sizeof sign.card, "%s", card->id);
    (void)snprintf(sign.key, sizeof sign.key, "%s", key);
    memcpy(sign.digest, digest, DIGEST_SIZE);
    err = secret_set(&sign.pin, errand->pin.bytes, errand->pin.len);
    if (err == VSC_OK) {
        errand->source->deadline = deadline_in(DEADLINE_MS);
        err = errand->source->ops->sign(errand->source, &sign, ret_outcome, problem);
    }
    secret_done(&sign.pin);
    return err == VSC_OK ? outcome_result(ret_outcome, card, problem) : err;
}

enum vsc_err errand_sign_as(struct errand *errand, const struct card_info *card, const char *key,
                            enum sign_scheme scheme, const unsigned char *digest, size_t len,
                            struct card_outcome *ret_outcome)
{
    struct card_sign_as sign = {.scheme = scheme, .digest_len = len};
    enum vsc_err err;

    if (len > sizeof sign.digest)
        return VSC_USAGE;
    (void)snprintf(sign.card, sizeof sign.card, "%s", card->id);
    (void)snprintf(sign.key, sizeof sign.key, "%s", key);
    memcpy(sign.digest, digest, len);
    err = secret_set(&sign.pin, errand->pin.bytes, errand->pin.len);
    if (err == VSC_OK) {
        errand->source->deadline = deadline_in(DEADLINE_MS);
        err = remote_sign_as(errand->source, &sign, ret_outcome, NULL);
    }
    secret_done(&sign.pin);
    return err == VSC_OK ? outcome_result(ret_outcome, card, NULL) : err;
}

static enum vsc_err to_pem(X509_REQ *request, char **ret_pem)
{
    auto_by(BIO_free_all) BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len;

    if (bio == NULL || PEM_write_bio_X509_REQ(bio, request) != 1)
        return VSC_MEMORY;
    len = BIO_get_mem_data(bio, &text);
    *ret_pem = strndup(text, (size_t)len);
    return *ret_pem != NULL ? VSC_OK : VSC_MEMORY;
}

enum vsc_err errand_request(struct errand *errand, const struct card_info *card, const char *key,
                            const struct csr_subject *wanted, char **ret_pem,
                            struct problem *problem)
{
    auto_by(X509_NAME_free) X509_NAME *subject = NULL;
    auto_by(X509_REQ_free) X509_REQ *request = NULL;
    auto_by(EVP_PKEY_free) EVP_PKEY *public = NULL;
    unsigned char digest[DIGEST_SIZE];
    struct card_outcome outcome;
    struct card_made made;
    const unsigned char *next = made.spki;
    enum vsc_err err;

    errand->source->deadline = deadline_in(DEADLINE_MS);
    err = remote_public(errand->source, card->id, key, &made, problem);
    if (err == VSC_OK && (public = d2i_PUBKEY(NULL, &next, (long)made.spki_len)) == NULL)
        err = problem_set(problem, VSC_PROTOCOL, "the card's public key cannot be read");
    if (err == VSC_OK)
        err = dn_of_common_name(errand->person.name, &subject, problem);
    if (err == VSC_OK)
        err = csr_build(public, subject, wanted->upn, &request, problem);
    if (err == VSC_OK && wanted->template != NULL)
        err = csr_add_template(request, wanted->template, problem);
    if (err == VSC_OK)
        err = csr_digest(request, digest, problem);
    if (err == VSC_OK)
        err = sign(errand, card, key, digest, &outcome, problem);
    if (err == VSC_OK)
        err = csr_finish(request, &outcome, problem);
    return err == VSC_OK ? to_pem(request, ret_pem) : err;
}

static bool verifies(X509 *cert, const unsigned char *digest, const struct card_outcome *outcome)
{
    EVP_PKEY *public = X509_get0_pubkey(cert);
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context =
        public != NULL ? EVP_PKEY_CTX_new(public, NULL) : NULL;

    return context != NULL && EVP_PKEY_verify_init(context) == 1 &&
           (EVP_PKEY_is_a(public, "RSA") != 1 ||
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1) &&
           EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
           EVP_PKEY_verify(context, outcome->signature, outcome->signature_len, digest,
                           DIGEST_SIZE) == 1;
}

enum vsc_err errand_try(struct errand *errand, const struct card_info *card, const char *key,
                        const struct issued *issued, struct problem *problem)
{
    auto_by(X509_free) X509 *cert = NULL;
    unsigned char digest[DIGEST_SIZE];
    struct card_outcome outcome;
    enum vsc_err err = cert_parse(issued->chain[0].data, issued->chain[0].len, &cert);

    if (err == VSC_OK && RAND_bytes(digest, sizeof digest) != 1)
        err = VSC_SYSTEM;
    if (err == VSC_OK)
        err = sign(errand, card, key, digest, &outcome, problem);
    if (err == VSC_OK && !verifies(cert, digest, &outcome))
        err = problem_set(problem, VSC_DENIED, "proof-failed: the key's signature does not verify");
    return err;
}

enum vsc_err errand_generate(struct errand *errand, const struct card_info *card,
                             enum key_type type, char ret_spki[SPKI_ID_SIZE],
                             struct problem *problem)
{
    struct card_made made;
    enum vsc_err err;

    errand->source->deadline = deadline_in(DEADLINE_MS);
    err = remote_generate(errand->source, card->id, type, &made, problem);
    return err == VSC_OK ? spki_id(made.spki, made.spki_len, ret_spki) : err;
}

enum vsc_err errand_store(struct errand *errand, const struct card_info *card,
                          const struct issued *issued, struct problem *problem)
{
    struct card_store store = {.chain_len = issued->chain_len};
    struct card_made made;

    (void)snprintf(store.card, sizeof store.card, "%s", card->id);
    memcpy(store.chain, issued->chain, sizeof store.chain); /* borrowed for the call */
    errand->source->deadline = deadline_in(DEADLINE_MS);
    return remote_store(errand->source, &store, &made, problem);
}

enum vsc_err errand_delete(struct errand *errand, const struct card_info *card, const char *key,
                           struct problem *problem)
{
    errand->source->deadline = deadline_in(DEADLINE_MS);
    return remote_delete_key(errand->source, card->id, key, problem);
}
