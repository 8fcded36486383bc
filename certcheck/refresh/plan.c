/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/plan.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "certcheck/openssl_own.h"
#include "certcheck/refresh/url.h"

#define POINTS_MAX 32 /* of one certificate */

DEFINE_AUTO(AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free)

static const char *const kind_words[] = {
    [WANT_CRL] = "crl", [WANT_DELTA] = "delta", [WANT_ISSUER] = "issuer", [WANT_OCSP] = "ocsp"};

const char *want_kind_word(enum want_kind kind)
{
    return kind_words[kind];
}

static void want_done(struct want *want)
{
    X509_free(want->cert);
    X509_NAME_free(want->signer);
    for (size_t i = 0; i < want->count; i++)
        free(want->addresses[i]);
    free(want->flaw);
    *want = (struct want){.kind = WANT_CRL};
}
#define auto_want __attribute__((cleanup(want_done)))

void plan_done(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        want_done(&plan->items[i]);
    free(plan->items);
    *plan = (struct plan){0};
}

static bool is_same(const struct want *a, const struct want *b)
{
    if (a->kind != b->kind || a->count != b->count ||
        X509_NAME_cmp(X509_get_issuer_name(a->cert), X509_get_issuer_name(b->cert)) != 0)
        return false;
    if (a->kind == WANT_OCSP && X509_cmp(a->cert, b->cert) != 0)
        return false;
    if (a->signer != NULL && b->signer != NULL && X509_NAME_cmp(a->signer, b->signer) != 0)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->addresses[i], b->addresses[i]) != 0)
            return false;
    return a->count > 0;
}

/* Takes what `want` owns, unless it stands in the plan already. */
static enum vsc_err add(struct plan *plan, struct want *want)
{
    if (want->count == 0 && want->flaw == NULL)
        return VSC_OK;
    for (size_t i = 0; i < plan->count; i++)
        if (is_same(&plan->items[i], want))
            return VSC_OK;
    if (plan->count == PLAN_MAX) {
        plan->left_out++;
        return VSC_OK;
    }
    if (plan->items == NULL)
        plan->items = calloc(PLAN_MAX, sizeof(plan->items[0]));
    if (plan->items == NULL)
        return VSC_MEMORY;
    plan->items[plan->count++] = *want;
    *want = (struct want){.kind = WANT_CRL};
    return VSC_OK;
}

static enum vsc_err start(struct want *want, enum want_kind kind, X509 *cert)
{
    if (X509_up_ref(cert) != 1)
        return VSC_MEMORY;
    *want = (struct want){.kind = kind, .cert = cert};
    return VSC_OK;
}

/* One address more; one that is not spoken leaves its reason. Names of other kinds are passed over.
 */
static enum vsc_err add_address(struct want *want, const GENERAL_NAME *name)
{
    struct problem problem = {""};
    struct url url;
    int type = 0;
    const ASN1_IA5STRING *text = GENERAL_NAME_get0_value(name, &type);
    enum vsc_err err;

    if (type != GEN_URI || want->count == ADDRESSES_MAX)
        return VSC_OK;
    err = url_parse((const char *)ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text),
                    &url, &problem);
    if (err == VSC_OK) {
        want->addresses[want->count] = strdup(url.text);
        return want->addresses[want->count++] != NULL ? VSC_OK : VSC_MEMORY;
    }
    if (want->flaw == NULL)
        want->flaw = strdup(problem.text);
    return want->flaw != NULL ? VSC_OK : VSC_MEMORY;
}

/* The list of an indirect point is issued by another (RFC 5280 4.2.1.13). */
static const X509_NAME *signer_of(const DIST_POINT *point, const X509 *cert)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(point->CRLissuer); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(point->CRLissuer, i);

        if (name->type == GEN_DIRNAME)
            return name->d.directoryName;
    }
    return X509_get_issuer_name(cert);
}

static enum vsc_err add_point(struct plan *plan, enum want_kind kind, X509 *cert,
                              const DIST_POINT *point)
{
    auto_want struct want want = {.kind = kind};
    const GENERAL_NAMES *names;
    enum vsc_err err;

    /* A name relative to the issuer's is no address. */
    if (point->distpoint == NULL || point->distpoint->type != 0)
        return VSC_OK;
    err = start(&want, kind, cert);
    if (err != VSC_OK)
        return err;
    want.signer = X509_NAME_dup(signer_of(point, cert));
    if (want.signer == NULL)
        return VSC_MEMORY;
    names = point->distpoint->name.fullname;
    for (int i = 0; err == VSC_OK && i < sk_GENERAL_NAME_num(names); i++)
        err = add_address(&want, sk_GENERAL_NAME_value(names, i));
    return err == VSC_OK ? add(plan, &want) : err;
}

static enum vsc_err add_points(struct plan *plan, enum want_kind kind, X509 *cert,
                               const CRL_DIST_POINTS *points)
{
    enum vsc_err err = VSC_OK;

    ERR_clear_error();
    for (int i = 0; err == VSC_OK && i < sk_DIST_POINT_num(points) && i < POINTS_MAX; i++)
        err = add_point(plan, kind, cert, sk_DIST_POINT_value(points, i));
    return err;
}

enum vsc_err plan_add_lists(struct plan *plan, X509 *cert)
{
    auto_by(CRL_DIST_POINTS_free) CRL_DIST_POINTS *complete =
        X509_get_ext_d2i(cert, NID_crl_distribution_points, NULL, NULL);
    auto_by(CRL_DIST_POINTS_free) CRL_DIST_POINTS *freshest =
        X509_get_ext_d2i(cert, NID_freshest_crl, NULL, NULL);
    enum vsc_err err = add_points(plan, WANT_CRL, cert, complete);

    return err == VSC_OK ? add_points(plan, WANT_DELTA, cert, freshest) : err;
}

enum vsc_err plan_add_deltas(struct plan *plan, X509 *cert, const X509_CRL *crl)
{
    auto_by(CRL_DIST_POINTS_free) CRL_DIST_POINTS *freshest =
        X509_CRL_get_ext_d2i(crl, NID_freshest_crl, NULL, NULL);

    return add_points(plan, WANT_DELTA, cert, freshest);
}

static enum vsc_err add_access(struct plan *plan, enum want_kind kind, int method, X509 *cert)
{
    auto_by(AUTHORITY_INFO_ACCESS_free) AUTHORITY_INFO_ACCESS *access =
        X509_get_ext_d2i(cert, NID_info_access, NULL, NULL);
    auto_want struct want want = {.kind = kind};
    enum vsc_err err = start(&want, kind, cert);

    ERR_clear_error();
    for (int i = 0; err == VSC_OK && i < sk_ACCESS_DESCRIPTION_num(access); i++) {
        const ACCESS_DESCRIPTION *item = sk_ACCESS_DESCRIPTION_value(access, i);

        if (OBJ_obj2nid(item->method) == method)
            err = add_address(&want, item->location);
    }
    return err == VSC_OK ? add(plan, &want) : err;
}

enum vsc_err plan_add_issuer(struct plan *plan, X509 *cert)
{
    return add_access(plan, WANT_ISSUER, NID_ad_ca_issuers, cert);
}

enum vsc_err plan_add_ocsp(struct plan *plan, X509 *cert)
{
    return add_access(plan, WANT_OCSP, NID_ad_OCSP, cert);
}
