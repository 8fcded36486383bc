/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/x509v3.h>

#include "certcheck/cli/print.h"
#include "common/altsecid.h"
#include "common/own.h"
#include "common/text.h"

static const struct {
    uint32_t bit;
    const char *name;
} usages[] = {
    {KU_DIGITAL_SIGNATURE, "digitalSignature"},
    {KU_NON_REPUDIATION, "nonRepudiation"},
    {KU_KEY_ENCIPHERMENT, "keyEncipherment"},
    {KU_DATA_ENCIPHERMENT, "dataEncipherment"},
    {KU_KEY_AGREEMENT, "keyAgreement"},
    {KU_KEY_CERT_SIGN, "keyCertSign"},
    {KU_CRL_SIGN, "cRLSign"},
    {KU_ENCIPHER_ONLY, "encipherOnly"},
    {KU_DECIPHER_ONLY, "decipherOnly"},
};

static void put(FILE *out, const char *name, const char *value)
{
    char clean[FACTS_TEXT_MAX * 2];

    if (value == NULL)
        return;
    text_clean(clean, sizeof(clean), value);
    (void)fprintf(out, "  %-22s%s\n", name, clean);
}

static void put_list(FILE *out, const char *name, const struct facts_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        put(out, i == 0 ? name : "", list->items[i]);
}

static void put_usages(FILE *out, const struct facts *facts)
{
    bool first = true;

    for (size_t i = 0; facts->has_key_usage && i < sizeof(usages) / sizeof(usages[0]); i++) {
        if ((facts->key_usage & usages[i].bit) == 0)
            continue;
        put(out, first ? "key usage" : "", usages[i].name);
        first = false;
    }
}

static void put_template(FILE *out, const struct facts *facts)
{
    put(out, "template", facts->template_name);
    put(out, "template OID", facts->template_oid);
    if (facts->template_oid != NULL)
        (void)fprintf(out, "  %-22s%lld.%lld\n", "template version",
                      (long long)facts->template_major, (long long)facts->template_minor);
}

/* The form that a value which we wrote has. */
static enum altsecid_form form_of(const char *value)
{
    enum altsecid_form form = ALTSECID_FORM_COUNT;
    auto_free char *copy = strdup(value);

    if (copy != NULL)
        (void)altsecid_normalise(copy, &form);
    return form;
}

/* Each on a line of its own behind its form's name, so that the value can be copied as it is. */
static void put_altsecids(FILE *out, const struct facts_list *list)
{
    if (list->count > 0)
        (void)fputs("  altSecurityIdentities\n", out);
    for (size_t i = 0; i < list->count; i++) {
        char clean[ALTSECID_MAX * 2];

        text_clean(clean, sizeof(clean), list->items[i]);
        (void)fprintf(out, "    %-23s %s\n", altsecid_form_name(form_of(list->items[i])), clean);
    }
}

void print_facts(FILE *out, const char *file, const struct facts *facts)
{
    char time[TEXT_TIME];

    (void)fprintf(out, "%s:\n", file);
    put(out, "subject", facts->subject);
    put(out, "issuer", facts->issuer);
    put(out, "serial", facts->serial);
    text_time(facts->not_before, time);
    put(out, "not before", time);
    text_time(facts->not_after, time);
    put(out, "not after", time);
    put_list(out, "UPN", &facts->upns);
    put(out, "SID", facts->sid_state == SID_MALFORMED ? "malformed" : NULL);
    put(out, "SID", facts->sid_state == SID_ONE ? facts->sid : NULL);
    put_list(out, "e-mail", &facts->emails);
    put_list(out, "DNS name", &facts->dns_names);
    put_list(out, "extended key usage", &facts->eku);
    put_usages(out, facts);
    put(out, "CA", facts->is_ca ? "yes" : "no");
    if (facts->has_path_length)
        (void)fprintf(out, "  %-22s%lld\n", "path length", (long long)facts->path_length);
    (void)fprintf(out, "  %-22s%s, %u bits\n", "key", facts->key_type, facts->key_bits);
    put(out, "signature", facts->signature_algorithm);
    put_template(out, facts);
    put_list(out, "policies", &facts->policies);
    put(out, "subject key id", facts->ski);
    put(out, "authority key id", facts->aki);
    put(out, "SHA-256", facts->sha256);
    put(out, "SHA-256 of the key", facts->spki_sha256);
    put_altsecids(out, &facts->altsecids);
}

static void json_list(struct json *json, const char *name, const struct facts_list *list)
{
    json_open_array(json, name);
    for (size_t i = 0; i < list->count; i++)
        json_foreign(json, NULL, list->items[i]);
    json_close_array(json);
}

static void json_usages(struct json *json, const struct facts *facts)
{
    if (!facts->has_key_usage) {
        json_null(json, "key_usage");
        return;
    }
    json_open_array(json, "key_usage");
    for (size_t i = 0; i < sizeof(usages) / sizeof(usages[0]); i++)
        if ((facts->key_usage & usages[i].bit) != 0)
            json_string(json, NULL, usages[i].name);
    json_close_array(json);
}

static void json_template(struct json *json, const struct facts *facts)
{
    if (facts->template_name == NULL && facts->template_oid == NULL) {
        json_null(json, "template");
        return;
    }
    json_open_object(json, "template");
    json_foreign(json, "name", facts->template_name);
    json_string(json, "oid", facts->template_oid);
    json_number(json, "major", facts->template_major);
    json_number(json, "minor", facts->template_minor);
    json_close_object(json);
}

void print_facts_json(struct json *json, const struct facts *facts)
{
    char time[TEXT_TIME];

    json_foreign(json, "subject", facts->subject);
    json_foreign(json, "issuer", facts->issuer);
    json_string(json, "serial", facts->serial);
    text_time(facts->not_before, time);
    json_string(json, "not_before", time);
    text_time(facts->not_after, time);
    json_string(json, "not_after", time);
    json_foreign(json, "upn", facts->upn);
    json_list(json, "upns", &facts->upns);
    json_string(json, "sid", facts->sid_state == SID_ONE ? facts->sid : NULL);
    json_list(json, "emails", &facts->emails);
    json_list(json, "dns_names", &facts->dns_names);
    json_list(json, "eku", &facts->eku);
    json_usages(json, facts);
    json_bool(json, "ca", facts->is_ca);
    if (facts->has_path_length)
        json_number(json, "path_length", facts->path_length);
    else
        json_null(json, "path_length");
    json_open_object(json, "key");
    json_string(json, "type", facts->key_type);
    json_number(json, "bits", facts->key_bits);
    json_close_object(json);
    json_string(json, "signature_algorithm", facts->signature_algorithm);
    json_template(json, facts);
    json_list(json, "policies", &facts->policies);
    json_string(json, "ski", facts->ski);
    json_string(json, "aki", facts->aki);
    json_string(json, "sha256", facts->sha256);
    json_string(json, "spki_sha256", facts->spki_sha256);
    json_list(json, "alt_security_identities", &facts->altsecids);
    json_open_object(json, "alt_security_identity_forms");
    for (size_t i = 0; i < facts->altsecids.count; i++)
        json_foreign(json, altsecid_form_name(form_of(facts->altsecids.items[i])),
                     facts->altsecids.items[i]);
    json_close_object(json);
}
