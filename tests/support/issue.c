/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/issue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/conf.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#define POOL_MAX 128

static _Noreturn void give_up(const char *name, const char *what)
{
    (void)fprintf(stderr, "issue: %s: %s\n", name, what);
    ERR_print_errors_fp(stderr);
    abort();
}

/* Keys cost time: those of a kind are made once for the process, and dealt out by number. */
static EVP_PKEY *pooled_key(const char *kind, unsigned number)
{
    static struct {
        const char *kind;
        unsigned number;
        EVP_PKEY *key;
    } pool[POOL_MAX];
    unsigned at = 0;

    for (; at < POOL_MAX && pool[at].key != NULL; at++)
        if (pool[at].number == number && strcmp(pool[at].kind, kind) == 0)
            return pool[at].key;
    if (at == POOL_MAX)
        give_up(kind, "too many keys");
    pool[at].number = number;
    pool[at].kind = kind;
    if (strncmp(kind, "rsa", 3) == 0)
        pool[at].key = EVP_RSA_gen((unsigned)strtoul(kind + 3, NULL, 10));
    else if (strncmp(kind, "ed", 2) == 0)
        pool[at].key = EVP_PKEY_Q_keygen(NULL, NULL, kind);
    else
        pool[at].key = EVP_EC_gen(kind);
    if (pool[at].key == NULL)
        give_up(kind, "no key");
    return pool[at].key;
}

static unsigned find(const struct issue_keys *keys, const char *name)
{
    unsigned at = keys->count;

    while (at > 0 && strcmp(keys->items[at - 1].name, name) != 0)
        at--;
    if (at == 0)
        give_up(name, "no such row above");
    return at - 1;
}

EVP_PKEY *issue_key(const struct issue_keys *keys, const char *name)
{
    return keys->items[find(keys, name)].key;
}

static void set_name(X509_NAME *name, const char *text)
{
    bool utf8 = strncmp(text, "UTF8:", 5) == 0;
    char *copy = strdup(utf8 ? text + 5 : text);
    char *rest = copy, *part;

    while ((part = strsep(&rest, "/")) != NULL) {
        char *value = strchr(part, '=');

        if (value == NULL)
            continue;
        *value++ = '\0';
        if (X509_NAME_add_entry_by_txt(name, part, utf8 ? V_ASN1_UTF8STRING : MBSTRING_UTF8,
                                       (const unsigned char *)value, -1, -1, 0) != 1)
            give_up(text, "bad name");
    }
    free(copy);
}

static void set_serial(X509 *cert, const struct issue *row, unsigned number)
{
    BIGNUM *serial = NULL;
    char usual[16];

    (void)snprintf(usual, sizeof(usual), "%X", 0x1000 + number);
    if (BN_hex2bn(&serial, row->serial != NULL ? row->serial : usual) <= 0 ||
        BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(cert)) == NULL)
        give_up(row->name, "bad serial");
    BN_free(serial);
}

static void set_time(ASN1_TIME *time, const char *text, const char *usual)
{
    /* ASN1_TIME_set_string() takes both forms as they stand there, so that tests can choose. */
    if (ASN1_TIME_set_string(time, text != NULL ? text : usual) != 1)
        give_up(text, "bad time");
}

static bool names_extension(const char *text, const char *name)
{
    size_t len = strlen(name);

    if (*text == '-')
        text++;
    return strncmp(text, name, len) == 0 && (text[len] == '=' || text[len] == '\0');
}

static void add(X509 *cert, X509V3_CTX *context, const char *text)
{
    char name[64];
    const char *value = strchr(text, '=');
    X509_EXTENSION *extension;

    if (value == NULL || (size_t)(value - text) >= sizeof(name))
        give_up(text, "bad extension");
    (void)snprintf(name, sizeof(name), "%.*s", (int)(value - text), text);
    extension = X509V3_EXT_nconf(context->db, context, name, value + 1);
    if (extension == NULL || X509_add_ext(cert, extension, -1) != 1)
        give_up(text, "bad extension");
    X509_EXTENSION_free(extension);
}

