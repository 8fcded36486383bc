/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/crl_weigh.h"

#include <string.h>

#include <openssl/err.h>

#include "certcheck/crl_scope.h"
#include "certcheck/openssl_own.h"
#include "certcheck/revocation_words.h"
#include "certcheck/strength.h"
#include "certcheck/strict_der.h"

void weighed_done(struct weighed *weighed)
{
    ISSUING_DIST_POINT_free(weighed->scope);
    ASN1_INTEGER_free(weighed->number);
    ASN1_INTEGER_free(weighed->base);
}

static bool is_known(int nid)
{
    return nid == NID_crl_number || nid == NID_authority_key_identifier || nid == NID_delta_crl ||
           nid == NID_issuing_distribution_point || nid == NID_freshest_crl;
}

/* RFC 5280 5.2: a list with something critical that is not known must not be used. What is known is
 * DER. */
static const char *extensions_flaw(const X509_CRL *head)
{
    for (int i = 0; i < X509_CRL_get_ext_count(head); i++) {
        X509_EXTENSION *extension = X509_CRL_get_ext(head, i);
        const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
        bool known = is_known(OBJ_obj2nid(X509_EXTENSION_get_object(extension)));

        if (X509_EXTENSION_get_critical(extension) && !known)
            return "something critical in it is not known";
        if (known &&
            !strict_der_is(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)))
            return "an extension in it cannot be read";
    }
    return NULL;
}

/* Decode an extension; false for one that stands there and cannot be read, or stands there twice.
 */
static bool read_extension(const X509_CRL *head, int nid, void **ret_value)
{
    int critical = -1;

    *ret_value = X509_CRL_get_ext_d2i(head, nid, &critical, NULL);
    return *ret_value != NULL || critical == -1;
}

static const char *read_extensions(const X509_CRL *head, struct weighed *weighed)
{
    void *scope, *number, *base;
    bool has_scope = read_extension(head, NID_issuing_distribution_point, &scope);
    bool has_number = read_extension(head, NID_crl_number, &number);
    bool has_base = read_extension(head, NID_delta_crl, &base);

    weighed->scope = scope;
    weighed->number = number;
    weighed->base = base;
    if (!has_scope)
        return "its distribution point cannot be read";
    if (!has_number || !has_base)
        return "its number cannot be read";
    return weighed->scope != NULL ? crl_scope_flaw(weighed->scope) : NULL;
}

/* Why nothing can be concluded from its silence. What it names is revoked all the same. */
static const char *silence_flaw(const struct crl_index *index, int64_t at, struct weighed *weighed)
{
    const X509_CRL *head = index->head;
    bool has_updated = words_read_time(X509_CRL_get0_lastUpdate(head), &weighed->updated);
    bool has_next = words_read_time(X509_CRL_get0_nextUpdate(head), &weighed->next);

    if (!has_updated || weighed->updated > at)
        return "it is from the future";
    if (!has_next)
        return "it does not say until when it holds";
    if (!strength_crl_signature_is_enough(head))
        return "its signature is too weak";
    if (index->strange)
        return "something critical in an entry is not known";
    return NULL;
}

const char *weigh_head(const X509_CRL *head)
{
    struct weighed weighed = {.index = NULL};
    const char *flaw = extensions_flaw(head);

    if (flaw == NULL)
        flaw = read_extensions(head, &weighed);
    weighed_done(&weighed);
    ERR_clear_error();
    return flaw;
}

const char *weigh(const struct crl_index *index, X509 *cert, int64_t at, struct weighed *weighed)
{
    const char *flaw = extensions_flaw(index->head);
    enum vsc_err found;

    *weighed = (struct weighed){.index = index};
    if (flaw == NULL)
        flaw = read_extensions(index->head, weighed);
    ERR_clear_error();
    if (flaw != NULL)
        return flaw;
    weighed->flaw = silence_flaw(index, at, weighed);
    found = crl_index_find(index, X509_get0_serialNumber(cert), X509_get_issuer_name(cert),
                           &weighed->entry);
    if (found != VSC_OK && found != VSC_NO_KEY)
        return "its index is damaged";
    weighed->has_entry = found == VSC_OK;
    return NULL;
}

bool weighed_is_whole(const struct weighed *weighed)
{
    return weighed->flaw == NULL && weighed->base == NULL;
}

