/* SPDX-License-Identifier: BSD-2-Clause */
/* The facts of the certificate's own fields; extensions are in facts_extensions.c. */
#include "certcheck/facts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>

#include "certcheck/facts_parts.h"
#include "certcheck/form.h"
#include "certcheck/openssl_own.h"
#include "certcheck/strength.h"

DEFINE_AUTO(struct facts, facts_free)

static void list_done(struct facts_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
}

void facts_free(struct facts *facts)
{
    if (facts == NULL)
        return;
    free(facts->subject);
    free(facts->issuer);
    free(facts->common_name);
    free(facts->upn);
    free(facts->template_name);
    free(facts->template_oid);
    free(facts->ski);
    free(facts->aki);
    list_done(&facts->upns);
    list_done(&facts->emails);
    list_done(&facts->dns_names);
    list_done(&facts->eku);
    list_done(&facts->policies);
    list_done(&facts->altsecids);
    list_done(&facts->weak_altsecids);
    free(facts);
}

bool facts_list_has(const struct facts_list *list, const char *item)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], item) == 0)
            return true;
    return false;
}

enum vsc_err facts_list_take(struct facts_list *list, char *item)
{
    auto_free char *owned = item;

    if (item == NULL)
        return VSC_MEMORY;
    if (list->count == FACTS_LIST_MAX)
        return VSC_CERT;
    list->items[list->count++] = take(owned);
    return VSC_OK;
}

/* What a memory BIO holds, as a string; NULL if it is too long or has a NUL in it. */
static char *bio_string(BIO *bio)
{
    char *data;
    long len = BIO_get_mem_data(bio, &data);

    if (len <= 0)
        return len == 0 ? strdup("") : NULL;
    if (len > FACTS_TEXT_MAX || memchr(data, 0, (size_t)len) != NULL)
        return NULL;
    return strndup(data, (size_t)len);
}

/* RFC 4514 in UTF-8: OpenSSL's RFC 2253 would write every letter beyond ASCII in hexadecimal. */
#define NAME_FLAGS (XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB)

char *facts_name(const X509_NAME *name)
{
    auto_by(BIO_free_all) BIO *bio = BIO_new(BIO_s_mem());

    if (bio == NULL || X509_NAME_print_ex(bio, name, 0, NAME_FLAGS) < 0)
        return NULL;
    return bio_string(bio);
}

void facts_subject(const X509 *cert, char *to, size_t size)
{
    auto_free char *name = facts_name(X509_get_subject_name(cert));

    (void)snprintf(to, size, "%s", name != NULL ? name : "?");
}

char *facts_value(const ASN1_STRING *value)
{
    auto_by(BIO_free_all) BIO *bio = BIO_new(BIO_s_mem());
    unsigned long flags = ASN1_STRFLGS_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;

    if (bio == NULL || ASN1_STRING_print_ex(bio, value, flags) < 0)
        return NULL;
    return bio_string(bio);
}

char *facts_hex(const unsigned char *bytes, size_t len, bool upper)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char *hex = malloc(2 * len + 1);

    if (hex == NULL)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * len] = '\0';
    return hex;
}

char *facts_oid(const ASN1_OBJECT *object)
{
    char text[256];
    int len = OBJ_obj2txt(text, sizeof(text), object, 1);

    return len > 0 && (size_t)len < sizeof(text) ? strdup(text) : NULL;
}

static enum vsc_err read_time(const ASN1_TIME *time, int64_t *ret_seconds)
{
    struct tm tm;

    if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
        return VSC_CERT;
    *ret_seconds = timegm(&tm);
    return VSC_OK;
}

static enum vsc_err read_serial(const X509 *cert, struct facts *facts)
{
    auto_by(BN_free) BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
    char *hex = number != NULL ? BN_bn2hex(number) : NULL;
    enum vsc_err err = VSC_CERT;

    if (hex != NULL && strlen(hex) < sizeof(facts->serial)) {
        memcpy(facts->serial, hex, strlen(hex) + 1);
        err = VSC_OK;
    }
    OPENSSL_free(hex);
    return err;
}

