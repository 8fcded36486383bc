/* SPDX-License-Identifier: BSD-2-Clause */
/* The library context that tpm2-tss is given: OpenSSL's own until it is shared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "card/tpm/crypto_context.h"

static void use_sha256(OSSL_LIB_CTX *context)
{
    EVP_MD *sha256 = EVP_MD_fetch(context, "SHA256", NULL);

    assert_non_null(sha256);
    EVP_MD_free(sha256);
}

static void test_a_new_context_is_a_new_one_when_not_shared(void **state)
{
    OSSL_LIB_CTX *first = OSSL_LIB_CTX_new(), *second = OSSL_LIB_CTX_new();

    (void)state;
    assert_non_null(first);
    assert_non_null(second);
    assert_ptr_not_equal(first, second);
    assert_ptr_not_equal(first, OSSL_LIB_CTX_get0_global_default());
    use_sha256(first);
    OSSL_LIB_CTX_free(first);
    use_sha256(second);
    OSSL_LIB_CTX_free(second);
    OSSL_LIB_CTX_free(NULL);
}

static void test_a_new_context_is_the_default_when_shared(void **state)
{
    OSSL_LIB_CTX *before = OSSL_LIB_CTX_new();

    (void)state;
    crypto_share_context();
    OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
    assert_ptr_equal(context, OSSL_LIB_CTX_get0_global_default());
    OSSL_LIB_CTX_free(context);
    use_sha256(OSSL_LIB_CTX_new());
    OSSL_LIB_CTX_free(NULL);
    OSSL_LIB_CTX_free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_context_is_a_new_one_when_not_shared),
        cmocka_unit_test(test_a_new_context_is_the_default_when_shared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
