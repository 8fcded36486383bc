/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/cert_glance.h"

#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "common/own.h"

DEFINE_AUTO(X509, X509_free)
DEFINE_AUTO(GENERAL_NAMES, GENERAL_NAMES_free)

static bool end_of(const X509 *cert, int64_t *ret_seconds)
{
    struct tm tm = {0};
    int64_t seconds;

    if (ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm) != 1)
        return false;
    seconds = timegm(&tm);
    if (seconds > WATCH_TIME_MAX)
        return false;
    *ret_seconds = seconds > 0 ? seconds : 0;
    return true;
}

/* The UPN that a name is; NULL for any other, and for what is no UTF-8 string. */
static const ASN1_STRING *upn_of(const GENERAL_NAME *name)
{
    if (name->type != GEN_OTHERNAME || OBJ_obj2nid(name->d.otherName->type_id) != NID_ms_upn ||
        name->d.otherName->value == NULL || name->d.otherName->value->type != V_ASN1_UTF8STRING)
        return NULL;
    return name->d.otherName->value->value.utf8string;
}

/* "" where the text cannot be shown as it is. */
static void copy_upn(const ASN1_STRING *string, char upn[WATCH_UPN_SIZE])
{
    int len = ASN1_STRING_length(string);

    if (len <= 0 || len >= WATCH_UPN_SIZE)
        return;
    memcpy(upn, ASN1_STRING_get0_data(string), (size_t)len);
    upn[len] = '\0';
    if (strlen(upn) != (size_t)len || !text_is_printable(upn))
        upn[0] = '\0';
}

static void find_upn(const X509 *cert, char upn[WATCH_UPN_SIZE])
{
    auto_by(GENERAL_NAMES_free) GENERAL_NAMES *names =
        X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    const ASN1_STRING *only = NULL;

    upn[0] = '\0';
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const ASN1_STRING *found = upn_of(sk_GENERAL_NAME_value(names, i));

        if (found != NULL && only != NULL)
            return; /* which one is not for us to say */
        if (found != NULL)
            only = found;
    }
    if (only != NULL)
        copy_upn(only, upn);
}

bool cert_glance(const struct der *der, struct watch_cert *cert)
{
    const unsigned char *next = der->data;
    auto_by(X509_free) X509 *parsed = NULL;

    if (der->len > CERT_MAX)
        return false;
    parsed = d2i_X509(NULL, &next, (long)der->len);
    if (parsed == NULL || next != der->data + der->len || !end_of(parsed, &cert->not_after))
        return false;
    find_upn(parsed, cert->upn);
    return true;
}