/* removeFromCRL is for deltas; in a complete list it is held to be revoked. */
bool weighed_revokes(const struct weighed *weighed)
{
    if (!weighed->has_entry || weighed->superseded)
        return false;
    return weighed->base == NULL || weighed->entry.reason != CRL_ENTRY_REMOVED;
}

/* ---- beside the others ----------------------------------------------------------------------- */

static const ASN1_OCTET_STRING *scope_der(const struct weighed *weighed)
{
    const X509_CRL *head = weighed->index->head;
    int at = X509_CRL_get_ext_by_NID(head, NID_issuing_distribution_point, -1);

    return at >= 0 ? X509_EXTENSION_get_data(X509_CRL_get_ext(head, at)) : NULL;
}

/* (c) (1), (2), (3): issuer, issuingDistributionPoint, and key. */
static bool is_same_scope(const struct weighed *a, const struct weighed *b)
{
    const ASN1_OCTET_STRING *ours = scope_der(a), *theirs = scope_der(b);

    if (X509_NAME_cmp(X509_CRL_get_issuer(a->index->head), X509_CRL_get_issuer(b->index->head)) !=
        0)
        return false;
    if ((ours == NULL) != (theirs == NULL) ||
        (ours != NULL && ASN1_OCTET_STRING_cmp(ours, theirs) != 0))
        return false;
    return memcmp(a->index->key, b->index->key, sizeof(a->index->key)) == 0;
}

/* 5.2.4: the base is not newer than the complete list, which is older than the delta. */
static bool delta_fits(const struct weighed *complete, const struct weighed *delta)
{
    if (complete->number == NULL || delta->number == NULL)
        return false;
    if (ASN1_INTEGER_cmp(delta->base, complete->number) > 0)
        return false;
    return ASN1_INTEGER_cmp(complete->number, delta->number) < 0;
}

/* (i), (j), (k): the delta speaks first. */
static void add_delta(struct weighed *complete, const struct weighed *delta)
{
    if (delta->has_entry) {
        complete->has_entry = delta->entry.reason != CRL_ENTRY_REMOVED;
        complete->entry = delta->entry;
    }
    if (delta->updated > complete->updated)
        complete->updated = delta->updated;
    if (delta->next > complete->next)
        complete->next = delta->next;
}

/* The newest delta that may be used with a complete list. */
static const struct weighed *find_delta(const struct weighed *lists, size_t count,
                                        const struct weighed *complete, int64_t at,
                                        unsigned max_stale)
{
    const struct weighed *best = NULL;

    for (size_t i = 0; i < count; i++) {
        const struct weighed *delta = &lists[i];

        if (delta->base == NULL || delta->flaw != NULL || !is_same_scope(complete, delta) ||
            !delta_fits(complete, delta) ||
            words_of_age(delta->next, at, max_stale) == ANSWER_TOO_OLD)
            continue;
        if (best == NULL || ASN1_INTEGER_cmp(delta->number, best->number) > 0)
            best = delta;
    }
    return best;
}

/* The current before the stale, then the newer. */
static bool is_better(const struct weighed *a, const struct weighed *b, int64_t at)
{
    bool a_current = a->next >= at, b_current = b->next >= at;

    return a_current != b_current ? a_current : a->updated > b->updated;
}

static const struct weighed *find_best(const struct weighed *lists, size_t count,
                                       const struct weighed *of, int64_t at)
{
    const struct weighed *best = NULL;

    for (size_t i = 0; i < count; i++)
        if (weighed_is_whole(&lists[i]) && is_same_scope(&lists[i], of) &&
            (best == NULL || is_better(&lists[i], best, at)))
            best = &lists[i];
    return best;
}

void weigh_together(struct weighed *lists, size_t count, int64_t at, unsigned max_stale)
{
    for (size_t i = 0; i < count; i++) {
        const struct weighed *delta = NULL;

        if (weighed_is_whole(&lists[i]))
            delta = find_delta(lists, count, &lists[i], at, max_stale);
        if (delta != NULL)
            add_delta(&lists[i], delta);
    }
    for (size_t i = 0; i < count; i++) {
        const struct weighed *best = find_best(lists, count, &lists[i], at);

        lists[i].superseded = best != NULL && best != &lists[i] && lists[i].flaw == NULL &&
                              lists[i].updated < best->updated;
    }
}
