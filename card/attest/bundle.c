/* SPDX-License-Identifier: BSD-2-Clause */
/* A bundle in memory, what is signed with it, and how it is written. */
#include "card/attest/bundle.h"

#include <stdio.h>
#include <string.h>

#include "card/attest/encoding.h"
#include "card/tpm/marshal.h"
#include "card/tpm/policy.h"
#include "common/json.h"
#include "common/own.h"

#define LABEL "pam_vsc attest v1"

struct bundle *bundle_new(void)
{
    return calloc(1, sizeof(struct bundle));
}

void bundle_free(struct bundle *bundle)
{
    if (bundle == NULL)
        return;
    for (size_t i = 0; i < bundle->cert_count; i++)
        free(bundle->certs[i].data);
    free(bundle);
}

enum vsc_err bundle_qualifying_data(const struct bundle *bundle,
                                    unsigned char ret_digest[BUNDLE_DIGEST])
{
    unsigned char input[sizeof LABEL + 1 + BUNDLE_NONCE_MAX];

    if (bundle->nonce_len > BUNDLE_NONCE_MAX)
        return VSC_INPUT;
    memcpy(input, LABEL, sizeof LABEL); /* with its NUL */
    input[sizeof LABEL] = (unsigned char)bundle->nonce_len;
    memcpy(input + sizeof LABEL + 1, bundle->nonce, bundle->nonce_len);
    return sha256_of(input, sizeof LABEL + 1 + bundle->nonce_len,
                     bundle->has_csr ? bundle->csr : NULL, BUNDLE_DIGEST, ret_digest);
}

/* What put_X() wrote last: the TPM's own bytes without the length before them. */
static void blob(struct json *json, const char *name, struct buf *buf)
{
    const size_t prefix = 4;

    if (buf_status(buf) == VSC_OK && buf->len > prefix)
        json_base64(json, name, buf->data + prefix, buf->len - prefix);
    else
        json_null(json, name);
    buf_done(buf);
}

static void name_hex(struct json *json, const char *member, enum vsc_err err,
                     const TPM2B_NAME *name)
{
    if (err == VSC_OK)
        json_hex(json, member, name->name, name->size);
    else
        json_null(json, member);
}

/* An object with the Name of a public area and the area. */
static void write_area(struct json *json, const char *member, const TPM2B_PUBLIC *area)
{
    auto_buf struct buf buf;
    TPM2B_NAME name;

    buf_init(&buf, STORE_BLOB_MAX);
    json_open_object(json, member);
    name_hex(json, "name", name_of_public(&area->publicArea, &name), &name);
    put_TPM2B_PUBLIC(&buf, area);
    blob(json, "public", &buf);
    json_close_object(json);
}

static void write_index(struct json *json, const char *member, const struct pinned_index *index)
{
    auto_buf struct buf buf;
    TPM2B_NAME name;

    buf_init(&buf, STORE_BLOB_MAX);
    json_open_object(json, member);
    name_hex(json, "name", name_of_index(&index->area.nvPublic, &name), &name);
    put_TPM2B_NV_PUBLIC(&buf, &index->area);
    blob(json, "public", &buf);
    json_close_object(json);
}

static void write_card(struct json *json, const struct bundle *bundle)
{
    const struct objects *objects = &bundle->objects;

    json_open_object(json, "card");
    json_string(json, "id", bundle->card);
    json_foreign(json, "name", bundle->name);
    json_hex(json, "serial", objects->serial, SERIAL_SIZE);
    write_area(json, "approver", &objects->approver);
    write_index(json, "admin", &objects->admin);
    write_index(json, "pin", &objects->pin);
    if (objects->has_puk)
        write_index(json, "puk", &objects->puk);
    if (objects->has_helpdesk)
        write_area(json, "helpdesk", &objects->helpdesk);
    json_close_object(json);
}

static void write_ek(struct json *json, const struct bundle *bundle)
{
    auto_buf struct buf buf;
    TPM2B_NAME name;

    buf_init(&buf, STORE_BLOB_MAX);
    json_open_object(json, "ek");
    name_hex(json, "name", name_of_public(&bundle->ek.publicArea, &name), &name);
    put_TPM2B_PUBLIC(&buf, &bundle->ek);
    blob(json, "public", &buf);
    json_open_array(json, "certificates");
    for (size_t i = 0; i < bundle->cert_count; i++)
        json_base64(json, NULL, bundle->certs[i].data, bundle->certs[i].len);
    json_close_array(json);
    json_close_object(json);
}

static void write_key(struct json *json, const struct bundle_key *key)
{
    auto_buf struct buf buf;
    TPM2B_NAME name;

    buf_init(&buf, STORE_BLOB_MAX);
    json_open_object(json, NULL);
    json_string(json, "id", key->id);
    name_hex(json, "name", name_of_public(&key->area.publicArea, &name), &name);
    put_TPM2B_PUBLIC(&buf, &key->area);
    blob(json, "public", &buf);
    put_TPM2B_CREATION_DATA(&buf, &key->creation);
    blob(json, "creation_data", &buf);
    put_TPM2B_ATTEST(&buf, &key->attest);
    blob(json, "attest", &buf);
    put_TPMT_SIGNATURE(&buf, &key->signature);
    blob(json, "signature", &buf);
    json_close_object(json);
}

static bool write_bundle(const struct bundle *bundle, FILE *stream)
{
    struct json json;

    json_init(&json, stream);
    json_open_object(&json, NULL);
    json_string(&json, "format", BUNDLE_FORMAT);
    json_number(&json, "version", BUNDLE_VERSION);
    if (bundle->nonce_len > 0)
        json_hex(&json, "nonce", bundle->nonce, bundle->nonce_len);
    if (bundle->has_csr)
        json_hex(&json, "csr_sha256", bundle->csr, BUNDLE_DIGEST);
    write_card(&json, bundle);
    write_area(&json, "ak", &bundle->ak);
    if (bundle->has_ek)
        write_ek(&json, bundle);
    json_open_array(&json, "keys");
    for (size_t i = 0; i < bundle->key_count; i++)
        write_key(&json, &bundle->keys[i]);
    json_close_array(&json);
    json_close_object(&json);
    return json_end(&json);
}

enum vsc_err bundle_write(const struct bundle *bundle, char **ret_text, size_t *ret_len)
{
    auto_free char *text = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&text, &len);
    bool good;

    if (stream == NULL)
        return VSC_MEMORY;
    good = write_bundle(bundle, stream);
    if (fclose(stream) != 0 || !good)
        return VSC_MEMORY;
    *ret_text = take(text);
    *ret_len = len;
    return VSC_OK;
}
