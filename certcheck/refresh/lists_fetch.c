/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/lists_fetch.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"
#include "certcheck/refresh/fetch.h"
#include "certcheck/refresh/lists.h"
#include "certcheck/refresh/sources.h"
#include "certcheck/source.h"

DEFINE_AUTO(struct crl_index, crl_index_free)

/* One point being fetched, and the best that came of it. */
struct point {
    struct refresh *refresh;
    struct plan *plan;
    X509 *cert; /* borrowed */
    const struct want *want;
    const char *address; /* at hand */
    bool met;            /* the list is there, fresh or unchanged */
    enum report_result result;
    int64_t until;
    struct source_note note; /* of the list that met it */
    struct problem why;      /* of the address at hand */
    struct problem all;      /* of all addresses */
};

static void remember_why(struct point *point)
{
    const struct problem before = point->all;

    if (*point->why.text != '\0')
        (void)problem_set(&point->all, VSC_INPUT, "%s%s%s", before.text,
                          *before.text != '\0' ? "; " : "", point->why.text);
    point->why = (struct problem){""};
}

/* The list that is in the cache now meets the point; what it says of deltas is wanted too. */
static enum vsc_err meet(struct point *point, enum report_result result, const char *name)
{
    auto_by(crl_index_free) struct crl_index *index =
        list_in_cache(point->refresh, CACHE_CRLS, name);

    if (index == NULL)
        return problem_set(&point->why, VSC_SYSTEM, "%s: cannot be read again", name);
    point->met = true;
    point->result = result;
    point->until = list_until(index->head);
    (void)snprintf(point->note.index, sizeof(point->note.index), "%s", name);
    memcpy(point->note.sha256, index->sha256, sizeof(index->sha256));
    if (point->want->kind != WANT_CRL)
        return VSC_OK;
    return plan_add_deltas(point->plan, point->cert, index->head);
}

static bool asks_at(const struct want *want, const GENERAL_NAME *name)
{
    int type = 0;
    const ASN1_IA5STRING *text = GENERAL_NAME_get0_value(name, &type);
    size_t len = type == GEN_URI ? (size_t)ASN1_STRING_length(text) : 0;

    for (size_t i = 0; len > 0 && i < want->count; i++)
        if (strlen(want->addresses[i]) == len &&
            memcmp(want->addresses[i], ASN1_STRING_get0_data(text), len) == 0)
            return true;
    return false;
}

/* RFC 5280 6.3.3 (b) (2) (i): a list for a part of the certificates names the point's address. Of a
 * point with addresses that are not spoken the same is asked at sign-in only. */
static bool is_of_the_point(const struct want *want, const X509_CRL *crl)
{
    auto_by(ISSUING_DIST_POINT_free) ISSUING_DIST_POINT *scope =
        X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, NULL, NULL);
    const GENERAL_NAMES *names;

    ERR_clear_error();
    if (scope == NULL || scope->distpoint == NULL || scope->distpoint->type != 0 ||
        want->flaw != NULL)
        return true;
    names = scope->distpoint->name.fullname;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        if (asks_at(want, sk_GENERAL_NAME_value(names, i)))
            return true;
    return false;
}

/* One list of an answer. One that is no good leaves its reason. */
static enum vsc_err take_list(void *arg, const char *file, const unsigned char *der, size_t len)
{
    struct point *point = arg;
    const struct list_offer offer = {.der = der,
                                     .len = len,
                                     .signer = point->want->signer,
                                     .form = point->want->kind == WANT_DELTA ? LIST_DELTA
                                                                             : LIST_COMPLETE};
    auto_list struct list list = {.raw = NULL};
    char name[CACHE_NAME_SIZE];
    enum list_fate fate = LIST_OLDER;
    enum vsc_err err;

