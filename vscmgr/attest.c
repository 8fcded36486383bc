/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr attest on the card's machine: make a bundle, answer a challenge. */
#include <stdio.h>
#include <string.h>

#include "card/attest/attest.h"
#include "card/remote_owner.h"
#include "common/own.h"
#include "vscmgr/attest.h"

#define AT(member) offsetof(struct attest_options, member)
static const struct option attest_table[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"out", OPTION_STRING, AT(out), 0, 0, NULL},
    {"nonce", OPTION_STRING, AT(nonce), 0, 0, NULL},
    {"csr", OPTION_STRING, AT(csr), 0, 0, NULL},
    {"activate", OPTION_STRING, AT(activate), 0, 0, NULL},
    {"verify", OPTION_STRING, AT(verify), 0, 0, NULL},
    {"challenge", OPTION_STRING, AT(challenge), 0, 0, NULL},
    {"ek-roots", OPTION_STRING, AT(ek_roots), 0, 0, NULL},
    {"ak", OPTION_STRING, AT(ak), 0, 0, NULL},
    {"secret-out", OPTION_STRING, AT(secret_out), 0, 0, NULL},
    {"keyless", OPTION_FLAG, AT(keyless), 0, 0, NULL},
    {"json", OPTION_FLAG, AT(json), 0, 0, NULL},
    {0},
};

DEFINE_AUTO(struct bundle, bundle_free)
DEFINE_AUTO(X509_REQ, X509_REQ_free)

static enum vsc_err bind_csr(const char *path, struct bundle *bundle, struct problem *problem)
{
    auto_by(X509_REQ_free) X509_REQ *csr = NULL;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    enum vsc_err err = attest_read_csr(path, &csr, problem);

    if (err != VSC_OK)
        return err;
    if (X509_REQ_digest(csr, EVP_sha256(), digest, &len) != 1 || len != sizeof bundle->csr)
        return problem_set(problem, VSC_INPUT, "%s: it has no digest", path);
    memcpy(bundle->csr, digest, len);
    bundle->has_csr = true;
    return VSC_OK;
}

static enum vsc_err put(const char *out, const struct bundle *bundle, struct problem *problem)
{
    auto_free char *text = NULL;
    size_t len = 0;
    enum vsc_err err = bundle_write(bundle, &text, &len);

    return err == VSC_OK ? attest_write_file(out, text, len, 0644, problem)
                         : problem_set(problem, err, "the bundle cannot be written");
}

/* By vsc-card, for the owner of the card: without the endorsement key. */
static enum vsc_err make_remote(const struct attest_options *options, const struct opened *opened,
                                const struct bundle *wanted, struct problem *problem)
{
    auto_attested struct card_attested attested = {.bundle = {0}};
    struct card_attest attest = {.nonce_len = wanted->nonce_len, .has_request = wanted->has_csr};
    enum vsc_err err;

    (void)snprintf(attest.card, sizeof attest.card, "%s", opened->card->id);
    memcpy(attest.nonce, wanted->nonce, wanted->nonce_len);
    memcpy(attest.request, wanted->csr, sizeof attest.request);
    opened->reach.source->deadline = deadline_in(ATTEST_DEADLINE_MS);
    err = remote_attest(opened->reach.source, &attest, &attested, problem);
    return err == VSC_OK ? attest_write_file(options->out, attested.bundle.data,
                                             attested.bundle.len, 0644, problem)
                         : err;
}

static enum vsc_err make(const struct attest_options *options, const struct opened *opened,
                         const struct attest_where *where, struct problem *problem)
{
    auto_by(bundle_free) struct bundle *bundle = bundle_new();
    enum vsc_err err = bundle != NULL ? VSC_OK : VSC_MEMORY;

    /* Of another's card nothing is listed: vsc-card says why not. */
    if (opened->card->key_count == 0 && !opened->card->restricted && !options->keyless)
        return problem_set(problem, VSC_NO_KEY, "the card has no key yet");
    if (err == VSC_OK && options->nonce != NULL)
        err = attest_read_nonce(options->nonce, bundle->nonce, &bundle->nonce_len, problem);
    if (err == VSC_OK && options->csr != NULL)
        err = bind_csr(options->csr, bundle, problem);
    if (err == VSC_OK && opened->reach.remote)
        return make_remote(options, opened, bundle, problem);
    if (err == VSC_OK)
        err = attest_make(where, bundle, problem);
    return err == VSC_OK ? put(options->out, bundle, problem) : err;
}

static enum vsc_err activate(const struct attest_options *options, const struct attest_where *where,
                             struct problem *problem)
{
    auto_secret struct secret secret = {0};
    auto_buf struct buf content;
    struct credential challenge;
    enum vsc_err err;

    buf_init(&content, CREDENTIAL_FILE_MAX);
    err = attest_read_file(options->activate, CREDENTIAL_FILE_MAX, &content, problem);
    if (err == VSC_OK)
        err = credential_decode(content.data, content.len, &challenge, problem);
    if (err == VSC_OK)
        err = attest_activate(where, &challenge, &secret, problem);
    return err == VSC_OK ? attest_write_secret(options->out, &secret, problem) : err;
}

static enum vsc_err on_card(const struct request *request, const struct attest_options *options,
                            const char *what)
{
    auto_opened struct opened opened = {0};
    struct attest_where where;
    enum vsc_err err;

    if (options->ek_roots != NULL || options->ak != NULL || options->secret_out != NULL ||
        options->json)
        return problem_set(request->problem, VSC_USAGE,
                           "--ek-roots, --ak, --secret-out and --json are the verifier's");
    if (options->activate != NULL && (options->nonce != NULL || options->csr != NULL))
        return problem_set(request->problem, VSC_USAGE, "--activate takes no --nonce and no --csr");
    err = open_card(request, options->conf, what, &opened);
    if (err == VSC_OK && options->activate != NULL)
        err = reach_needs_store(&opened.reach, request->problem);
    if (err != VSC_OK)
        return err;
    where = (struct attest_where){
        .store = opened.conf->card.store, .tcti = opened.conf->card.tcti, .card = opened.card->id};
    return options->activate != NULL ? activate(options, &where, request->problem)
                                     : make(options, &opened, &where, request->problem);
}

enum vsc_err command_attest(const struct request *request)
{
    struct attest_options options = {0};
    const char *what = NULL;
    size_t words = 0;
    bool verifier;
    enum vsc_err err;

    err = options_parse_command(attest_table, request->argc, request->argv, &options, &what, 1,
                                &words, request->problem);
    if (err != VSC_OK)
        return err;
    verifier = options.verify != NULL || options.challenge != NULL;
    if ((options.verify != NULL) + (options.challenge != NULL) + (options.activate != NULL) > 1)
        return problem_set(request->problem, VSC_USAGE,
                           "--verify, --challenge and --activate exclude each other");
    if (verifier && words > 0)
        return problem_set(request->problem, VSC_USAGE, "\"%s\": one word too many", what);
    if (!verifier && words == 0)
        return problem_set(request->problem, VSC_USAGE, "a word is missing (see vscmgr --help)");
    if (!verifier)
        return on_card(request, &options, what);
    return options.verify != NULL ? attest_command_verify(request, &options)
                                  : attest_command_challenge(request, &options);
}