static void add_extensions(X509 *cert, X509 *issuer, const struct issue *row, bool is_end)
{
    static const char *const of_ca[] = {
        "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign",
        "subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid", NULL};
    static const char *const of_end[] = {
        "keyUsage=critical,digitalSignature",
        "extendedKeyUsage=1.3.6.1.4.1.311.20.2.2,clientAuth",
        "subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:alice@corp.test",
        "subjectKeyIdentifier=hash",
        "authorityKeyIdentifier=keyid",
        NULL};
    X509V3_CTX context;
    CONF *none = NCONF_new(NULL); /* some extensions want one, and nothing in it */

    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, X509V3_CTX_REPLACE);
    X509V3_set_nconf(&context, none);
    for (const char *const *usual = is_end ? of_end : of_ca; *usual != NULL; usual++) {
        char name[64];
        bool replaced = strncmp(*usual, "authority", 9) == 0 &&
                        (issuer == cert || X509_get0_subject_key_id(issuer) == NULL);

        (void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(*usual, "="), *usual);
        for (unsigned i = 0; i < ISSUE_EXTENSIONS_MAX && row->extensions[i] != NULL; i++)
            replaced = replaced || names_extension(row->extensions[i], name);
        if (!replaced)
            add(cert, &context, *usual);
    }
    for (unsigned i = 0; i < ISSUE_EXTENSIONS_MAX && row->extensions[i] != NULL; i++)
        if (row->extensions[i][0] != '-')
            add(cert, &context, row->extensions[i] + (row->extensions[i][0] == '+'));
    NCONF_free(none);
}

static EVP_PKEY *key_of(const struct issue_keys *keys, const struct issue *row)
{
    const char *kind = row->key != NULL ? row->key : "P-256";

    return *kind == '=' ? issue_key(keys, kind + 1) : pooled_key(kind, keys->count);
}

static void sign(X509 *cert, EVP_PKEY *key, const struct issue *row)
{
    const EVP_MD *md = EVP_get_digestbyname(row->md != NULL ? row->md : "SHA256");
    bool hashes_itself = EVP_PKEY_get_id(key) == EVP_PKEY_ED25519;
    const ASN1_BIT_STRING *signature;

    if (X509_sign(cert, key, hashes_itself ? NULL : md) <= 0)
        give_up(row->name, "cannot sign");
    if (!row->spoiled)
        return;
    /* Into the last byte: the DER stays well-formed. */
    X509_get0_signature(&signature, NULL, cert);
    signature->data[signature->length - 1] ^= 1;
}

X509 *issue_cert(struct issue_keys *keys, const struct issue *row, bool is_end)
{
    X509 *cert = X509_new(), *issuer = cert;
    EVP_PKEY *key = key_of(keys, row), *signer = key;
    bool end = row->end || is_end;

    if (keys->count == ISSUE_KEYS_MAX || cert == NULL)
        give_up(row->name, "too many rows");
    if (row->by != NULL) {
        issuer = keys->items[find(keys, row->by)].cert;
        signer = issue_key(keys, row->by);
    }
    (void)X509_set_version(cert, row->old ? X509_VERSION_1 : X509_VERSION_3);
    set_serial(cert, row, keys->count);
    set_time(X509_getm_notBefore(cert), row->from, end ? "260101000000Z" : "200101000000Z");
    set_time(X509_getm_notAfter(cert), row->until, end ? "270101000000Z" : "400101000000Z");
    if (row->subject == NULL)
        (void)X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8,
                                         (const unsigned char *)row->name, -1, -1, 0);
    else
        set_name(X509_get_subject_name(cert), row->subject);
    if (row->issuer != NULL)
        set_name(X509_get_issuer_name(cert), row->issuer);
    else
        (void)X509_set_issuer_name(cert, X509_get_subject_name(issuer));
    (void)X509_set_pubkey(cert, key);
    if (!row->old)
        add_extensions(cert, issuer, row, end);
    sign(cert, signer, row);
    (void)snprintf(keys->items[keys->count].name, sizeof(keys->items[0].name), "%s", row->name);
    keys->items[keys->count].key = key;
    (void)X509_up_ref(cert);
    keys->items[keys->count++].cert = cert;
    return cert;
}

void issue_done(struct issue_keys *keys)
{
    for (unsigned i = 0; i < keys->count; i++)
        X509_free(keys->items[i].cert);
    *keys = (struct issue_keys){.count = 0};
}
