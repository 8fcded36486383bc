/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bundle that no TPM ever saw: every key of it is in this process, so that each part can be
 * changed and signed anew. It passes all checks but the challenge, which is why there is one.
 */
#ifndef VSC_TESTS_SUPPORT_FORGED_BUNDLE_H
#define VSC_TESTS_SUPPORT_FORGED_BUNDLE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "card/attest/bundle.h"
#include "card/attest/verify.h"

struct forged {
    EVP_PKEY *ca_key, *ek_key, *ak_key, *card_key;
    X509 *ca;
    STACK_OF(X509) * roots;
    struct bundle *bundle;
    TPMS_ATTEST attest; /* of key 00; forged_state() signs it */
};

enum forged_cert {
    FORGED_CERT_GOOD,
    FORGED_CERT_NO_EKU,
    FORGED_CERT_CA,
    FORGED_CERT_NO_SAN,
    FORGED_CERT_SAN_OF_SOMETHING_ELSE,
    FORGED_CERT_SAN_NOT_CRITICAL,
    FORGED_CERT_NO_KEY_USAGE,
    FORGED_CERT_SIGNING,
    FORGED_CERT_EXPIRED,
    FORGED_CERT_OTHER_KEY,
    FORGED_CERT_COUNT,
};

/* A good one; aborts if it cannot be made. */
void forged_open(struct forged *forged);
void forged_close(struct forged *forged);
/* Another certificate for the EK. */
void forged_certify(struct forged *forged, enum forged_cert kind);
/* After changes of key, creation data, nonce or request: what a TPM would say of them now. */
void forged_state(struct forged *forged);
/* Sign forged->attest as it is, with `extra` zero bytes behind it. */
void forged_sign(struct forged *forged, size_t extra);
/* The Name of the AK, as a challenge would have proven it. */
void forged_expect(const struct forged *forged, struct attest_expected *ret_expected);
/* A request for the card's key; the caller frees. */
X509_REQ *forged_request(EVP_PKEY *key);

/* attest_verify() with what forged_expect() says: is it accepted? */
bool forged_verify(const struct forged *forged, struct attest_verdict *ret_verdict);
bool forged_has_failed(const struct attest_verdict *verdict, enum attest_check check);
/* cmocka assertions: refused for this, or accepted. */
void forged_refused(const struct forged *forged, enum attest_check check);
void forged_accepted(const struct forged *forged);
/* After changes of A and P: the Names that bundle_read() would compute. */
void forged_refresh(struct forged *forged);

#endif
