/* SPDX-License-Identifier: BSD-2-Clause */
/* What an EST server answers: the first byte tells whether as certificates, csrattrs, a line of the
 * header, or the URL of a profile. */
#include <stdlib.h>
#include <string.h>

#include "certcheck/openssl_own.h"
#include "enroll/est/answer.h"
#include "enroll/est/csrattrs.h"
#include "enroll/est/http.h"
#include "enroll/est/url.h"
#include "enroll/issued.h"
#include "tests/fuzz/fuzz.h"

static void must(int claim)
{
    if (!claim)
        abort();
}

static void read_certs(const uint8_t *data, size_t len)
{
    STACK_OF(X509) *certs = sk_X509_new_null();
    auto_buf struct buf pem;

    buf_init(&pem, ANSWER_MAX);
    must(certs != NULL);
    if (est_certs_read(data, len, certs) == VSC_OK) {
        must(sk_X509_num(certs) >= 1 && sk_X509_num(certs) <= EST_CERTS_MAX);
        if (est_chain(certs, certs, "", &pem) == VSC_OK)
            must(pem.len > 0);
    } else {
        must(sk_X509_num(certs) == 0);
    }
    x509_stack_free(certs);
}

static void read_header(const uint8_t *data, size_t len)
{
    struct est_response response = {.retry_after = -1};

    est_header((const char *)data, len, &response);
    must(response.retry_after >= -1 && response.retry_after < 1000000000);
    must(strlen(response.type) < EST_TYPE_SIZE);
    (void)est_is_type(&response, "application/pkcs7-mime");
}

static void read_url(const uint8_t *data, size_t len)
{
    char text[EST_URL_SIZE], url[EST_URL_SIZE];

    if (len >= sizeof text)
        return;
    memcpy(text, data, len);
    text[len] = '\0';
    if (est_url(text, "simplereenroll", url) != VSC_OK)
        return;
    must(strncmp(url, "https://", 8) == 0 && strpbrk(url, "@?#\\ \r\n\t%") == NULL &&
         strstr(url, "..") == NULL);
    must(strstr(url, "/.well-known/est/") != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct est_wishes wishes = {.key_count = 0};

    if (len < 1)
        return 0;
    switch (data[0]) {
    case 'c':
        read_certs(data + 1, len - 1);
        break;
    case 'a':
        if (est_csrattrs_read(data + 1, len - 1, &wishes) == VSC_OK)
            must(wishes.key_count <= EST_WISHES_MAX);
        break;
    case 'h':
        read_header(data + 1, len - 1);
        break;
    default:
        read_url(data + 1, len - 1);
        break;
    }
    return 0;
}
