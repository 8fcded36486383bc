/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the verifier of bundles and the help desk read from others. The first byte says what the
 * rest is: a bundle, any JSON, a challenge's file, the file "attestation", or a code.
 */
#include <stdlib.h>
#include <string.h>

#include "card/attest/ak.h"
#include "card/attest/credential.h"
#include "card/attest/verify.h"
#include "common/code.h"
#include "common/json_read.h"
#include "tests/fuzz/fuzz.h"

#define CODE_TEXT_MAX 256

static void must(int holds)
{
    if (!holds)
        abort();
}

/* Judged with an AK that nobody has: never accepted. What was read is written and read again. */
static void bundle(const uint8_t *data, size_t len)
{
    static const struct attest_expected expected = {.has_ak = true, .ak.size = 2};
    static struct attest_verdict verdict;
    struct bundle *first = NULL, *second = NULL;
    struct problem problem = {""};
    char *text = NULL;
    size_t size = 0;

    if (bundle_read(data, len, &first, &problem) != VSC_OK) {
        must(first == NULL);
        return;
    }
    attest_verify(first, &expected, &verdict);
    must(!verdict.accepted && !verdict.ak_proven && verdict.count > 0);
    must(bundle_write(first, &text, &size) == VSC_OK);
    must(bundle_read(text, size, &second, &problem) == VSC_OK);
    must(second->key_count == first->key_count && second->cert_count == first->cert_count &&
         second->nonce_len == first->nonce_len);
    free(text);
    bundle_free(first);
    bundle_free(second);
}

/* Every value is reached once, and strings end. */
static size_t walk(const struct json_document *document, const struct json_value *value)
{
    size_t count = 1;

    if (value->kind == JSON_STRING || value->kind == JSON_NUMBER)
        must(strlen(value->text) <= 1024 * 1024);
    for (const struct json_value *in = json_first(document, value); in != NULL;
         in = json_next(document, in)) {
        if (value->kind == JSON_OBJECT)
            must(json_member(document, value, in->name, in->kind) == in);
        count += walk(document, in);
    }
    return count;
}

static void json(const uint8_t *data, size_t len)
{
    struct json_document document = {0};
    struct problem problem = {""};

    if (json_read(data, len, &document, &problem) == VSC_OK)
        must(walk(&document, json_root(&document)) == document.count);
    else
        must(document.text == NULL);
    json_document_done(&document);
}

static void challenge(const uint8_t *data, size_t len)
{
    static struct credential credential;
    struct problem problem = {""};
    struct buf again;

    if (credential_decode(data, len, &credential, &problem) != VSC_OK)
        return;
    buf_init(&again, CREDENTIAL_FILE_MAX);
    credential_encode(&again, &credential);
    must(buf_status(&again) == VSC_OK && again.len == len && memcmp(again.data, data, len) == 0);
    buf_done(&again);
}

static void key_file(const uint8_t *data, size_t len)
{
    static TPM2B_PRIVATE private;
    struct bundle *found = bundle_new();
    struct problem problem = {""};

    must(found != NULL);
    if (ak_decode(data, len, found, &private, &problem) == VSC_OK)
        must(ak_fits(&found->ak) && found->cert_count <= BUNDLE_CERTS_MAX);
    bundle_free(found);
}

/* What is read is what is written of it. */
static void code(const uint8_t *data, size_t len)
{
    unsigned char bytes[CODE_BYTES_MAX], again[CODE_BYTES_MAX];
    char text[CODE_TEXT_MAX] = "", written[CODE_SIZE];
    size_t size = len > 0 && data[0] == '!' ? 32 : 16;

    if (len >= sizeof text)
        return;
    memcpy(text, data, len);
    if (code_read(size == 32 ? text + 1 : text, size, bytes) != VSC_OK)
        return;
    code_write(bytes, size, 4, written);
    must(code_read(written, size, again) == VSC_OK && memcmp(bytes, again, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static void (*const targets[])(const uint8_t *, size_t) = {bundle, json, challenge, key_file,
                                                               code};

    if (len > 0 && data[0] < sizeof targets / sizeof targets[0])
        targets[data[0]](data + 1, len - 1);
    return 0;
}
