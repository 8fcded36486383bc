/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/purpose.h"

#include <openssl/x509v3.h>

#include "common/text.h"

#define OID_SMARTCARD_LOGON "1.3.6.1.4.1.311.20.2.2"
#define OID_CLIENT_AUTH     "1.3.6.1.5.5.7.3.2"

const char *purpose_usage(enum conf_purpose purpose)
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
    const char *wanted = purpose_usage(purpose);

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
