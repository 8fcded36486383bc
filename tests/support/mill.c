/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/mill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/conf.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

int64_t mill_now;

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "mill: %s\n", what);
    ERR_print_errors_fp(stderr);
    abort();
}
#define MUST(holds) must(holds, #holds)

static ASN1_INTEGER *serial_of(const char *hex)
{
    BIGNUM *number = NULL;
    ASN1_INTEGER *serial;

    MUST(BN_hex2bn(&number, hex) > 0);
    serial = BN_to_ASN1_INTEGER(number, NULL);
    MUST(serial != NULL);
    BN_free(number);
    return serial;
}

const char *mill_serial(const X509 *cert)
{
    static char texts[4][160];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
    char *hex = BN_bn2hex(number);

    (void)snprintf(text, sizeof(texts[0]), "%s", hex);
    OPENSSL_free(hex);
    BN_free(number);
    return text;
}

static CONF *conf_of(const char *text)
{
    BIO *bio = BIO_new(BIO_s_mem());
    CONF *conf = NCONF_new(NULL);
    long line = 0;

    MUST(BIO_puts(bio, "[ext]\n") > 0 && BIO_puts(bio, text) >= 0);
    MUST(NCONF_load_bio(conf, bio, &line) == 1);
    BIO_free(bio);
    return conf;
}

static X509_NAME *name_of(const char *common_name)
{
    X509_NAME *name = X509_NAME_new();

    MUST(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"Mill", -1, -1,
                                    0) == 1);
    MUST(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name,
                                    -1, -1, 0) == 1);
    return name;
}

static void set_validity(X509 *cert, const struct mill_cert *recipe)
{
    ASN1_TIME *from = ASN1_TIME_adj(NULL, (time_t)mill_now, recipe->from_days - 1, 0);
    ASN1_TIME *until = ASN1_TIME_adj(NULL, (time_t)mill_now,
                                     recipe->until_days != 0 ? recipe->until_days : 365, 0);

    MUST(X509_set1_notBefore(cert, from) == 1 && X509_set1_notAfter(cert, until) == 1);
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
}

/* Its constraints, key usage, identifiers, and what else is wanted. */
static void add_extensions(X509 *cert, X509 *issuer, const struct mill_cert *recipe)
{
    char text[8192];
    CONF *conf;
    X509V3_CTX context;

    (void)snprintf(
        text, sizeof(text),
        "basicConstraints=critical,CA:%s\n%s%s%s"
        "subjectKeyIdentifier=hash\n%s%s",
        recipe->ca ? "TRUE" : "FALSE", recipe->key_usage != NULL ? "keyUsage=critical," : "",
        recipe->key_usage != NULL ? recipe->key_usage : "", recipe->key_usage != NULL ? "\n" : "",
        recipe->issuer != NULL ? "authorityKeyIdentifier=keyid:always\n" : "",
        recipe->extensions != NULL ? recipe->extensions : "");
    conf = conf_of(text);
    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    X509V3_set_nconf(&context, conf);
    MUST(X509V3_EXT_add_nconf(conf, &context, "ext", cert) == 1);
    NCONF_free(conf);
}

struct mill_one mill_cert(const struct mill_cert *recipe)
{
    static unsigned next = 0x100;
    struct mill_one one = {.cert = X509_new()};
    char hex[16];
    X509_NAME *subject = name_of(recipe->name);
    ASN1_INTEGER *serial;
    const struct mill_one *issuer = recipe->issuer != NULL ? recipe->issuer : &one;

    if (recipe->key != NULL) {
        one.key = recipe->key->key;
        (void)EVP_PKEY_up_ref(one.key);
    } else {
        one.key = EVP_EC_gen("P-256");
    }
    (void)snprintf(hex, sizeof(hex), "%X", next++);
    serial = serial_of(recipe->serial != NULL ? recipe->serial : hex);
    MUST(one.cert != NULL && one.key != NULL);
    MUST(X509_set_version(one.cert, X509_VERSION_3) == 1);
    MUST(X509_set_serialNumber(one.cert, serial) == 1);
    MUST(X509_set_subject_name(one.cert, subject) == 1);
    MUST(X509_set_issuer_name(one.cert, X509_get_subject_name(issuer->cert)) == 1);
    MUST(X509_set_pubkey(one.cert, one.key) == 1);
    set_validity(one.cert, recipe);
    add_extensions(one.cert, issuer->cert, recipe);
    MUST(X509_sign(one.cert, issuer->key, recipe->md != NULL ? recipe->md : EVP_sha256()) > 0);
    X509_NAME_free(subject);
    ASN1_INTEGER_free(serial);
    return one;
}

