/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/est/est.h"

#include <curl/curl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "certcheck/certs.h"
#include "certcheck/openssl_own.h"
#include "common/own.h"
#include "enroll/est/answer.h"
#include "enroll/est/csrattrs.h"
#include "enroll/est/est_parts.h"
#include "enroll/est/url.h"
#include "enroll/tls_anchors.h"

DEFINE_AUTO(X509_REQ, X509_REQ_free)

static void work_done(struct est_work *work)
{
    est_shown_done(&work->shown);
    secret_done(&work->password);
    buf_done(&work->anchors);
}

/* The PEM of a request as one line of base64, and its key. */
static enum vsc_err read_request(const char *pem, char **ret_body, X509_REQ **ret_request)
{
    auto_by(BIO_free_all) BIO *bio = BIO_new_mem_buf(pem, -1);
    auto_by(X509_REQ_free) X509_REQ *request =
        bio != NULL ? PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL) : NULL;
    auto_by(openssl_free) unsigned char *der = NULL;
    auto_free char *body = NULL;
    int len = request != NULL ? i2d_X509_REQ(request, &der) : -1;

    if (len <= 0)
        return VSC_STORE;
    body = malloc((size_t)len / 3 * 4 + 8);
    if (body == NULL)
        return VSC_MEMORY;
    (void)EVP_EncodeBlock((unsigned char *)body, der, len);
    *ret_body = take(body);
    *ret_request = take(request);
    return VSC_OK;
}

enum vsc_err est_say(struct est_work *work, const char *operation, const char *body,
                     struct est_response *ret_response, struct problem *problem)
{
    char url[EST_URL_SIZE];
    struct problem why = {""};
    struct est_request request = {
        .url = url,
        .body = body,
        .anchors = &work->anchors,
        .user = work->user,
        .password = body != NULL && work->password.len > 0 ? &work->password : NULL,
        .client = body != NULL && work->shown.client.key != NULL ? &work->shown.client : NULL,
        .deadline = work->deadline,
    };
    enum vsc_err err = est_url(work->run->profile->url, operation, url);

    if (err == VSC_OK)
        err = est_exchange(&request, ret_response, &why);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s", why.text);
    if (work->shown.signer.err != VSC_OK)
        return problem_set(problem, work->shown.signer.err, "the card does not sign for TLS");
    switch (ret_response->fault) {
    case EST_ANSWERED:
        break;
    case EST_UNREACHABLE:
        return problem_set(problem, VSC_HELPER, "the CA cannot be reached: %s", why.text);
    case EST_UNTRUSTED:
        return est_refuse(work, "untrusted-server", true, problem, why.text);
    case EST_SLOW:
        return est_refuse(work, "server-too-slow", true, problem, why.text);
    case EST_TOO_LARGE:
        return est_refuse(work, "answer-too-large", true, problem, why.text);
    }
    if (ret_response->status >= 300 && ret_response->status < 400)
        return est_refuse(work, "redirected", true, problem,
                          "the server leads elsewhere, where nobody goes");
    return VSC_OK;
}

/* Would the request do? A server that says nothing of it, or not to strangers, is asked anyway. */
static enum vsc_err check_wishes(struct est_work *work, X509_REQ *request, struct problem *problem)
{
    auto_response struct est_response response = {.status = 0};
    struct est_wishes wishes = {.key_count = 0};
    const char *unmet;
    enum vsc_err err = est_say(work, "csrattrs", NULL, &response, problem);

    if (err != VSC_OK || response.status != 200 || response.body.len == 0)
        return err;
    err = est_is_type(&response, "application/csrattrs")
              ? est_csrattrs_read(response.body.data, response.body.len, &wishes)
              : VSC_CERT;
    if (err == VSC_CERT)
        return est_refuse(work, "malformed-answer", false, problem, "csrattrs cannot be read");
    if (err != VSC_OK)
        return err;
    unmet = est_wishes_unmet(&wishes, X509_REQ_get0_pubkey(request));
    return unmet == NULL ? VSC_OK : est_refuse(work, "csrattrs-unmet", false, problem, unmet);
}

