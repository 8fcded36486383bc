/* SPDX-License-Identifier: BSD-2-Clause */
/* Usages, constraints, policies, Microsoft's template, key identifiers. */
#include <string.h>

#include <openssl/asn1t.h>

#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"

#define OID_TEMPLATE_NAME "1.3.6.1.4.1.311.20.2"
#define OID_TEMPLATE      "1.3.6.1.4.1.311.21.7"

const ASN1_OCTET_STRING *facts_extension(const X509 *cert, const char *oid)
{
    int count = X509_get_ext_count(cert);

    for (int i = 0; i < count; i++) {
        X509_EXTENSION *extension = X509_get_ext(cert, i);
        char text[64];
        int len = OBJ_obj2txt(text, sizeof(text), X509_EXTENSION_get_object(extension), 1);

        if (len > 0 && (size_t)len < sizeof(text) && strcmp(text, oid) == 0)
            return X509_EXTENSION_get_data(extension);
    }
    return NULL;
}

static enum vsc_err read_eku(X509 *cert, struct facts *facts, struct problem *problem)
{
    int critical = -1;
    auto_by(EXTENDED_KEY_USAGE_free) EXTENDED_KEY_USAGE *usages =
        X509_get_ext_d2i(cert, NID_ext_key_usage, &critical, NULL);

    if (usages == NULL && critical == -1)
        return VSC_OK;
    if (usages == NULL)
        return problem_set(problem, VSC_CERT, "extendedKeyUsage cannot be read");
    facts->has_eku = true;
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++) {
        enum vsc_err err = facts_list_take(&facts->eku, facts_oid(sk_ASN1_OBJECT_value(usages, i)));

        if (err != VSC_OK)
            return problem_set(problem, err, "extendedKeyUsage has too much in it");
    }
    return VSC_OK;
}

static enum vsc_err read_policies(X509 *cert, struct facts *facts, struct problem *problem)
{
    int critical = -1;
    auto_by(CERTIFICATEPOLICIES_free) CERTIFICATEPOLICIES *policies =
        X509_get_ext_d2i(cert, NID_certificate_policies, &critical, NULL);

    if (policies == NULL && critical == -1)
        return VSC_OK;
    if (policies == NULL)
        return problem_set(problem, VSC_CERT, "certificatePolicies cannot be read");
    for (int i = 0; i < sk_POLICYINFO_num(policies); i++) {
        enum vsc_err err = facts_list_take(&facts->policies,
                                           facts_oid(sk_POLICYINFO_value(policies, i)->policyid));

        if (err != VSC_OK)
            return problem_set(problem, err, "certificatePolicies has too much in it");
    }
    return VSC_OK;
}

static enum vsc_err read_constraints(X509 *cert, struct facts *facts, struct problem *problem)
{
    int critical = -1;
    auto_by(BASIC_CONSTRAINTS_free) BASIC_CONSTRAINTS *constraints =
        X509_get_ext_d2i(cert, NID_basic_constraints, &critical, NULL);
    int64_t length;

    if (constraints == NULL && critical == -1)
        return VSC_OK;
    if (constraints == NULL)
        return problem_set(problem, VSC_CERT, "basicConstraints cannot be read");
    facts->is_ca = constraints->ca != 0;
    if (constraints->pathlen == NULL)
        return VSC_OK;
    if (ASN1_INTEGER_get_int64(&length, constraints->pathlen) != 1 || length < 0 || !facts->is_ca)
        return problem_set(problem, VSC_CERT, "the path length is no number of CAs");
    facts->has_path_length = true;
    facts->path_length = length;
    return VSC_OK;
}

/* Version 2: SEQUENCE { templateID OID, major INTEGER OPTIONAL, minor INTEGER OPTIONAL }. */
static void read_template(X509 *cert, struct facts *facts)
{
    const ASN1_OCTET_STRING *content = facts_extension(cert, OID_TEMPLATE);
    ASN1_SEQUENCE_ANY *fields = NULL;
    const unsigned char *next;

    if (content == NULL)
        return;
    next = ASN1_STRING_get0_data(content);
    fields = d2i_ASN1_SEQUENCE_ANY(NULL, &next, ASN1_STRING_length(content));
    if (fields == NULL)
        return;
    for (int i = 0; i < sk_ASN1_TYPE_num(fields) && i < 3; i++) {
        const ASN1_TYPE *field = sk_ASN1_TYPE_value(fields, i);
        int64_t *number = i == 1 ? &facts->template_major : &facts->template_minor;

        if (i == 0 && field->type == V_ASN1_OBJECT)
            facts->template_oid = facts_oid(field->value.object);
        else if (i > 0 && field->type == V_ASN1_INTEGER)
            (void)ASN1_INTEGER_get_int64(number, field->value.integer);
    }
    sk_ASN1_TYPE_pop_free(fields, ASN1_TYPE_free);
}

/* Version 1: a BMPString. */
static void read_template_name(X509 *cert, struct facts *facts)
{
    const ASN1_OCTET_STRING *content = facts_extension(cert, OID_TEMPLATE_NAME);
    const unsigned char *next;
    ASN1_TYPE *value;

    if (content == NULL)
        return;
    next = ASN1_STRING_get0_data(content);
    value = d2i_ASN1_TYPE(NULL, &next, ASN1_STRING_length(content));
    if (value != NULL && value->type == V_ASN1_BMPSTRING)
        facts->template_name = facts_value(value->value.bmpstring);
    ASN1_TYPE_free(value);
}

static enum vsc_err read_key_ids(X509 *cert, struct facts *facts)
{
    const ASN1_OCTET_STRING *ski = X509_get0_subject_key_id(cert);
    const ASN1_OCTET_STRING *aki = X509_get0_authority_key_id(cert);

    if (ski != NULL) {
        facts->ski = facts_hex(ASN1_STRING_get0_data(ski), (size_t)ASN1_STRING_length(ski), false);
        if (facts->ski == NULL)
            return VSC_MEMORY;
    }
    if (aki != NULL) {
        facts->aki = facts_hex(ASN1_STRING_get0_data(aki), (size_t)ASN1_STRING_length(aki), false);
        if (facts->aki == NULL)
            return VSC_MEMORY;
    }
    return VSC_OK;
}

enum vsc_err facts_read_extensions(X509 *cert, struct facts *facts, struct problem *problem)
{
    enum vsc_err err;

    if (X509_get_ext_by_NID(cert, NID_key_usage, -1) >= 0) {
        facts->has_key_usage = true;
        facts->key_usage = X509_get_key_usage(cert);
    }
    err = read_constraints(cert, facts, problem);
    if (err == VSC_OK)
        err = read_eku(cert, facts, problem);
    if (err == VSC_OK)
        err = read_policies(cert, facts, problem);
    if (err != VSC_OK)
        return err;
    read_template(cert, facts);
    read_template_name(cert, facts);
    return read_key_ids(cert, facts);
}
