/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/attestation.h"

#include <errno.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "certcheck/openssl_own.h"
#include "common/io.h"
#include "common/own.h"
#include "enroll/run_parts.h"

#define DEADLINE_MS 180000 /* vsc-card's own; an RSA key takes a hardware TPM a while */
#define NAME_SIZE   (PROFILE_NAME_MAX + sizeof ".attestation")

DEFINE_AUTO(X509_REQ, X509_REQ_free)

/* SHA-256 of the request's DER. */
static enum vsc_err digest_of(const char *pem, unsigned char ret_digest[DIGEST_SIZE])
{
    auto_by(BIO_free_all) BIO *bio = BIO_new_mem_buf(pem, -1);
    auto_by(X509_REQ_free) X509_REQ *request = NULL;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (bio == NULL)
        return VSC_MEMORY;
    request = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
    if (request == NULL || X509_REQ_digest(request, EVP_sha256(), digest, &len) != 1 ||
        len != DIGEST_SIZE)
        return VSC_INPUT;
    memcpy(ret_digest, digest, DIGEST_SIZE);
    return VSC_OK;
}

static enum vsc_err ask(struct run *run, struct card_attest *attest,
                        struct card_attested *ret_bundle, struct problem *problem)
{
    enum vsc_err err;

    (void)snprintf(attest->card, sizeof attest->card, "%s", run->card->id);
    run->errand->source->deadline = deadline_in(DEADLINE_MS);
    err = remote_attest(run->errand->source, attest, ret_bundle, problem);
    if (err != VSC_NO_KEY)
        return err;
    (void)snprintf(run->code, sizeof run->code, "no-attestation-key");
    return problem_set(problem, VSC_DENIED,
                       "no-attestation-key: the profile asks for a key that is proven to be in a "
                       "TPM, and %s was made without --attestation",
                       run->card->name);
}

enum vsc_err attestation_check(struct run *run, struct problem *problem)
{
    auto_attested struct card_attested ignored = {.bundle = {0}};
    struct card_attest attest = {.nonce_len = 0};

    return run->profile->attestation ? ask(run, &attest, &ignored, problem) : VSC_OK;
}

enum vsc_err attestation_make(struct run *run, struct card_attested *ret_bundle,
                              struct problem *problem)
{
    struct card_attest attest = {.has_request = true};
    enum vsc_err err = run_find_next(run, attest.key, problem);

    if (err == VSC_OK)
        err = digest_of(run->state.request, attest.request);
    return err == VSC_OK ? ask(run, &attest, ret_bundle, problem) : err;
}

static void name_of(const struct run *run, char to[NAME_SIZE])
{
    (void)snprintf(to, NAME_SIZE, "%s.attestation", run->profile->name);
}

/* The folder is known by its descriptor. */
static enum vsc_err path_of(const struct run *run, const char *name, char to[PATH_MAX])
{
    char link[64], folder[PATH_MAX];
    ssize_t len;
    int put;

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", run->errand->folder);
    len = readlink(link, folder, sizeof folder - 1);
    if (len <= 0)
        return VSC_SYSTEM;
    folder[len] = '\0';
    put = snprintf(to, PATH_MAX, "%s/%s", folder, name);
    return put > 0 && put < PATH_MAX ? VSC_OK : VSC_SYSTEM;
}

enum vsc_err attestation_put(struct run *run, char ret_path[PATH_MAX], struct problem *problem)
{
    auto_attested struct card_attested bundle = {.bundle = {0}};
    char name[NAME_SIZE];
    enum vsc_err err;

    ret_path[0] = '\0';
    if (!run->profile->attestation)
        return VSC_OK;
    name_of(run, name);
    err = attestation_make(run, &bundle, problem);
    if (err != VSC_OK)
        return err;
    err = io_write_at(run->errand->folder, name, bundle.bundle.data, bundle.bundle.len, 0600);
    if (err == VSC_OK)
        err = path_of(run, name, ret_path);
    return err == VSC_OK ? VSC_OK : problem_set(problem, err, "%s: cannot be written", name);
}

void attestation_drop(struct run *run)
{
    char name[NAME_SIZE];

    if (!run->profile->attestation)
        return;
    name_of(run, name);
    (void)unlinkat(run->errand->folder, name, 0);
}