char *facts_common_name(const X509 *cert)
{
    const X509_NAME *name = X509_get_subject_name(cert);
    int at = -1, last = -1;
    unsigned char *utf8 = NULL;
    char *text = NULL;
    int len;

    while ((at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0)
        last = at;
    if (last < 0)
        return NULL;
    len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
    if (len > 0 && len <= FACTS_TEXT_MAX && memchr(utf8, 0, (size_t)len) == NULL)
        text = strndup((const char *)utf8, (size_t)len);
    OPENSSL_free(utf8);
    return text;
}

static enum vsc_err read_digest(const unsigned char *bytes, size_t len, char hex[SHA256_HEX])
{
    unsigned char digest[32];
    auto_free char *text = NULL;

    if (EVP_Digest(bytes, len, digest, NULL, EVP_sha256(), NULL) != 1)
        return VSC_SYSTEM;
    text = facts_hex(digest, sizeof(digest), false);
    if (text == NULL)
        return VSC_MEMORY;
    memcpy(hex, text, SHA256_HEX);
    return VSC_OK;
}

static enum vsc_err read_digests(X509 *cert, struct facts *facts)
{
    auto_by(openssl_free) unsigned char *der = NULL;
    auto_by(openssl_free) unsigned char *spki = NULL;
    int der_len = i2d_X509(cert, &der);
    int spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &spki);
    enum vsc_err err;

    if (der_len <= 0 || spki_len <= 0)
        return VSC_CERT;
    err = read_digest(der, (size_t)der_len, facts->sha256);
    if (err != VSC_OK)
        return err;
    return read_digest(spki, (size_t)spki_len, facts->spki_sha256);
}

static enum vsc_err read_fields(X509 *cert, struct facts *facts, struct problem *problem)
{
    char algorithm[64];
    const X509_ALGOR *signature = NULL;
    const ASN1_OBJECT *object;

    if (read_serial(cert, facts) != VSC_OK)
        return problem_set(problem, VSC_CERT, "the serial number is too long");
    if (read_time(X509_get0_notBefore(cert), &facts->not_before) != VSC_OK ||
        read_time(X509_get0_notAfter(cert), &facts->not_after) != VSC_OK)
        return problem_set(problem, VSC_CERT, "the validity is no time");
    facts->subject = facts_name(X509_get_subject_name(cert));
    facts->issuer = facts_name(X509_get_issuer_name(cert));
    if (facts->subject == NULL || facts->issuer == NULL)
        return problem_set(problem, VSC_CERT, "the subject's or issuer's name cannot be read");
    facts->common_name = facts_common_name(cert);
    X509_get0_signature(NULL, &signature, cert);
    X509_ALGOR_get0(&object, NULL, NULL, signature);
    if (OBJ_obj2nid(object) != NID_undef)
        (void)snprintf(algorithm, sizeof(algorithm), "%s", OBJ_nid2ln(OBJ_obj2nid(object)));
    else if (OBJ_obj2txt(algorithm, sizeof(algorithm), object, 1) <= 0)
        return problem_set(problem, VSC_CERT, "the signature algorithm cannot be read");
    memcpy(facts->signature_algorithm, algorithm, sizeof(algorithm));
    strength_describe_key(cert, facts->key_type, sizeof(facts->key_type), &facts->key_bits);
    return read_digests(cert, facts);
}

enum vsc_err facts_read(X509 *cert, struct facts **ret_facts, struct problem *problem)
{
    auto_by(facts_free) struct facts *facts = NULL;
    const char *flaw;
    enum vsc_err err;

    flaw = form_flaw(cert);
    if (flaw == NULL)
        flaw = form_subject_flaw(cert);
    if (flaw != NULL)
        return problem_set(problem, VSC_CERT, "%s", flaw);
    facts = calloc(1, sizeof(*facts));
    if (facts == NULL)
        return VSC_MEMORY;
    err = read_fields(cert, facts, problem);
    if (err == VSC_OK)
        err = facts_read_extensions(cert, facts, problem);
    if (err == VSC_OK)
        err = facts_read_names(cert, facts, problem);
    if (err == VSC_OK)
        err = facts_read_altsecids(cert, facts);
    ERR_clear_error();
    if (err != VSC_OK)
        return err;
    *ret_facts = take(facts);
    return VSC_OK;
}
