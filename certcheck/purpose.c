/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/purpose.h"

#include <string.h>

#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"
#include "common/text.h"

#define OID_SMARTCARD_LOGON "1.3.6.1.4.1.311.20.2.2"
#define OID_CLIENT_AUTH     "1.3.6.1.5.5.7.3.2"
#define OID_ANY_USAGE       "2.5.29.37.0"

/* NULL where nothing is asked. */
static const char *wanted_usage(enum conf_purpose purpose)
{
    switch (purpose) {
    case PURPOSE_SMARTCARD_LOGON:
        return OID_SMARTCARD_LOGON;
    case PURPOSE_CLIENT_AUTH:
        return OID_CLIENT_AUTH;
    case PURPOSE_ANY:
        break;
    }
    return NULL;
}

void purpose_check(const struct facts *facts, enum conf_purpose purpose, struct verdict *verdict)
{
    const char *wanted = wanted_usage(purpose);

    if (wanted == NULL)
        return;
    verdict_passed(verdict, CHECK_EKU);
    verdict_passed(verdict, CHECK_KEY_USAGE);
    verdict_passed(verdict, CHECK_END_ENTITY);
    if (!facts_list_has(&facts->eku, wanted))
        verdict_refuse(verdict, REASON_MISSING_EKU, 0, "%s is not there", wanted);
    if (facts->has_key_usage && (facts->key_usage & KU_DIGITAL_SIGNATURE) == 0)
        verdict_refuse(verdict, REASON_BAD_KEY_USAGE, 0, "digitalSignature is not there");
    if (facts->is_ca || (facts->has_key_usage && (facts->key_usage & KU_KEY_CERT_SIGN) != 0))
        verdict_refuse(verdict, REASON_CA_CERTIFICATE, 0, NULL);
}

static bool is_template(const char *name, const struct conf_list *templates)
{
    for (size_t i = 0; name != NULL && i < templates->count; i++)
        if (text_equal_without_case(name, templates->items[i]))
            return true;
    return false;
}

void purpose_check_template(const struct facts *facts, const struct conf_list *templates,
                            struct verdict *verdict)
{
    const char *shown = facts->template_oid != NULL ? facts->template_oid : facts->template_name;

    if (templates->count == 0)
        return;
    verdict_passed(verdict, CHECK_TEMPLATE);
    if (!is_template(facts->template_oid, templates) &&
        !is_template(facts->template_name, templates))
        verdict_refuse(verdict, REASON_TEMPLATE, 0, "%s",
                       shown != NULL ? shown : "the certificate names none");
}

bool purpose_allows_issuer(X509 *issuer, enum conf_purpose purpose)
{
    const char *wanted = wanted_usage(purpose);
    int critical = -1;
    bool allowed = false;
    auto_by(EXTENDED_KEY_USAGE_free) EXTENDED_KEY_USAGE *usages =
        X509_get_ext_d2i(issuer, NID_ext_key_usage, &critical, NULL);

    if (wanted == NULL || (usages == NULL && critical == -1))
        return true;
    for (int i = 0; usages != NULL && i < sk_ASN1_OBJECT_num(usages); i++) {
        auto_free char *oid = facts_oid(sk_ASN1_OBJECT_value(usages, i));

        allowed = allowed ||
                  (oid != NULL && (strcmp(oid, wanted) == 0 || strcmp(oid, OID_ANY_USAGE) == 0));
    }
    return allowed;
}