void mill_done(struct mill_one *one)
{
    X509_free(one->cert);
    EVP_PKEY_free(one->key);
    *one = (struct mill_one){0};
}

/* ---- lists ----------------------------------------------------------------------------------- */

static void add_certificate_issuer(X509_REVOKED *entry, const X509 *issuer)
{
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *name = GENERAL_NAME_new();

    GENERAL_NAME_set0_value(name, GEN_DIRNAME, X509_NAME_dup(X509_get_subject_name(issuer)));
    MUST(sk_GENERAL_NAME_push(names, name) > 0);
    MUST(X509_REVOKED_add1_ext_i2d(entry, NID_certificate_issuer, names, 1, 0) == 1);
    GENERAL_NAMES_free(names);
}

static void add_strange(X509_REVOKED *entry)
{
    ASN1_OCTET_STRING *content = ASN1_OCTET_STRING_new();
    X509_EXTENSION *extension;

    MUST(ASN1_OCTET_STRING_set(content, (const unsigned char *)"\x05\x00", 2) == 1);
    extension = X509_EXTENSION_create_by_NID(NULL, NID_hold_instruction_code, 1, content);
    MUST(X509_REVOKED_add_ext(entry, extension, -1) == 1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(content);
}

static void add_entry(X509_CRL *crl, const struct mill_entry *recipe)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_INTEGER *serial = serial_of(recipe->serial);
    ASN1_TIME *date = ASN1_TIME_set(NULL, (time_t)(mill_now - MILL_DAY));
    ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();

    if (recipe->date != NULL)
        MUST(ASN1_TIME_set_string(date, recipe->date) == 1);
    MUST(X509_REVOKED_set_serialNumber(entry, serial) == 1);
    MUST(X509_REVOKED_set_revocationDate(entry, date) == 1);
    if (recipe->reason != 0) {
        MUST(ASN1_ENUMERATED_set(reason, recipe->reason - 1) == 1);
        MUST(X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0) == 1);
    }
    if (recipe->issuer != NULL)
        add_certificate_issuer(entry, recipe->issuer);
    if (recipe->strange)
        add_strange(entry);
    MUST(X509_CRL_add0_revoked(crl, entry) == 1);
    ASN1_INTEGER_free(serial);
    ASN1_TIME_free(date);
    ASN1_ENUMERATED_free(reason);
}

static void add_number(X509_CRL *crl, int nid, const char *decimal)
{
    ASN1_INTEGER *number;

    if (decimal == NULL || *decimal == '\0')
        return;
    number = s2i_ASN1_INTEGER(NULL, decimal);
    MUST(number != NULL && X509_CRL_add1_ext_i2d(crl, nid, number, nid == NID_delta_crl, 0) == 1);
    ASN1_INTEGER_free(number);
}

static void set_next(X509_CRL *crl, const char *next)
{
    ASN1_STRING *time = ASN1_STRING_type_new(V_ASN1_GENERALIZEDTIME);

    MUST(time != NULL && ASN1_STRING_set(time, next, -1) == 1 &&
         X509_CRL_set1_nextUpdate(crl, time) == 1);
    ASN1_STRING_free(time);
}

static void set_dates(X509_CRL *crl, const struct mill_crl *recipe)
{
    int from = recipe->from_days != 0 ? recipe->from_days : -1;
    int until = recipe->until_days != 0 ? recipe->until_days : 7;
    ASN1_TIME *time = ASN1_TIME_adj(NULL, (time_t)mill_now, from, 0);

    MUST(X509_CRL_set1_lastUpdate(crl, time) == 1);
    MUST(ASN1_TIME_adj(time, (time_t)mill_now, until, 0) != NULL);
    if (until != 9999)
        MUST(X509_CRL_set1_nextUpdate(crl, time) == 1);
    ASN1_TIME_free(time);
}

