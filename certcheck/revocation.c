/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/revocation.h"

#include "certcheck/ocsp_answer.h"
#include "certcheck/openssl_own.h"
#include "common/buf.h"

static bool read_answer(const struct cache *cache, const X509 *cert, struct buf *ret_der)
{
    char name[CACHE_NAME_SIZE];
    auto_fd int folder = -1;

    return cache_open_part(cache, CACHE_OCSP, &folder) == VSC_OK &&
           cache_name_of_cert(cert, name) == VSC_OK &&
           cache_read_file(cache, folder, name, OCSP_ANSWER_MAX, ret_der) == VSC_OK;
}

/* RFC 6960 4.2.2.2.1: what the lists say about a responder that does not say "do not ask". */
static bool responder_is_revoked(const struct revocation_question *question, X509 *responder)
{
    struct revocation_question about = *question;
    struct chain_path path = {.anchored = true};
    struct revocation_answer answer;

    path.certs[path.len++] = responder;
    for (unsigned i = question->at + 1; i < question->path->len; i++)
        path.certs[path.len++] = question->path->certs[i];
    about.path = &path;
    about.at = 0;
    revocation_ask_lists(&about, &answer);
    return answer.status == ANSWER_REVOKED;
}

static void ask_ocsp(const struct revocation_question *question,
                     struct revocation_answer *ret_answer)
{
    const struct chain_rules *rules = question->rules;
    const struct ocsp_question about = {
        .cert = question->path->certs[question->at],
        .issuer = question->path->certs[question->at + 1],
        .at = rules->at,
        .max_stale = rules->max_stale,
        .min_rsa_bits = rules->min_rsa_bits,
    };
    auto_by(X509_free) X509 *responder = NULL;
    auto_buf struct buf der;

    *ret_answer = (struct revocation_answer){.status = ANSWER_NONE};
    buf_init(&der, 0);
    if (question->pool->cache == NULL || !read_answer(question->pool->cache, about.cert, &der))
        return;
    ocsp_answer_check(&about, der.data, der.len, ret_answer, &responder);
    if (responder != NULL && responder_is_revoked(question, responder))
        *ret_answer = (struct revocation_answer){
            .status = ANSWER_NONE, .detail = "the OCSP answer is no use, its signer is revoked"};
}

void revocation_ask(const struct revocation_question *question,
                    struct revocation_answer *ret_answer)
{
    struct revocation_answer by_ocsp, by_lists;

    ask_ocsp(question, &by_ocsp);
    by_ocsp.by_ocsp = true;
    revocation_ask_lists(question, &by_lists);
    if (by_ocsp.status > by_lists.status ||
        (by_lists.status == ANSWER_NONE && *by_lists.detail == '\0'))
        *ret_answer = by_ocsp;
    else
        *ret_answer = by_lists;
}
