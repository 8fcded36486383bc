/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 5280 6.3.3 over all lists at hand. */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "certcheck/chain_path.h"
#include "certcheck/crl_scope.h"
#include "certcheck/crl_weigh.h"
#include "certcheck/openssl_own.h"
#include "certcheck/revocation.h"
#include "certcheck/revocation_words.h"

#define SIGNERS_MAX 16 /* certificates of one name that are tried for a list */

struct asking {
    const struct revocation_question *question;
    struct crl_asked asked;
    X509 *issuer;          /* of the certificate */
    unsigned tries;        /* signers that may still be tried for the list at hand */
    struct weighed *lists; /* owned */
    size_t count;
    const char *flaw; /* why a list is no use */
};

/* The reasons that are covered, by lists of each age. */
struct coverage {
    unsigned reasons[ANSWER_GOOD + 1]; /* by an answer at least so good */
    int64_t next[ANSWER_GOOD + 1];
};

static bool fits_key_id(const X509_CRL *head, const X509 *signer)
{
    int critical = -1;
    auto_by(AUTHORITY_KEYID_free) AUTHORITY_KEYID *id =
        X509_CRL_get_ext_d2i(head, NID_authority_key_identifier, &critical, NULL);

    ERR_clear_error();
    if (id == NULL)
        return critical == -1;
    return X509_check_akid(signer, id) == X509_V_OK;
}

/* The list, if `signer` signed it: by name, key identifier, key usage and signature. */
static const struct crl_index *verify(struct asking *asking, struct crl_at_hand *list, X509 *signer)
{
    const struct crl_index *index;
    enum vsc_err err;

    if (X509_NAME_cmp(crl_issuer(list), X509_get_subject_name(signer)) != 0)
        return NULL;
    if (!fits_key_id(crl_head(list), signer)) {
        asking->flaw = "it names another key";
        return NULL;
    }
    if ((X509_get_key_usage(signer) & KU_CRL_SIGN) == 0) {
        asking->flaw = "its issuer may not sign lists";
        return NULL;
    }
    if (asking->tries == 0)
        return NULL;
    asking->tries--;
    err = crl_verified_by(list, signer, &index);
    if (err == VSC_OK)
        return index;
    asking->flaw =
        err == VSC_INPUT ? "an entry in it cannot be read" : "its signature does not verify";
    return NULL;
}

/* Somebody else than the issuer itself: a further key of it, or whom the certificate names. */
static const struct crl_index *verify_by_another(struct asking *asking, struct crl_at_hand *list)
{
    const struct chain_pool *pool = asking->question->pool;
    STACK_OF(X509) *const places[] = {pool->anchors, pool->intermediates, pool->extra};
    bool is_named = crl_scope_names_issuer(&asking->asked, crl_issuer(list));

    for (size_t place = 0; place < sizeof(places) / sizeof(places[0]); place++) {
        for (int i = 0; i < sk_X509_num(places[place]); i++) {
            X509 *signer = sk_X509_value(places[place], i);
            const struct crl_index *index = verify(asking, list, signer);

            if (index == NULL)
                continue;
            if ((is_named || revocation_is_further_key(asking->question, signer)) &&
                revocation_signer_may_speak(asking->question, signer))
                return index;
            asking->flaw = "its signer does not speak for this certificate";
        }
    }
    return NULL;
}

/* RFC 5280 5.2.3: "MUST include this extension", "non-critical". One without any is of old. */
static const char *carelessness_of(const X509_CRL *head)
{
    int at = X509_CRL_get_ext_by_NID(head, NID_crl_number, -1);

    if (X509_CRL_get_ext_count(head) <= 0)
        return NULL;
    if (at < 0)
        return "it has no number";
    if (X509_EXTENSION_get_critical(X509_CRL_get_ext(head, at)) != 0)
        return "its number is critical";
    return NULL;
}

