/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr csr: a certificate request, signed by the card. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "card/owner/csr.h"
#include "common/io.h"
#include "common/own.h"
#include "vscmgr/command.h"
#include "vscmgr/outcome.h"
#include "vscmgr/secrets.h"

struct csr_options {
    const char *conf, *key_id, *subject, *upn, *out;
    int pin;
};

#define AT(member) offsetof(struct csr_options, member)
static const struct option csr_table[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"key-id", OPTION_STRING, AT(key_id), 0, 0, NULL},
    {"subject", OPTION_STRING, AT(subject), 0, 0, NULL},
    {"upn", OPTION_STRING, AT(upn), 0, 0, NULL},
    {"out", OPTION_STRING, AT(out), 0, 0, NULL},
    {"pin", OPTION_CHOICE, AT(pin), 0, 0, words_typed},
    {0},
};

DEFINE_AUTO(X509_NAME, X509_NAME_free)
DEFINE_AUTO(X509_REQ, X509_REQ_free)
DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO(BIO, BIO_free)

/* A key that waits for its certificate, else the default container, else the first. */
static const struct card_key *choose_key(const struct card_info *card)
{
    const struct card_key *chosen = card->key_count > 0 ? &card->keys[0] : NULL;

    for (size_t i = 0; i < card->key_count; i++) {
        if (card->keys[i].chain_len == 0)
            return &card->keys[i];
        if (card->keys[i].is_default)
            chosen = &card->keys[i];
    }
    return chosen;
}

static enum vsc_err build(const struct csr_options *options, const struct opened *opened,
                          const char *key, X509_REQ **ret_request, struct problem *problem)
{
    auto_by(X509_NAME_free) X509_NAME *subject = NULL;
    auto_by(EVP_PKEY_free) EVP_PKEY *public = NULL;
    const struct card_info *card = opened->card;
    enum vsc_err err;

    if (options->subject != NULL)
        err = dn_parse(options->subject, &subject, problem);
    else
        err = dn_of_common_name(card->has_owner ? card->owner : card->name, &subject, problem);
    if (err == VSC_OK)
        err = reach_public(&opened->reach, card->id, key, &public, problem);
    if (err == VSC_OK)
        err = csr_build(public, subject, options->upn, ret_request, problem);
    return err;
}

static enum vsc_err sign(struct card_source *source, const struct csr_options *options,
                         const struct card_info *card, const char *key, X509_REQ *request,
                         struct problem *problem)
{
    struct card_sign sign = {0};
    struct card_outcome outcome;
    enum vsc_err err;

    (void)snprintf(sign.card, sizeof sign.card, "%s", card->id);
    (void)snprintf(sign.key, sizeof sign.key, "%s", key);
    err = csr_digest(request, sign.digest, problem);
    if (err == VSC_OK)
        err = secret_get(words_typed[options->pin], &asked_pin, &sign.pin, problem);
    if (err == VSC_OK) {
        source->deadline = deadline_in(COMMAND_DEADLINE_MS);
        err = source->ops->sign(source, &sign, &outcome, problem);
    }
    secret_done(&sign.pin);
    if (err == VSC_OK)
        err = outcome_result(&outcome, card, problem);
    if (err == VSC_OK)
        err = csr_finish(request, &outcome, problem);
    return err;
}

static enum vsc_err put(const char *out, X509_REQ *request, struct problem *problem)
{
    auto_by(BIO_free) BIO *bio = BIO_new(BIO_s_mem());
    auto_fd int file = -1;
    char *text = NULL;
    long len;

    if (bio == NULL || PEM_write_bio_X509_REQ(bio, request) != 1)
        return VSC_MEMORY;
    len = BIO_get_mem_data(bio, &text);
    if (out == NULL) {
        if (fwrite(text, 1, (size_t)len, stdout) != (size_t)len || fflush(stdout) != 0)
            return problem_set(problem, VSC_SYSTEM, "standard output cannot be written");
        return VSC_OK;
    }
    file = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0 || io_write_all(file, text, (size_t)len) != VSC_OK)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", out, strerror(errno));
    return VSC_OK;
}

enum vsc_err command_csr(const struct request *request)
{
    struct csr_options options = {0};
    auto_opened struct opened opened = {0};
    auto_by(X509_REQ_free) X509_REQ *made = NULL;
    const struct card_key *key;
    const char *what = NULL;
    enum vsc_err err;

    err = command_parse(request, csr_table, &options, &what, 1);
    if (err == VSC_OK)
        err = open_card(request, options.conf, what, &opened);
    if (err == VSC_OK)
        err = check_own_card(opened.card, request->problem);
    if (err != VSC_OK)
        return err;
    key = options.key_id != NULL ? find_key(opened.card, options.key_id) : choose_key(opened.card);
    if (key == NULL && options.key_id != NULL)
        return problem_set(request->problem, VSC_NO_KEY, "%s has no key \"%s\"", opened.card->name,
                           options.key_id);
    if (key == NULL)
        return problem_set(request->problem, VSC_NO_KEY, "%s has no key", opened.card->name);
    err = build(&options, &opened, key->id, &made, request->problem);
    if (err == VSC_OK)
        err = sign(opened.reach.source, &options, opened.card, key->id, made, request->problem);
    if (err == VSC_OK)
        err = put(options.out, made, request->problem);
    return err;
}
