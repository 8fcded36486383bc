/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/crl_scope.h"

#include <openssl/err.h>

#include "certcheck/openssl_own.h"

#define REASON_BITS 9

/* ---- names ----------------------------------------------------------------------------------- */

static bool has_directory_name(const GENERAL_NAMES *names, const X509_NAME *wanted)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if (name->type == GEN_DIRNAME && X509_NAME_cmp(name->d.directoryName, wanted) == 0)
            return true;
    }
    return false;
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

static const X509_NAME *first_directory_name(const GENERAL_NAMES *names)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        if (sk_GENERAL_NAME_value(names, i)->type == GEN_DIRNAME)
            return sk_GENERAL_NAME_value(names, i)->d.directoryName;
    return NULL;
}

/* The names of a point as general names; a relative one is put below `base` (4.2.1.13). */
static GENERAL_NAMES *names_of(DIST_POINT_NAME *point, const X509_NAME *base)
{
    GENERAL_NAMES *names;
    GENERAL_NAME *name;

    if (point->type == 0)
        return sk_GENERAL_NAME_deep_copy(point->name.fullname, GENERAL_NAME_dup, GENERAL_NAME_free);
    if (base == NULL || DIST_POINT_set_dpname(point, base) != 1 || point->dpname == NULL)
        return NULL;
    names = GENERAL_NAMES_new();
    name = GENERAL_NAME_new();
    if (names == NULL || name == NULL || sk_GENERAL_NAME_push(names, name) <= 0) {
        GENERAL_NAMES_free(names);
        GENERAL_NAME_free(name);
        return NULL;
    }
    GENERAL_NAME_set0_value(name, GEN_DIRNAME, X509_NAME_dup(point->dpname));
    return names;
}

/* ---- reasons --------------------------------------------------------------------------------- */

static unsigned flags_of(const ASN1_BIT_STRING *reasons)
{
    unsigned flags = 0;

    for (int bit = 1; bit < REASON_BITS; bit++)
        if (ASN1_BIT_STRING_get_bit(reasons, bit) != 0)
            flags |= 1U << bit;
    return flags;
}

/* 6.3.3 (d): (1) both limit them, (2) the list does, (3) the point does, (4) none does. */
static unsigned interim_reasons(const DIST_POINT *point, const ISSUING_DIST_POINT *scope)
{
    unsigned reasons = CRL_REASONS_ALL;

    if (scope != NULL && scope->onlysomereasons != NULL)
        reasons &= flags_of(scope->onlysomereasons);
    if (point != NULL && point->reasons != NULL)
        reasons &= flags_of(point->reasons);
    return reasons;
}

/* ---- 6.3.3 (b) ------------------------------------------------------------------------------- */

/* (b) (1); a cRLIssuer that is the certificate's own issuer says nothing new. */
static bool issuer_fits(const struct crl_asked *asked, const DIST_POINT *point,
                        const X509_NAME *crl_issuer, const ISSUING_DIST_POINT *scope)
{
    bool is_own = X509_NAME_cmp(crl_issuer, X509_get_issuer_name(asked->cert)) == 0;

    if (point == NULL || point->CRLissuer == NULL)
        return is_own;
    if (!has_directory_name(point->CRLissuer, crl_issuer))
        return false;
    return is_own || (scope != NULL && scope->indirectCRL != 0);
}

/* (b) (2) (i) */
static bool names_fit(const struct crl_asked *asked, DIST_POINT *point, const X509_NAME *crl_issuer,
                      ISSUING_DIST_POINT *scope)
{
    const X509_NAME *issuer = X509_get_issuer_name(asked->cert), *base = issuer;
    auto_by(GENERAL_NAMES_free) GENERAL_NAMES *theirs = NULL;
    auto_by(GENERAL_NAMES_free) GENERAL_NAMES *ours = NULL;

    if (scope == NULL || scope->distpoint == NULL)
        return true;
    theirs = names_of(scope->distpoint, crl_issuer);
    if (point == NULL)
        return has_directory_name(theirs, issuer);
    if (point->distpoint == NULL)
        return share_a_name(point->CRLissuer, theirs);
    if (point->CRLissuer != NULL)
        base = first_directory_name(point->CRLissuer);
    ours = names_of(point->distpoint, base);
    return share_a_name(ours, theirs);
}

/* (b) (2) (ii), (iii), (iv) */
static bool kind_fits(X509 *cert, const ISSUING_DIST_POINT *scope)
{
    bool is_ca = (X509_get_extension_flags(cert) & EXFLAG_CA) != 0;

    if (scope == NULL)
        return true;
    if (scope->onlyuser != 0 && is_ca)
        return false;
    if (scope->onlyCA != 0 && !is_ca)
        return false;
    return scope->onlyattr == 0;
}

/* What the list answers for under one point; NULL is the one that is supposed. */
static unsigned reasons_at(const struct crl_asked *asked, DIST_POINT *point,
                           const X509_NAME *crl_issuer, ISSUING_DIST_POINT *scope)
{
    if (!issuer_fits(asked, point, crl_issuer, scope))
        return 0;
    if (!names_fit(asked, point, crl_issuer, scope))
        return 0;
    if (!kind_fits(asked->cert, scope))
        return 0;
    return interim_reasons(point, scope);
}

unsigned crl_scope_reasons(const struct crl_asked *asked, const X509_NAME *crl_issuer,
                           ISSUING_DIST_POINT *scope)
{
    unsigned reasons = reasons_at(asked, NULL, crl_issuer, scope);

    for (int i = 0; i < sk_DIST_POINT_num(asked->points); i++)
        reasons |= reasons_at(asked, sk_DIST_POINT_value(asked->points, i), crl_issuer, scope);
    ERR_clear_error();
    return reasons;
}

bool crl_scope_names_issuer(const struct crl_asked *asked, const X509_NAME *crl_issuer)
{
    for (int i = 0; i < sk_DIST_POINT_num(asked->points); i++)
        if (has_directory_name(sk_DIST_POINT_value(asked->points, i)->CRLissuer, crl_issuer))
            return true;
    return false;
}

bool crl_scope_is_for(const struct crl_asked *asked, const X509_NAME *crl_issuer)
{
    return X509_NAME_cmp(crl_issuer, X509_get_issuer_name(asked->cert)) == 0 ||
           crl_scope_names_issuer(asked, crl_issuer);
}

const char *crl_scope_flaw(const ISSUING_DIST_POINT *scope)
{
    if (scope->onlyattr != 0)
        return "it is for attribute certificates";
    if ((scope->onlyuser != 0) + (scope->onlyCA != 0) > 1)
        return "its distribution point cannot be read";
    return NULL;
}