    (void)file;
    if (point->met)
        return VSC_OK;
    err = der != NULL ? list_verify(point->refresh, &offer, &list, &point->why)
                      : problem_set(&point->why, VSC_INPUT, "no revocation list");
    if (list.raw != NULL && !is_of_the_point(point->want, list.raw->head))
        err = problem_set(&point->why, VSC_INPUT, "the list is for other certificates");
    if (err == VSC_OK)
        err = list_keep(point->refresh, &list, name, &fate, &point->why);
    /* One huge list does not keep the others out. */
    if (err == VSC_MEMORY)
        err = problem_set(&point->why, VSC_INPUT, "too large for the memory that there is");
    if (err == VSC_INPUT || err == VSC_CERT)
        return VSC_OK;
    if (err != VSC_OK)
        return err;
    if (fate != LIST_OLDER)
        return meet(point, fate == LIST_STORED ? REPORT_STORED : REPORT_UNCHANGED, name);
    point->result = REPORT_KEPT;
    (void)problem_set(&point->why, VSC_INPUT, "older than the one in the cache");
    return VSC_OK;
}

static enum vsc_err take_answer(struct point *point, const struct fetched *fetched)
{
    enum vsc_err err = VSC_OK;

    for (size_t i = 0; err == VSC_OK && i < fetched->values.count; i++) {
        const struct buf *value = &fetched->values.items[i];

        if (source_is_foreign(value))
            (void)problem_set(&point->why, VSC_INPUT, "no revocation list");
        else
            err = source_split(value, "", SOURCE_CRLS, take_list, point);
    }
    if (err != VSC_OK || !point->met)
        return err;
    point->note.version = fetched->version;
    source_remember(point->refresh, point->address, &point->note);
    return VSC_OK;
}

static enum vsc_err ask(struct point *point)
{
    auto_fetched struct fetched fetched = {.not_modified = false};
    struct source_note known;
    int64_t until = 0;
    /* A list that is over is asked for whatever the server thinks of it. */
    bool is_known = source_recall(point->refresh, point->address, &known, &until) &&
                    until >= point->refresh->now;
    enum vsc_err err = fetch(&point->refresh->network, point->want->kind, point->address,
                             is_known ? &known.version : NULL, &fetched, &point->why);

    if (err == VSC_INPUT)
        return VSC_OK;
    if (err != VSC_OK)
        return err;
    if (fetched.not_modified)
        return meet(point, REPORT_UNCHANGED, known.index);
    err = take_answer(point, &fetched);
    if (err == VSC_OK && !point->met) {
        const struct problem why = point->why;

        (void)problem_set(&point->why, VSC_INPUT, "%s: %s", point->address, why.text);
    }
    return err;
}

static void tell(const struct point *point)
{
    const struct want *want = point->want;
    auto_free char *subject = facts_name(want->signer);
    const bool is_stale = point->met && point->until < point->refresh->now;

    report_tell(point->refresh->report, &(struct report_line){
                                            .result = is_stale ? REPORT_STALE : point->result,
                                            .kind = want_kind_word(want->kind),
                                            .source = point->address != NULL ? point->address : "",
                                            .subject = subject != NULL ? subject : "",
                                            .text = point->met ? "" : point->all.text,
                                            .until = point->until,
                                        });
}

static enum vsc_err fetch_point(struct refresh *refresh, struct plan *plan, size_t number)
{
    struct want *want = &plan->items[number];
    struct point point = {.refresh = refresh,
                          .plan = plan,
                          .cert = want->cert,
                          .want = want,
                          .result = REPORT_FAILED};
    enum vsc_err err = VSC_OK;

    if (want->flaw != NULL)
        (void)problem_set(&point.all, VSC_INPUT, "%s", want->flaw);
    for (size_t i = 0; err == VSC_OK && !point.met && i < want->count; i++) {
        point.address = want->addresses[i];
        err = ask(&point);
        remember_why(&point);
    }
    if (err == VSC_OK)
        tell(&point);
    return err;
}

enum vsc_err lists_fetch(struct refresh *refresh, struct plan *plan)
{
    enum vsc_err err = VSC_OK;

    for (size_t i = 0; err == VSC_OK && i < plan->count; i++)
        err = fetch_point(refresh, plan, i);
    return err;
}
