/* SPDX-License-Identifier: BSD-2-Clause */
/* What an EST server's answers mean. */
#include <stdio.h>
#include <string.h>

#include "certcheck/openssl_own.h"
#include "common/text.h"
#include "enroll/est/answer.h"
#include "enroll/est/est_parts.h"

#define TYPE_CERTS "application/pkcs7-mime"
#define COOKIE     "est" /* the request itself is what is handed in again */

enum vsc_err est_refuse(struct est_work *work, const char *code, bool stays,
                        struct problem *problem, const char *why)
{
    struct run *run = work->run;

    (void)snprintf(run->code, sizeof run->code, "%s", code);
    run->keep = stays && run->state.phase == STATE_PENDING;
    return problem_set(problem, VSC_DENIED, "%s: %s", code, why);
}

/* The first line of a text. */
static void take_words(const struct est_response *response, struct helper_answer *answer)
{
    char raw[sizeof answer->words];
    size_t len = response->body.len < sizeof raw - 1 ? response->body.len : sizeof raw - 1;

    (void)snprintf(answer->words, sizeof answer->words, "HTTP status %ld", response->status);
    if (!est_is_type(response, "text/plain") || len == 0)
        return;
    memcpy(raw, response->body.data, len);
    raw[len] = '\0';
    raw[strcspn(raw, "\r\n")] = '\0';
    text_clean(answer->words, sizeof answer->words, raw);
}

/* The issuers that the server knows, as far as it tells them: they make a chain, and no trust. */
static void read_cacerts(struct est_work *work, STACK_OF(X509) * issuers)
{
    auto_response struct est_response response = {.status = 0};
    struct run *run = work->run;

    if (est_say(work, "cacerts", NULL, &response, NULL) == VSC_OK && response.status == 200 &&
        est_is_type(&response, TYPE_CERTS) &&
        est_certs_read(response.body.data, response.body.len, issuers) == VSC_OK)
        return;
    run->code[0] = '\0';
    run->keep = false;
}

static enum vsc_err take_certificate(struct est_work *work, const struct est_response *response,
                                     struct helper_answer *answer, struct problem *problem)
{
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    auto_by(x509_stack_free) STACK_OF(X509) *issuers = sk_X509_new_null();
    enum vsc_err err = certs != NULL && issuers != NULL ? VSC_OK : VSC_MEMORY;

    if (err == VSC_OK && est_is_type(response, TYPE_CERTS))
        err = est_certs_read(response->body.data, response->body.len, certs);
    else if (err == VSC_OK)
        err = VSC_CERT;
    if (err == VSC_CERT)
        return est_refuse(work, "malformed-certificate", false, problem,
                          "the answer is no PKCS #7 message with certificates");
    if (err != VSC_OK)
        return err;
    read_cacerts(work, issuers);
    answer->result = HELPER_ISSUED;
    return est_chain(certs, issuers, work->run->state.next, &answer->answer);
}

static enum vsc_err wait(const struct est_response *response, struct helper_answer *answer)
{
    int64_t delay = response->retry_after < 0 ? EST_DELAY_DEFAULT : response->retry_after;

    answer->delay = delay < 1 ? 1 : delay > EST_DELAY_MAX ? EST_DELAY_MAX : delay;
    answer->cookie = strdup(COOKIE);
    answer->result = HELPER_WAIT;
    return answer->cookie != NULL ? VSC_OK : VSC_MEMORY;
}

enum vsc_err est_meaning(struct est_work *work, const struct est_response *response,
                         struct helper_answer *answer, struct problem *problem)
{
    enum vsc_err err;

    take_words(response, answer);
    switch (response->status) {
    case 200:
        return take_certificate(work, response, answer, problem);
    case 202:
        return wait(response, answer);
    case 401:
        err = est_refuse(work, "wrong-password", true, problem, "the server refuses it");
        work->run->keep = true; /* a typing error costs no key */
        return err;
    case 404:
    case 405:
        answer->result = HELPER_UNCONFIGURED;
        return VSC_OK;
    default:
        answer->result = response->status >= 400 && response->status < 500 ? HELPER_REJECTED
                                                                           : HELPER_UNREACHABLE;
        return VSC_OK;
    }
}
