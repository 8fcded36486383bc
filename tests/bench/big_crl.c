/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A revocation list with many entries, in a few seconds: big_crl CA KEY ENTRIES OUT. CA and KEY are
 * PEM, OUT becomes DER; serial numbers have 16 octets and are in no order, as those of a real CA.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define WEEK 604800

static FILE *open_file(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);

    if (file != NULL)
        return file;
    perror(path);
    exit(1);
}

static void must(int holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "big_crl: %s\n", what);
    exit(1);
}

static void add_entry(X509_CRL *crl, ASN1_TIME *date)
{
    unsigned char bytes[16];
    ASN1_INTEGER serial = {.type = V_ASN1_INTEGER, .length = sizeof(bytes), .data = bytes};
    X509_REVOKED *entry = X509_REVOKED_new();

    must(RAND_bytes(bytes, sizeof(bytes)) == 1, "random bytes");
    bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40);
    must(X509_REVOKED_set_serialNumber(entry, &serial) == 1 &&
             X509_REVOKED_set_revocationDate(entry, date) == 1 &&
             X509_CRL_add0_revoked(crl, entry) == 1,
         "an entry");
}

static void add_key_id(X509_CRL *crl, X509 *ca)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&context, ca, NULL, NULL, crl, 0);
    extension = X509V3_EXT_nconf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always");
    must(extension != NULL && X509_CRL_add_ext(crl, extension, -1) == 1, "the key identifier");
    X509_EXTENSION_free(extension);
}

static void add_number(X509_CRL *crl)
{
    ASN1_INTEGER *number = ASN1_INTEGER_new();

    must(number != NULL && ASN1_INTEGER_set(number, 1) == 1 &&
             X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1,
         "the number");
    ASN1_INTEGER_free(number);
}

int main(int argc, char **argv)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *now = ASN1_TIME_set(NULL, time(NULL) - 60);
    ASN1_TIME *next = ASN1_TIME_set(NULL, time(NULL) + WEEK);
    X509 *ca;
    EVP_PKEY *key;
    FILE *out;

    must(argc == 5, "usage: big_crl CA KEY ENTRIES OUT");
    ca = PEM_read_X509(open_file(argv[1], "r"), NULL, NULL, NULL);
    key = PEM_read_PrivateKey(open_file(argv[2], "r"), NULL, NULL, NULL);
    must(ca != NULL && key != NULL, "the CA");
    must(X509_CRL_set_version(crl, 1) == 1 &&
             X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca)) == 1 &&
             X509_CRL_set1_lastUpdate(crl, now) == 1 && X509_CRL_set1_nextUpdate(crl, next) == 1,
         "the list");
    add_key_id(crl, ca);
    add_number(crl);
    for (long left = strtol(argv[3], NULL, 10); left > 0; left--)
        add_entry(crl, now);
    must(X509_CRL_sign(crl, key, EVP_sha256()) > 0, "the signature");
    out = open_file(argv[4], "w");
    must(i2d_X509_CRL_fp(out, crl) == 1 && fclose(out) == 0, "the file");
    return 0;
}
