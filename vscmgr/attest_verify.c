/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr attest at the verifier: judge a bundle, and make a challenge for its TPM. */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "card/attest/credential.h"
#include "card/attest/encoding.h"
#include "card/attest/verify.h"
#include "card/tpm/policy.h"
#include "certcheck/certs.h"
#include "certcheck/openssl_own.h"
#include "common/hex.h"
#include "common/own.h"
#include "vscmgr/attest.h"

DEFINE_AUTO(struct bundle, bundle_free)
DEFINE_AUTO(X509_REQ, X509_REQ_free)

static enum vsc_err load_bundle(const char *path, struct bundle **ret_bundle,
                                struct problem *problem)
{
    auto_buf struct buf content;
    enum vsc_err err;

    buf_init(&content, BUNDLE_MAX);
    err = attest_read_file(path, BUNDLE_MAX, &content, problem);
    if (err != VSC_OK)
        return err;
    err = bundle_read(content.data, content.len, ret_bundle, problem);
    /* What can be read and is no bundle is refused. */
    return err == VSC_INPUT ? VSC_DENIED : err;
}

static enum vsc_err load_roots(const char *path, STACK_OF(X509) * *ret_roots,
                               struct problem *problem)
{
    auto_by(x509_stack_free) STACK_OF(X509) *roots = sk_X509_new_null();
    const struct source source = {.path = path, .named = true};
    enum vsc_err err;

    if (roots == NULL)
        return VSC_MEMORY;
    err = certs_load(&source, roots, problem);
    if (err == VSC_OK && sk_X509_num(roots) == 0)
        err = problem_set(problem, VSC_INPUT, "%s: no certificate in it", path);
    if (err == VSC_OK)
        *ret_roots = take(roots);
    return err;
}

static enum vsc_err get_ak(const char *text, TPM2B_NAME *ret_name, struct problem *problem)
{
    size_t len = 0;

    if (!hex_read(text, strlen(text), sizeof ret_name->name, ret_name->name, &len))
        return problem_set(problem, VSC_USAGE, "--ak: the hexadecimal digits of a Name");
    ret_name->size = (UINT16)len;
    return VSC_OK;
}

/* What the options ask for; its roots and request are the caller's to free. */
static enum vsc_err get_expected(const struct attest_options *options,
                                 struct attest_expected *expected, struct problem *problem)
{
    enum vsc_err err = VSC_OK;

    if (options->ek_roots == NULL && options->ak == NULL)
        return problem_set(problem, VSC_USAGE,
                           "--ek-roots is missing: whose endorsement certificates are trusted?");
    if (options->ak != NULL) {
        err = get_ak(options->ak, &expected->ak, problem);
        expected->has_ak = err == VSC_OK;
    }
    if (err == VSC_OK && options->nonce != NULL) {
        err = attest_read_nonce(options->nonce, expected->nonce, &expected->nonce_len, problem);
        expected->asks_nonce = true;
    }
    if (err == VSC_OK && options->ek_roots != NULL)
        err = load_roots(options->ek_roots, &expected->roots, problem);
    if (err == VSC_OK && options->csr != NULL)
        err = attest_read_csr(options->csr, &expected->csr, problem);
    return err;
}

static const char *result_word(enum attest_result result)
{
    switch (result) {
    case ATTEST_FAIL:
        return "fail";
    case ATTEST_PASS:
        return "pass";
    case ATTEST_OPEN:
        break;
    }
    return "open";
}

static void print_text(const struct bundle *bundle, const struct attest_verdict *verdict)
{
    (void)printf("card %s (%s)\n", bundle->card, bundle->name);
    for (size_t i = 0; i < verdict->count; i++) {
        const struct attest_line *line = &verdict->lines[i];

        (void)printf("%s  %s%s%s: %s\n", result_word(line->result), attest_check_name(line->check),
                     line->key[0] != '\0' ? " " : "", line->key, line->text);
    }
    if (!verdict->accepted)
        (void)puts("refused");
    else
        (void)puts(verdict->ak_proven ? "accepted" : "accepted, if the AK is in this TPM");
}

static bool print_json(const struct bundle *bundle, const struct attest_verdict *verdict,
                       const char *fault)
{
    TPM2B_NAME name;
    struct json json;

    json_init(&json, stdout);
    json_open_object(&json, NULL);
    json_bool(&json, "accepted", verdict->accepted);
    json_bool(&json, "ak_proven", verdict->ak_proven);
    if (bundle != NULL && name_of_public(&bundle->ak.publicArea, &name) == VSC_OK)
        json_hex(&json, "ak", name.name, name.size);
    if (bundle != NULL) {
        json_string(&json, "card", bundle->card);
        json_foreign(&json, "name", bundle->name);
    }
    json_open_array(&json, "checks");
    for (size_t i = 0; i < verdict->count; i++) {
        const struct attest_line *line = &verdict->lines[i];

        json_open_object(&json, NULL);
        json_string(&json, "check", attest_check_name(line->check));
        json_string(&json, "key", line->key[0] != '\0' ? line->key : NULL);
        json_string(&json, "result", result_word(line->result));
        json_string(&json, "text", line->text);
        json_close_object(&json);
    }
    if (fault != NULL) {
        json_open_object(&json, NULL);
        json_string(&json, "check", "bundle");
        json_string(&json, "key", NULL);
        json_string(&json, "result", "fail");
        json_foreign(&json, "text", fault);
        json_close_object(&json);
    }
    json_close_array(&json);
    json_close_object(&json);
    return json_end(&json);
}