static void add_list(struct asking *asking, struct crl_at_hand *list)
{
    struct weighed *weighed = &asking->lists[asking->count];
    const struct revocation_question *question = asking->question;
    const struct crl_index *index;
    const char *flaw;
    bool by_issuer;

    if (!crl_scope_is_for(&asking->asked, crl_issuer(list)))
        return;
    asking->tries = SIGNERS_MAX;
    index = verify(asking, list, asking->issuer);
    by_issuer = index != NULL;
    if (index == NULL)
        index = verify_by_another(asking, list);
    if (index == NULL)
        return;
    flaw = weigh(index, asking->asked.cert, question->rules->at, weighed);
    if (flaw != NULL) {
        asking->flaw = flaw;
        weighed_done(weighed);
        return;
    }
    if (weighed->flaw == NULL && path_is_plain(question->rules))
        weighed->flaw = carelessness_of(index->head);
    weighed->by_issuer = by_issuer;
    weighed->named = crl_scope_names_issuer(&asking->asked, crl_issuer(list));
    asking->count++;
}

/* What a list that does not name the certificate covers. */
static void cover(const struct asking *asking, struct weighed *list, struct coverage *coverage)
{
    const struct chain_rules *rules = asking->question->rules;
    unsigned reasons =
        crl_scope_reasons(&asking->asked, X509_CRL_get_issuer(list->index->head), list->scope);
    enum revocation_status status = words_of_age(list->next, rules->at, rules->max_stale);

    for (int i = ANSWER_TOO_OLD; i <= (int)status && reasons != 0; i++) {
        coverage->reasons[i] |= reasons;
        if (coverage->next[i] == 0 || list->next < coverage->next[i])
            coverage->next[i] = list->next;
    }
}

/* A further key of the CA is heard only where the key that signed the certificate is silent. */
static void cover_all(struct asking *asking, struct coverage *coverage)
{
    for (int further = 0; further < 2 && coverage->reasons[ANSWER_TOO_OLD] == 0; further++) {
        for (size_t i = 0; i < asking->count; i++) {
            struct weighed *list = &asking->lists[i];

            if (weighed_is_whole(list) && !list->superseded &&
                (further != 0 || list->by_issuer || list->named))
                cover(asking, list, coverage);
        }
    }
}

static void conclude(struct asking *asking, struct revocation_answer *answer)
{
    struct coverage coverage = {{0}, {0}};

    for (size_t i = 0; i < asking->count; i++) {
        const struct weighed *list = &asking->lists[i];

        if (list->flaw != NULL)
            asking->flaw = list->flaw;
        if (!weighed_revokes(list))
            continue;
        answer->status = ANSWER_REVOKED;
        words_revoked(answer->detail, sizeof(answer->detail), list->entry.since,
                      list->entry.reason);
        return;
    }
    cover_all(asking, &coverage);
    for (int status = ANSWER_TOO_OLD; status <= ANSWER_GOOD; status++) {
        if (coverage.reasons[status] != CRL_REASONS_ALL)
            break;
        answer->status = (enum revocation_status)status;
        answer->next_update = coverage.next[status];
    }
    if (answer->status != ANSWER_NONE)
        return;
    if (asking->flaw == NULL && asking->count > 0)
        asking->flaw = "it is for other certificates or reasons";
    if (asking->flaw == NULL && asking->question->pool->crls->broken > 0)
        asking->flaw = "it cannot be read";
    if (asking->flaw != NULL)
        (void)snprintf(answer->detail, sizeof(answer->detail), "a list is no use, %s",
                       asking->flaw);
}

void revocation_ask_lists(const struct revocation_question *question,
                          struct revocation_answer *ret_answer)
{
    X509 *cert = question->path->certs[question->at];
    auto_by(CRL_DIST_POINTS_free) CRL_DIST_POINTS *points =
        X509_get_ext_d2i(cert, NID_crl_distribution_points, NULL, NULL);
    struct crls *crls = question->pool->crls;
    auto_free struct weighed *lists = calloc(crls->count + 1, sizeof(*lists));
    struct asking asking = {
        .question = question,
        .asked = {cert, points},
        .issuer = question->path->certs[question->at + 1],
        .lists = lists,
    };
    struct revocation_answer answer = {.status = ANSWER_NONE};

    for (size_t i = 0; lists != NULL && i < crls->count; i++)
        add_list(&asking, &crls->items[i]);
    weigh_together(lists, asking.count, question->rules->at, question->rules->max_stale);
    conclude(&asking, &answer);
    for (size_t i = 0; i < asking.count; i++)
        weighed_done(&lists[i]);
    ERR_clear_error();
    *ret_answer = answer;
}
