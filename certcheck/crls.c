/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/crls.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>

#include "certcheck/openssl_own.h"
#include "certcheck/strength.h"
#include "certcheck/strict_der.h"

struct loading {
    struct crls *crls;
    struct problem *problem;
};

static enum vsc_err add(void *arg, const char *file, const unsigned char *der, size_t len)
{
    const struct loading *loading = arg;
    struct crls *crls = loading->crls;
    auto_by(X509_CRL_free) X509_CRL *crl = NULL;
    const unsigned char *next = der;
    X509_CRL **more;

    if (der != NULL && strict_der_is(der, len))
        crl = d2i_X509_CRL(NULL, &next, (long)len);
    ERR_clear_error();
    if (crl == NULL || next != der + len) {
        crls->broken++;
        return VSC_OK;
    }
    if (crls->count == CRLS_MAX)
        return problem_set(loading->problem, VSC_INPUT, "%s: more than %d revocation lists", file,
                           CRLS_MAX);
    more = reallocarray(crls->items, crls->count + 1, sizeof(crls->items[0]));
    if (more == NULL)
        return VSC_MEMORY;
    crls->items = more;
    crls->items[crls->count++] = take(crl);
    return VSC_OK;
}

enum vsc_err crls_add(struct crls *crls, const unsigned char *der, size_t len)
{
    struct loading loading = {.crls = crls};

    return add(&loading, "bytes", der, len);
}

enum vsc_err crls_load(struct crls *crls, const struct source *source, struct problem *problem)
{
    struct loading loading = {.crls = crls, .problem = problem};

    return source_read(source, SOURCE_CRLS, add, &loading, problem);
}

void crls_done(struct crls *crls)
{
    for (size_t i = 0; i < crls->count; i++)
        X509_CRL_free(crls->items[i]);
    free(crls->items);
    *crls = (struct crls){0};
}

/* What one list is good for. */
struct weighed {
    bool counts;      /* it is the issuer's */
    bool whole;       /* its silence means something */
    bool delta;       /* it adds to another list */
    bool partial;     /* sound, but its silence means nothing: a delta, or of another scope */
    int64_t updated;  /* thisUpdate */
    int64_t next;     /* nextUpdate */
    const char *flaw; /* why it does not count, or is not whole */
};

static bool read_time(const ASN1_TIME *time, int64_t *ret_seconds)
{
    struct tm tm;

    if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
        return false;
    *ret_seconds = timegm(&tm);
    return true;
}

DEFINE_AUTO(ASN1_INTEGER, ASN1_INTEGER_free)

static bool has_sound_number(const X509_CRL *crl)
{
    int critical = -1;
    auto_by(ASN1_INTEGER_free) ASN1_INTEGER *number =
        X509_CRL_get_ext_d2i(crl, NID_crl_number, &critical, NULL);

    return number != NULL || critical == -1;
}

/* Only what is known may be critical, and what is known is DER. */
static const char *extension_flaw(const X509_CRL *crl)
{
    for (int i = 0; i < X509_CRL_get_ext_count(crl); i++) {
        X509_EXTENSION *extension = X509_CRL_get_ext(crl, i);
        const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        bool is_known = nid == NID_crl_number || nid == NID_authority_key_identifier ||
                        nid == NID_delta_crl || nid == NID_issuing_distribution_point;

        if (X509_EXTENSION_get_critical(extension) && !is_known)
            return "something critical in it is not known";
        if (is_known &&
            !strict_der_is(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)))
            return "an extension in it cannot be read";
    }
    return has_sound_number(crl) ? NULL : "its number cannot be read";
}

static bool share_a_name(const GENERAL_NAMES *ours, const GENERAL_NAMES *theirs)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(ours); i++)
        for (int k = 0; k < sk_GENERAL_NAME_num(theirs); k++)
            if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(ours, i),
                                 sk_GENERAL_NAME_value(theirs, k)) == 0)
                return true;
    return false;
}

