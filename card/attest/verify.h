/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judges a bundle, without a TPM. What the checks are and what they prove: vsc-attest(5). A bundle
 * alone cannot show that its AK is in the TPM of its EK: credential.h does, and whoever asked keeps
 * the AK's Name and compares it every time.
 */
#ifndef VSC_CARD_ATTEST_VERIFY_H
#define VSC_CARD_ATTEST_VERIFY_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "card/attest/bundle.h"

/* The checks, in their order, as they are printed. */
#define ATTEST_CHECKS(X)                                                                           \
    X(EK, "ek")                                                                                    \
    X(EK_CERTIFICATE, "ek-certificate")                                                            \
    X(EK_CHAIN, "ek-chain")                                                                        \
    X(AK, "ak")                                                                                    \
    X(AK_IN_TPM, "ak-in-tpm")                                                                      \
    X(NONCE, "nonce")                                                                              \
    X(PIN, "pin")                                                                                  \
    X(KEY, "key")                                                                                  \
    X(SIGNATURE, "signature")                                                                      \
    X(STATEMENT, "statement")                                                                      \
    X(CREATION, "creation")                                                                        \
    X(CSR, "csr")

enum attest_check {
#define ATTEST_CHECK_ENUM(name, text) ATTEST_##name,
    ATTEST_CHECKS(ATTEST_CHECK_ENUM)
#undef ATTEST_CHECK_ENUM
};

enum attest_result {
    ATTEST_FAIL,
    ATTEST_PASS,
    ATTEST_OPEN, /* not asked, or not provable here */
};

#define ATTEST_LINES_MAX (8 + 4 * CARD_KEYS_MAX)

struct attest_line {
    enum attest_check check;
    char key[STORE_KEY_SIZE]; /* "" for what is not about one key */
    enum attest_result result;
    const char *text; /* static */
};

struct attest_verdict {
    bool accepted;
    bool ak_proven;
    struct attest_line lines[ATTEST_LINES_MAX];
    size_t count;
};

struct attest_expected {
    STACK_OF(X509) * roots; /* NULL: the EK is not asked for; then `ak` must be given */
    bool asks_nonce;        /* then it must be this one */
    unsigned char nonce[BUNDLE_NONCE_MAX];
    size_t nonce_len;
    X509_REQ *csr; /* NULL: none */
    bool has_ak;   /* the Name that was proven before */
    TPM2B_NAME ak;
    bool keyless; /* a bundle without keys will do: it is the AK that is asked about */
};

/* verdict->accepted only if nothing failed and there is a key. */
void attest_verify(const struct bundle *bundle, const struct attest_expected *expected,
                   struct attest_verdict *ret_verdict);
const char *attest_check_name(enum attest_check check);

#endif