static enum vsc_err ask_password(struct est_work *work, struct problem *problem)
{
    struct errand *errand = work->run->errand;
    const struct profile *profile = work->run->profile;
    char label[PROFILE_UPN_SIZE + EST_URL_SIZE + 32];
    enum vsc_err err = VSC_OK;

    if (errand->careful && !profile->prompt && errand->password_from == ASK_TERMINAL)
        return problem_set(
            problem, VSC_INPUT,
            "the server asks for a password, and a pulse for none: vsc-enroll renew");
    /* The desktop has a dialog for the PIN only. */
    if (errand->quiet || (errand->asker != NULL && errand->asker != &asker_terminal))
        return problem_set(problem, VSC_DENIED, "the server asks for a password: vsc-enroll renew");
    (void)snprintf(label, sizeof label, "Password of %s for %s", work->user, profile->url);
    /* On standard input the first line is the PIN, always: it must never be taken for a password.
     */
    if (errand->pin_from == ASK_STDIN && errand->password_from == ASK_STDIN)
        err = errand_pin(errand, work->run->card, problem);
    if (err == VSC_OK)
        err = ask_secret(errand->password_from, label, &work->password, problem);
    if (err == VSC_OK &&
        (work->password.len == 0 || memchr(work->password.bytes, '\0', work->password.len) != NULL))
        err = problem_set(problem, VSC_INPUT, "no password");
    return err;
}

/* By the certificate that the card has, if it has one. */
static enum vsc_err hand_in(struct est_work *work, const char *body,
                            struct est_response *ret_response, struct problem *problem)
{
    return est_say(work, work->shown.client.key != NULL ? "simplereenroll" : "simpleenroll", body,
                   ret_response, problem);
}

static enum vsc_err enroll(struct est_work *work, const char *body, struct helper_answer *answer,
                           struct problem *problem)
{
    auto_response struct est_response first = {.status = 0};
    auto_response struct est_response second = {.status = 0};
    enum vsc_err err = hand_in(work, body, &first, problem);

    if (err != VSC_OK || first.status != 401)
        return err == VSC_OK ? est_meaning(work, &first, answer, problem) : err;
    err = ask_password(work, problem);
    work->deadline = deadline_in(EST_SECONDS * 1000); /* and here */
    if (err == VSC_OK)
        err = hand_in(work, body, &second, problem);
    return err == VSC_OK ? est_meaning(work, &second, answer, problem) : err;
}

enum vsc_err est_ask(struct run *run, const struct helper_question *question,
                     struct helper_answer *ret_answer, struct problem *problem)
{
    __attribute__((cleanup(work_done))) struct est_work work = {
        .run = run, .deadline = deadline_in(EST_SECONDS * 1000)};
    auto_by(X509_REQ_free) X509_REQ *request = NULL;
    auto_free char *body = NULL;
    enum vsc_err err = VSC_OK;

    *ret_answer = (struct helper_answer){.result = HELPER_BROKEN};
    buf_init(&ret_answer->answer, ANSWER_MAX);
    buf_init(&work.anchors, TLS_ANCHORS_MAX);
    (void)snprintf(work.user, sizeof work.user, "%s", run->errand->person.name);
    (void)unsetenv("SSLKEYLOGFILE"); /* libcurl would write the keys of the connection there */
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return VSC_SYSTEM;
    err = tls_anchors_load(run->profile, &work.anchors, problem);
    if (err == VSC_OK)
        err = read_request(question->request, &body, &request);
    if (err == VSC_OK && run->state.phase == STATE_REQUESTED)
        err = check_wishes(&work, request, problem);
    if (err == VSC_OK)
        err = est_shown_open(run, &work.shown, problem);
    work.deadline = deadline_in(EST_SECONDS * 1000); /* a person types for as long as it takes */
    if (err == VSC_OK)
        err = enroll(&work, body, ret_answer, problem);
    curl_global_cleanup();
    return err;
}
