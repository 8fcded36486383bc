/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OCSP answers, asked about a certificate whose issuer has signed nothing that the fuzzer could
 * know: whatever it is, it never says good or revoked.
 */
#include <stdlib.h>

#include "certcheck/ocsp_answer.h"
#include "certcheck/openssl_own.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/mill.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct mill_one ca, end;
    static const unsigned char nonce[] = "0123456789abcdef";
    struct ocsp_question question = {.at = 1781524800, .min_rsa_bits = 2048};
    struct revocation_answer answer;
    X509 *responder = NULL;

    if (ca.cert == NULL) {
        mill_now = question.at;
        ca = mill_cert(&(struct mill_cert){.name = "CA", .ca = true});
        end = mill_cert(&(struct mill_cert){.name = "end", .issuer = &ca});
    }
    if (len == 0)
        return 0;
    question.cert = end.cert;
    question.issuer = ca.cert;
    question.nonce = data[0] != 0 ? nonce : NULL;
    question.nonce_len = sizeof(nonce) - 1;
    ocsp_answer_check(&question, data + 1, len - 1, &answer, &responder);
    if (answer.status != ANSWER_NONE || responder != NULL)
        abort();
    return 0;
}