/* RFC 5280 6.3.3 (b) (2) (i): does the certificate name the list's distribution point? */
static bool names_point(const X509 *cert, const DIST_POINT_NAME *point)
{
    auto_by(CRL_DIST_POINTS_free) CRL_DIST_POINTS *points =
        X509_get_ext_d2i(cert, NID_crl_distribution_points, NULL, NULL);

    for (int i = 0; point->type == 0 && i < sk_DIST_POINT_num(points); i++) {
        const DIST_POINT *own = sk_DIST_POINT_value(points, i);

        if (own->distpoint != NULL && own->distpoint->type == 0 && own->CRLissuer == NULL &&
            share_a_name(own->distpoint->name.fullname, point->name.fullname))
            return true;
    }
    return false;
}

/* Whether the list's entries may be read as the issuer's own; what its silence is worth. */
static bool weigh_scope(const X509_CRL *crl, X509 *cert, struct weighed *weighed)
{
    bool is_ca = (X509_get_extension_flags(cert) & EXFLAG_CA) != 0;
    int critical = -1;
    auto_by(ISSUING_DIST_POINT_free) ISSUING_DIST_POINT *point =
        X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, NULL);

    if (point == NULL && critical != -1)
        weighed->flaw = "its distribution point cannot be read";
    else if (point != NULL && (point->indirectCRL != 0 || point->onlyattr != 0))
        weighed->flaw = "it is for other certificates";
    if (weighed->flaw != NULL)
        return false;
    weighed->delta = X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0;
    if (weighed->delta)
        weighed->flaw = "it is a delta list";
    else if (point != NULL && (is_ca ? point->onlyuser : point->onlyCA) != 0)
        weighed->flaw = "it is for other certificates";
    else if (point != NULL && point->onlysomereasons != NULL)
        weighed->flaw = "it is for some reasons only";
    else if (point != NULL && point->distpoint != NULL && !names_point(cert, point->distpoint))
        weighed->flaw = "it is for a part of the certificates";
    weighed->partial = weighed->flaw != NULL;
    return true;
}

/* An entry that is not understood makes the silence about others worthless (RFC 5280 5.3). */
static bool has_strange_entry(X509_CRL *crl)
{
    STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(crl);

    for (int i = 0; i < sk_X509_REVOKED_num(entries); i++) {
        const X509_REVOKED *entry = sk_X509_REVOKED_value(entries, i);

        if (X509_REVOKED_get_ext_by_critical(entry, 1, -1) >= 0)
            return true;
    }
    return false;
}

static bool fits_key_id(const X509_CRL *crl, const X509 *issuer)
{
    int critical = -1;
    auto_by(AUTHORITY_KEYID_free) AUTHORITY_KEYID *id =
        X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, &critical, NULL);

    if (id == NULL)
        return critical == -1;
    return X509_check_akid(issuer, id) == X509_V_OK;
}

static struct weighed weigh(X509_CRL *crl, X509 *cert, X509 *issuer, int64_t at)
{
    struct weighed weighed = {0};
    EVP_PKEY *key = X509_get0_pubkey(issuer);

    if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer)) != 0)
        return weighed;
    if (!fits_key_id(crl, issuer)) {
        weighed.flaw = "it names another key";
        return weighed;
    }
    if ((X509_get_key_usage(issuer) & KU_CRL_SIGN) == 0) {
        weighed.flaw = "its issuer may not sign lists";
        return weighed;
    }
    weighed.flaw = extension_flaw(crl);
    if (weighed.flaw != NULL || !weigh_scope(crl, cert, &weighed))
        return weighed;
    if (key == NULL || X509_CRL_verify(crl, key) != 1) {
        weighed.flaw = "its signature does not verify";
        weighed.partial = false;
        return weighed;
    }
    weighed.counts = true;
    if (!read_time(X509_CRL_get0_lastUpdate(crl), &weighed.updated) || weighed.updated > at)
        weighed.flaw = "it is from the future";
    else if (!read_time(X509_CRL_get0_nextUpdate(crl), &weighed.next))
        weighed.flaw = "it does not say until when it holds";
    else if (!strength_crl_signature_is_enough(crl))
        weighed.flaw = "its signature is too weak";
    else if (has_strange_entry(crl))
        weighed.flaw = "something critical in an entry is not known";
    weighed.whole = weighed.flaw == NULL;
    return weighed;
}