static enum vsc_err refused(const struct attest_verdict *verdict, struct problem *problem)
{
    for (size_t i = 0; i < verdict->count; i++) {
        const struct attest_line *line = &verdict->lines[i];

        if (line->result == ATTEST_FAIL)
            return problem_set(problem, VSC_DENIED, "the bundle is refused: %s%s%s: %s",
                               attest_check_name(line->check), line->key[0] != '\0' ? " " : "",
                               line->key, line->text);
    }
    return problem_set(problem, VSC_DENIED, "the bundle is refused");
}

/* Read and judge; `keyless`: whether or not a key is in it. *ret_bundle is the caller's to free,
 * also after VSC_DENIED. */
static enum vsc_err judge(const struct attest_options *options, const char *path, bool keyless,
                          struct bundle **ret_bundle, struct attest_verdict *verdict,
                          struct problem *problem)
{
    struct attest_expected expected = {.keyless = keyless};
    auto_by(x509_stack_free) STACK_OF(X509) *roots = NULL;
    auto_by(X509_REQ_free) X509_REQ *csr = NULL;
    enum vsc_err err;

    err = get_expected(options, &expected, problem);
    roots = expected.roots;
    csr = expected.csr;
    if (err == VSC_OK)
        err = load_bundle(path, ret_bundle, problem);
    if (err != VSC_OK)
        return err;
    attest_verify(*ret_bundle, &expected, verdict);
    return verdict->accepted ? VSC_OK : refused(verdict, problem);
}

enum vsc_err attest_command_verify(const struct request *request,
                                   const struct attest_options *options)
{
    auto_by(bundle_free) struct bundle *bundle = NULL;
    struct attest_verdict verdict = {0};
    enum vsc_err err;

    err = judge(options, options->verify, false, &bundle, &verdict, request->problem);
    if (err != VSC_OK && err != VSC_DENIED)
        return err;
    if (options->json) {
        if (!print_json(bundle, &verdict, bundle == NULL ? request->problem->text : NULL))
            return problem_set(request->problem, VSC_SYSTEM, "standard output cannot be written");
        return err;
    }
    if (bundle != NULL)
        print_text(bundle, &verdict);
    if (err == VSC_OK && !verdict.ak_proven)
        (void)fputs("vscmgr: warning: the bundle alone does not show that its AK is in this TPM: "
                    "send a challenge (--challenge), then verify with --ak\n",
                    stderr);
    return err;
}

static enum vsc_err make_challenge(const struct attest_options *options,
                                   const struct bundle *bundle, struct problem *problem)
{
    auto_secret struct secret secret = {0};
    auto_buf struct buf file;
    struct credential credential;
    TPM2B_NAME name;
    struct json json;
    enum vsc_err err;

    buf_init(&file, CREDENTIAL_FILE_MAX);
    err = name_of_public(&bundle->ak.publicArea, &name);
    if (err == VSC_OK)
        err = credential_make(&bundle->ek, &name, &credential, &secret);
    if (err != VSC_OK)
        return problem_set(problem, err, "the challenge cannot be made");
    credential_encode(&file, &credential);
    err = buf_status(&file);
    if (err == VSC_OK)
        err = attest_write_secret(options->secret_out, &secret, problem);
    if (err == VSC_OK)
        err = attest_write_file(options->out, file.data, file.len, 0644, problem);
    if (err != VSC_OK)
        return err;
    json_init(&json, stdout);
    if (!options->json) {
        for (UINT16 i = 0; i < name.size; i++)
            (void)printf("%02x", name.name[i]);
        (void)putchar('\n');
        return VSC_OK;
    }
    json_open_object(&json, NULL);
    json_hex(&json, "ak", name.name, name.size);
    json_close_object(&json);
    return json_end(&json) ? VSC_OK : VSC_SYSTEM;
}

enum vsc_err attest_command_challenge(const struct request *request,
                                      const struct attest_options *options)
{
    auto_by(bundle_free) struct bundle *bundle = NULL;
    struct attest_verdict verdict = {0};
    enum vsc_err err;

    if (options->out == NULL || options->secret_out == NULL || options->ek_roots == NULL)
        return problem_set(request->problem, VSC_USAGE,
                           "--challenge wants --ek-roots, --out and --secret-out");
    err = judge(options, options->challenge, true, &bundle, &verdict, request->problem);
    return err == VSC_OK ? make_challenge(options, bundle, request->problem) : err;
}