static X509_CRL *new_crl(const struct mill_crl *recipe)
{
    X509_CRL *crl = X509_CRL_new();
    const X509 *issuer = recipe->issuer != NULL ? recipe->issuer : recipe->signer->cert;
    X509V3_CTX context;
    char text[8192];
    CONF *conf;

    MUST(crl != NULL && X509_CRL_set_version(crl, 1) == 1);
    MUST(X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer)) == 1);
    set_dates(crl, recipe);
    if (recipe->next != NULL)
        set_next(crl, recipe->next);
    add_number(crl, NID_crl_number, recipe->number != NULL ? recipe->number : "1");
    add_number(crl, NID_delta_crl, recipe->base);
    (void)snprintf(text, sizeof(text), "%s%s",
                   recipe->no_aki ? "" : "authorityKeyIdentifier=keyid:always\n",
                   recipe->extensions != NULL ? recipe->extensions : "");
    conf = conf_of(text);
    X509V3_set_ctx(&context, recipe->signer->cert, NULL, NULL, crl, 0);
    X509V3_set_nconf(&context, conf);
    if (*text != '\0')
        MUST(X509V3_EXT_CRL_add_nconf(conf, &context, "ext", crl) == 1);
    NCONF_free(conf);
    return crl;
}

/* Takes what OpenSSL encoded over. */
static struct buf buf_of(unsigned char *bytes, int len)
{
    struct buf der;

    MUST(len > 0);
    buf_init(&der, (size_t)len);
    buf_put(&der, bytes, (size_t)len);
    MUST(buf_status(&der) == VSC_OK);
    OPENSSL_free(bytes);
    return der;
}

static struct buf sign(X509_CRL *crl, const struct mill_crl *recipe)
{
    unsigned char *bytes = NULL;
    int len;

    MUST(X509_CRL_sign(crl, recipe->signer->key, recipe->md != NULL ? recipe->md : EVP_sha256()) >
         0);
    len = i2d_X509_CRL(crl, &bytes);
    X509_CRL_free(crl);
    return buf_of(bytes, len);
}

struct buf mill_crl(const struct mill_crl *recipe)
{
    X509_CRL *crl = new_crl(recipe);

    for (size_t i = 0; i < MILL_ENTRIES && recipe->entries[i].serial != NULL; i++)
        add_entry(crl, &recipe->entries[i]);
    return sign(crl, recipe);
}

void mill_spoil(struct buf *der)
{
    der->data[der->len - 1] ^= 1;
}

struct buf mill_big_crl(const struct mill_one *signer, unsigned entries, unsigned step)
{
    const struct mill_crl recipe = {.signer = signer, .number = "1"};
    X509_CRL *crl = new_crl(&recipe);
    ASN1_TIME *date = ASN1_TIME_set(NULL, (time_t)(mill_now - MILL_DAY));

    for (unsigned i = 0; i < entries; i++) {
        unsigned char bytes[16] = {0x4a};
        uint64_t number = (uint64_t)i * step;
        ASN1_INTEGER serial = {.type = V_ASN1_INTEGER, .length = sizeof(bytes), .data = bytes};
        X509_REVOKED *entry = X509_REVOKED_new();

        for (unsigned k = 0; k < 8; k++)
            bytes[15 - k] = (unsigned char)(number >> (8 * k));
        MUST(X509_REVOKED_set_serialNumber(entry, &serial) == 1);
        MUST(X509_REVOKED_set_revocationDate(entry, date) == 1);
        MUST(X509_CRL_add0_revoked(crl, entry) == 1);
    }
    ASN1_TIME_free(date);
    return sign(crl, &recipe);
}

struct buf mill_answer(const struct mill_one *one, const struct mill_one *issuer, int status,
                       const struct mill_one *signer)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), one->cert, issuer->cert);
    ASN1_TIME *from = ASN1_TIME_adj(NULL, (time_t)mill_now, 0, -60);
    ASN1_TIME *next = ASN1_TIME_adj(NULL, (time_t)mill_now, 1, 0);
    OCSP_RESPONSE *response;
    unsigned char *bytes = NULL;
    int len;

    MUST(OCSP_basic_add1_status(basic, id, status, OCSP_REVOKED_STATUS_KEYCOMPROMISE, from, from,
                                next) != NULL);
    MUST(OCSP_basic_sign(basic, signer->cert, signer->key, EVP_sha256(), NULL, 0) == 1);
    response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    len = i2d_OCSP_RESPONSE(response, &bytes);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(from);
    ASN1_TIME_free(next);
    return buf_of(bytes, len);
}