/* RFC 5280 5.3.1. */
static const char *reason_word(const ASN1_ENUMERATED *reason)
{
    static const char *const words[] = {
        "unspecified", "key compromise",         "CA compromise",    "affiliation changed",
        "superseded",  "cessation of operation", "certificate hold", "unspecified",
        "removed",     "privilege withdrawn",    "AA compromise"};
    long number = ASN1_ENUMERATED_get(reason);

    return number >= 0 && number < (long)(sizeof(words) / sizeof(words[0])) ? words[number]
                                                                            : words[0];
}

static bool revokes(X509_CRL *crl, bool delta, X509 *cert, struct crl_answer *answer)
{
    X509_REVOKED *entry = NULL;
    int64_t when = 0;
    struct tm tm;
    time_t seconds;
    ASN1_ENUMERATED *reason;

    /* 2 is removeFromCRL, which only a delta list may say; elsewhere it is held to be revoked. */
    int found = X509_CRL_get0_by_serial(crl, &entry, X509_get0_serialNumber(cert));

    if (found == 0 || entry == NULL || (found == 2 && delta))
        return false;
    answer->status = CRL_REVOKED;
    (void)read_time(X509_REVOKED_get0_revocationDate(entry), &when);
    seconds = (time_t)when;
    reason = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
    if (gmtime_r(&seconds, &tm) != NULL)
        (void)snprintf(answer->detail, sizeof(answer->detail), "since %04d-%02d-%02d%s%s",
                       tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, reason != NULL ? ", " : "",
                       reason != NULL ? reason_word(reason) : "");
    ASN1_ENUMERATED_free(reason);
    return true;
}

/* Of whole lists the current before the stale, then the newer. */
static bool is_better(const struct weighed *a, const struct weighed *b, int64_t at)
{
    bool a_current = a->next >= at, b_current = b->next >= at;

    return a_current != b_current ? a_current : a->updated > b->updated;
}

static void conclude(const struct weighed *best, int64_t at, unsigned max_stale,
                     struct crl_answer *answer)
{
    answer->next_update = best->next;
    if (best->next >= at)
        answer->status = CRL_GOOD;
    else if (best->next + (int64_t)max_stale >= at)
        answer->status = CRL_GOOD_STALE;
    else
        answer->status = CRL_TOO_OLD;
}

void crls_ask(const struct crls *crls, X509 *cert, X509 *issuer, int64_t at, unsigned max_stale,
              struct crl_answer *ret_answer)
{
    auto_free struct weighed *weighed = calloc(crls->count + 1, sizeof(*weighed));
    const struct weighed *best = NULL;
    struct crl_answer answer = {.status = CRL_UNKNOWN};
    const char *flaw = crls->broken > 0 ? "a list at hand cannot be read" : NULL;

    for (size_t i = 0; weighed != NULL && i < crls->count; i++) {
        weighed[i] = weigh(crls->items[i], cert, issuer, at);
        flaw = weighed[i].flaw != NULL ? weighed[i].flaw : flaw;
        if (weighed[i].whole && (best == NULL || is_better(&weighed[i], best, at)))
            best = &weighed[i];
    }
    for (size_t i = 0; weighed != NULL && i < crls->count; i++) {
        bool is_older = best != NULL && weighed[i].updated < best->updated &&
                        (weighed[i].whole || weighed[i].partial);

        if (weighed[i].counts && !is_older &&
            revokes(crls->items[i], weighed[i].delta, cert, &answer))
            break;
    }
    if (answer.status != CRL_REVOKED && best != NULL)
        conclude(best, at, max_stale, &answer);
    if (answer.status == CRL_UNKNOWN && flaw != NULL)
        (void)snprintf(answer.detail, sizeof(answer.detail), "a list is no use, %s", flaw);
    ERR_clear_error();
    *ret_answer = answer;
}
