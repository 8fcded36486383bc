/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The facts of a certificate. The first byte says what the rest is: a whole certificate, or the
 * content of one extension, which is put into a certificate that is good otherwise.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certcheck/accounts.h"
#include "certcheck/certs.h"
#include "certcheck/chain_path.h"
#include "certcheck/facts.h"
#include "certcheck/mapping.h"
#include "certcheck/openssl_own.h"
#include "certcheck/cli/print.h"
#include "certcheck/purpose.h"
#include "certcheck/strength.h"
#include "common/altsecid.h"
#include "tests/fuzz/fuzz.h"

static const char *const extensions[] = {
    "2.5.29.17",             /* subjectAltName */
    "1.3.6.1.4.1.311.25.2",  /* SID */
    "1.3.6.1.4.1.311.21.7",  /* template */
    "1.3.6.1.4.1.311.20.2",  /* template's name */
    "2.5.29.37",             /* extendedKeyUsage */
    "2.5.29.15",             /* keyUsage */
    "2.5.29.19",             /* basicConstraints */
    "2.5.29.32",             /* certificatePolicies */
    "2.5.29.35",             /* authorityKeyIdentifier */
    "2.5.29.14",             /* subjectKeyIdentifier */
    "2.5.29.30",             /* nameConstraints */
    "1.3.6.1.4.1.311.21.10", /* application policies */
    "1.3.6.1.4.1.311.21.11", /* their mappings */
    "1.3.6.1.4.1.311.21.12", /* and constraints */
};

static void must(int holds)
{
    if (!holds)
        abort();
}

/* A certificate without extensions, made once. */
static X509 *base(void)
{
    static X509 *cert;
    EVP_PKEY *key;

    if (cert != NULL)
        return cert;
    key = EVP_EC_gen("P-256");
    cert = X509_new();
    must(key != NULL && cert != NULL && X509_set_version(cert, X509_VERSION_3) == 1);
    must(ASN1_INTEGER_set(X509_get_serialNumber(cert), 7) == 1);
    must(X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                                    (const unsigned char *)"alice", -1, -1, 0) == 1);
    must(X509_set_issuer_name(cert, X509_get_subject_name(cert)) == 1);
    must(X509_gmtime_adj(X509_getm_notBefore(cert), 0) != NULL);
    must(X509_gmtime_adj(X509_getm_notAfter(cert), 86400) != NULL);
    must(X509_set_pubkey(cert, key) == 1 && X509_sign(cert, key, EVP_sha256()) > 0);
    EVP_PKEY_free(key);
    return cert;
}

/* The base with one extension more. */
static X509 *with_extension(const char *oid, const uint8_t *data, size_t len)
{
    X509 *cert = X509_dup(base());
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    ASN1_OCTET_STRING *content = ASN1_OCTET_STRING_new();
    X509_EXTENSION *extension;

    must(cert != NULL && object != NULL && content != NULL);
    must(ASN1_OCTET_STRING_set(content, data, (int)len) == 1);
    extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, content);
    must(extension != NULL && X509_add_ext(cert, extension, -1) == 1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(content);
    ASN1_OBJECT_free(object);
    return cert;
}

static void print(const struct facts *facts)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct json json;

    must(out != NULL);
    print_facts(out, "certificate", facts);
    json_init(&json, out);
    json_open_object(&json, NULL);
    print_facts_json(&json, facts);
    json_close_object(&json);
    must(json_end(&json));
    must(fclose(out) == 0);
    free(text);
}

/* What is written can be read again, and is in its one form already; mail addresses need not be. */
static void check_altsecids(const struct facts_list *list, bool strong)
{
    for (size_t i = 0; i < list->count; i++) {
        char *copy = strdup(list->items[i]);
        enum altsecid_form form;

        must(copy != NULL);
        if (strong || strncmp(copy, "X509:<RFC822>", 13) != 0)
            must(altsecid_normalise(copy, &form) && strcmp(copy, list->items[i]) == 0 &&
                 altsecid_form_is_strong(form) == strong);
        free(copy);
    }
}

static void check(const struct facts *facts)
{
    static struct verdict verdict;

    must((facts->upn != NULL) == (facts->upn_state == UPN_ONE));
    if (facts->upn != NULL)
        must(upn_is_well_formed(facts->upn, strlen(facts->upn)) &&
             upn_local_len(facts->upn) < strlen(facts->upn));
    must((facts->sid[0] != '\0') == (facts->sid_state == SID_ONE));
    must(facts->sid_state != SID_ONE || sid_is_well_formed(facts->sid));
    must(facts->subject != NULL && facts->issuer != NULL);
    must(strlen(facts->sha256) == SHA256_HEX - 1);
    must(facts->altsecids.count >= 1);
    check_altsecids(&facts->altsecids, true);
    check_altsecids(&facts->weak_altsecids, false);
    verdict_init(&verdict);
    purpose_check(facts, PURPOSE_SMARTCARD_LOGON, &verdict);
    must(facts_list_has(&facts->eku, "1.3.6.1.4.1.311.20.2.2") !=
         verdict_has(&verdict, REASON_MISSING_EKU));
    print(facts);
}

/* As a CA above itself: its own rules are asked about its own names. */
static void walk(X509 *cert)
{
    static struct verdict verdict;
    const struct chain_path path = {.certs = {cert, cert, cert}, .len = 3, .anchored = true};
    struct chain_rules rules = {.purpose = PURPOSE_SMARTCARD_LOGON};

    verdict_init(&verdict);
    path_check_names(&path, &verdict);
    path_check_usages(&path, &rules, &verdict);
    path_check_profile(&path, &rules, &verdict);
    rules.purpose = PURPOSE_ANY;
    path_check_usages(&path, &rules, &verdict);
    path_check_profile(&path, &rules, &verdict);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    X509 *cert = NULL;
    struct facts *facts = NULL;
    struct problem problem = {""};
    size_t kind = len > 0 ? data[0] : 0;

    if (len == 0 || len > CERT_DER_MAX)
        return 0;
    if (kind > 0 && kind <= sizeof(extensions) / sizeof(extensions[0]))
        cert = with_extension(extensions[kind - 1], data + 1, len - 1);
    else if (cert_parse(data + 1, len - 1, &cert) != VSC_OK)
        return 0;
    if (facts_read(cert, &facts, &problem) == VSC_OK)
        check(facts);
    else
        must(facts == NULL);
    (void)strength_key_is_enough(cert, 2048);
    (void)strength_signature_is_enough(cert);
    walk(cert);
    facts_free(facts);
    X509_free(cert);
    return 0;
}
