/* SPDX-License-Identifier: BSD-2-Clause */
/* What a server gives in place of an issuer's certificate: any bytes hold none, or bounded ones. */
#include <stdlib.h>
#include <string.h>

#include "certcheck/certs.h"
#include "certcheck/openssl_own.h"
#include "certcheck/refresh/issuers.h"
#include "certcheck/refresh/pool.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_buf struct buf content;
    auto_by(x509_stack_free) STACK_OF(X509) *certs = NULL;

    buf_init(&content, len);
    buf_put(&content, data, len);
    certs = issuers_parse(&content);
    if (certs == NULL || sk_X509_num(certs) > 64)
        abort();
    for (int i = 0; i < sk_X509_num(certs); i++) {
        X509 *cert = sk_X509_value(certs, i);

        if (i2d_X509(cert, NULL) > CERT_DER_MAX)
            abort();
        (void)pool_is_issuer(cert, sk_X509_value(certs, 0));
    }
    return 0;
}
