/* SPDX-License-Identifier: BSD-2-Clause */
/* A bundle out of JSON that anybody may have written. */
#include <string.h>

#include "card/attest/bundle.h"
#include "card/attest/encoding.h"
#include "card/tpm/marshal.h"
#include "card/tpm/policy.h"
#include "common/hex.h"
#include "common/json_read.h"
#include "common/own.h"

#define BLOB_MAX 4096

DEFINE_AUTO(struct bundle, bundle_free)

struct reading {
    const struct json_document *document;
    struct problem *problem;
};

static enum vsc_err bad(const struct reading *reading, const char *member)
{
    return problem_set(reading->problem, VSC_INPUT, "bundle: \"%s\": missing or malformed", member);
}

static enum vsc_err get_bytes(const struct reading *reading, const struct json_value *object,
                              const char *member, struct buf *ret_bytes)
{
    const struct json_value *value = json_member(reading->document, object, member, JSON_STRING);
    enum vsc_err err;

    if (value == NULL)
        return bad(reading, member);
    err = base64_decode(value->text, ret_bytes);
    return err == VSC_INPUT ? bad(reading, member) : err;
}

/* Base64 of a TPM structure, as get_X() reads one: with its length before it. */
static enum vsc_err get_blob(const struct reading *reading, const struct json_value *object,
                             const char *member, struct buf *ret_blob, struct reader *ret_reader)
{
    auto_buf struct buf bytes;
    enum vsc_err err;

    buf_init(&bytes, BLOB_MAX);
    err = get_bytes(reading, object, member, &bytes);
    if (err != VSC_OK)
        return err;
    buf_done(ret_blob);
    buf_bytes(ret_blob, bytes.data, bytes.len);
    err = buf_status(ret_blob);
    if (err == VSC_OK)
        reader_init(ret_reader, ret_blob->data, ret_blob->len);
    return err;
}

/* The member "name" says what follows from the area; a reader of the JSON may rely on it. */
static enum vsc_err check_name(const struct reading *reading, const struct json_value *object,
                               const TPM2B_NAME *name)
{
    const struct json_value *value = json_member(reading->document, object, "name", JSON_STRING);
    unsigned char stated[sizeof name->name];
    size_t len = 0;

    if (value == NULL || !hex_read(value->text, strlen(value->text), sizeof stated, stated, &len) ||
        len != name->size || memcmp(stated, name->name, len) != 0)
        return bad(reading, "name");
    return VSC_OK;
}

static enum vsc_err get_area_at(const struct reading *reading, const struct json_value *object,
                                TPM2B_PUBLIC *ret_area)
{
    auto_buf struct buf blob;
    struct reader reader;
    TPM2B_NAME name;
    enum vsc_err err;

    buf_init(&blob, BLOB_MAX + 4);
    err = get_blob(reading, object, "public", &blob, &reader);
    if (err != VSC_OK)
        return err;
    get_TPM2B_PUBLIC(&reader, ret_area);
    if (reader_end(&reader) != VSC_OK || name_of_public(&ret_area->publicArea, &name) != VSC_OK)
        return bad(reading, "public");
    return check_name(reading, object, &name);
}

static enum vsc_err get_area(const struct reading *reading, const struct json_value *parent,
                             const char *member, TPM2B_PUBLIC *ret_area)
{
    const struct json_value *object = json_member(reading->document, parent, member, JSON_OBJECT);

    return object != NULL ? get_area_at(reading, object, ret_area) : bad(reading, member);
}

static enum vsc_err get_index(const struct reading *reading, const struct json_value *parent,
                              const char *member, struct pinned_index *ret_index)
{
    const struct json_value *object = json_member(reading->document, parent, member, JSON_OBJECT);
    auto_buf struct buf blob;
    struct reader reader;
    enum vsc_err err;

    buf_init(&blob, BLOB_MAX + 4);
    if (object == NULL)
        return bad(reading, member);
    err = get_blob(reading, object, "public", &blob, &reader);
    if (err != VSC_OK)
        return err;
    get_TPM2B_NV_PUBLIC(&reader, &ret_index->area);
    if (reader_end(&reader) != VSC_OK ||
        name_of_index(&ret_index->area.nvPublic, &ret_index->name) != VSC_OK)
        return bad(reading, "public");
    return check_name(reading, object, &ret_index->name);
}

static enum vsc_err get_hex(const struct reading *reading, const struct json_value *object,
                            const char *member, size_t len, unsigned char *ret_bytes)
{
    const struct json_value *value = json_member(reading->document, object, member, JSON_STRING);
    size_t found = 0;

    if (value == NULL || !hex_read(value->text, strlen(value->text), len, ret_bytes, &found) ||
        found != len)
        return bad(reading, member);
    return VSC_OK;
}

static enum vsc_err get_text(const struct reading *reading, const struct json_value *object,
                             const char *member, size_t size, char *ret_text)
{
    const struct json_value *value = json_member(reading->document, object, member, JSON_STRING);

    if (value == NULL || value->text[0] == '\0' || strlen(value->text) >= size ||
        !text_is_printable(value->text))
        return bad(reading, member);
    memcpy(ret_text, value->text, strlen(value->text) + 1);
    return VSC_OK;
}

static enum vsc_err get_card(const struct reading *reading, const struct json_value *root,
                             struct bundle *bundle)
{
    const struct json_value *card = json_member(reading->document, root, "card", JSON_OBJECT);
    struct objects *objects = &bundle->objects;
    enum vsc_err err;

    if (card == NULL)
        return bad(reading, "card");
    objects->kind = GATE_INDEX;
    err = get_text(reading, card, "id", sizeof bundle->card, bundle->card);
    if (err == VSC_OK)
        err = get_text(reading, card, "name", sizeof bundle->name, bundle->name);
    if (err == VSC_OK)
        err = get_hex(reading, card, "serial", SERIAL_SIZE, objects->serial);
    if (err == VSC_OK)
        err = get_area(reading, card, "approver", &objects->approver);
    if (err == VSC_OK)
        err = get_index(reading, card, "admin", &objects->admin);
    if (err == VSC_OK)
        err = get_index(reading, card, "pin", &objects->pin);
    objects->has_puk = json_member(reading->document, card, "puk", JSON_OBJECT) != NULL;
    if (err == VSC_OK && objects->has_puk)
        err = get_index(reading, card, "puk", &objects->puk);
    objects->has_helpdesk = json_member(reading->document, card, "helpdesk", JSON_OBJECT) != NULL;
    if (err == VSC_OK && objects->has_helpdesk)
        err = get_area(reading, card, "helpdesk", &objects->helpdesk);
    return err;
}

static enum vsc_err get_certificate(const struct reading *reading, const struct json_value *value,
                                    struct bundle *bundle)
{
    auto_buf struct buf der;
    struct der *cert = &bundle->certs[bundle->cert_count];
    enum vsc_err err;

    buf_init(&der, CERT_MAX);
    if (bundle->cert_count == BUNDLE_CERTS_MAX || value->kind != JSON_STRING)
        return bad(reading, "certificates");
    err = base64_decode(value->text, &der);
    if (err != VSC_OK)
        return err == VSC_INPUT ? bad(reading, "certificates") : err;
    cert->data = malloc(der.len);
    if (cert->data == NULL)
        return VSC_MEMORY;
    memcpy(cert->data, der.data, der.len);
    cert->len = der.len;
    bundle->cert_count++;
    return VSC_OK;
}

static enum vsc_err get_ek(const struct reading *reading, const struct json_value *root,
                           struct bundle *bundle)
{
    const struct json_value *ek = json_member(reading->document, root, "ek", JSON_OBJECT), *list;
    enum vsc_err err;

    if (ek == NULL)
        return VSC_OK;
    err = get_area_at(reading, ek, &bundle->ek);
    list = json_member(reading->document, ek, "certificates", JSON_ARRAY);
    if (err == VSC_OK && (list == NULL || json_first(reading->document, list) == NULL))
        err = bad(reading, "certificates");
    if (err != VSC_OK)
        return err;
    for (const struct json_value *value = json_first(reading->document, list);
         err == VSC_OK && value != NULL; value = json_next(reading->document, value))
        err = get_certificate(reading, value, bundle);
    bundle->has_ek = err == VSC_OK;
    return err;
}

static enum vsc_err get_statement(const struct reading *reading, const struct json_value *object,
                                  struct bundle_key *key)
{
    auto_buf struct buf blob;
    struct reader reader;
    enum vsc_err err;

    buf_init(&blob, BLOB_MAX + 4);
    err = get_blob(reading, object, "creation_data", &blob, &reader);
    if (err != VSC_OK)
        return err;
    get_TPM2B_CREATION_DATA(&reader, &key->creation);
    if (reader_end(&reader) != VSC_OK)
        return bad(reading, "creation_data");
    err = get_blob(reading, object, "attest", &blob, &reader);
    if (err != VSC_OK)
        return err;
    get_TPM2B_ATTEST(&reader, &key->attest);
    if (reader_end(&reader) != VSC_OK)
        return bad(reading, "attest");
    err = get_blob(reading, object, "signature", &blob, &reader);
    if (err != VSC_OK)
        return err;
    get_TPMT_SIGNATURE(&reader, &key->signature);
    return reader_end(&reader) == VSC_OK ? VSC_OK : bad(reading, "signature");
}

static enum vsc_err get_key(const struct reading *reading, const struct json_value *object,
                            struct bundle *bundle)
{
    struct bundle_key *key = &bundle->keys[bundle->key_count];
    enum vsc_err err;

    if (bundle->key_count == CARD_KEYS_MAX)
        return bad(reading, "keys");
    err = get_text(reading, object, "id", sizeof key->id, key->id);
    for (size_t i = 0; err == VSC_OK && i < bundle->key_count; i++)
        if (strcmp(bundle->keys[i].id, key->id) == 0)
            err = bad(reading, "id");
    if (err == VSC_OK && !store_is_key_id(key->id))
        err = bad(reading, "id");
    if (err == VSC_OK)
        err = get_area_at(reading, object, &key->area);
    if (err == VSC_OK)
        err = get_statement(reading, object, key);
    if (err == VSC_OK)
        bundle->key_count++;
    return err;
}

static enum vsc_err get_keys(const struct reading *reading, const struct json_value *root,
                             struct bundle *bundle)
{
    const struct json_value *list = json_member(reading->document, root, "keys", JSON_ARRAY);
    enum vsc_err err = VSC_OK;

    if (list == NULL)
        return bad(reading, "keys");
    for (const struct json_value *value = json_first(reading->document, list);
         err == VSC_OK && value != NULL; value = json_next(reading->document, value))
        err = get_key(reading, value, bundle);
    return err;
}

static enum vsc_err get_head(const struct reading *reading, const struct json_value *root,
                             struct bundle *bundle)
{
    const struct json_value *format = json_member(reading->document, root, "format", JSON_STRING);
    const struct json_value *version = json_member(reading->document, root, "version", JSON_NUMBER);
    const struct json_value *nonce = json_member(reading->document, root, "nonce", JSON_STRING);

    if (format == NULL || strcmp(format->text, BUNDLE_FORMAT) != 0)
        return bad(reading, "format");
    if (version == NULL || strcmp(version->text, "1") != 0)
        return problem_set(reading->problem, VSC_INPUT, "bundle: version %s, this program knows %d",
                           version != NULL ? version->text : "unknown", BUNDLE_VERSION);
    if (nonce != NULL && !hex_read(nonce->text, strlen(nonce->text), sizeof bundle->nonce,
                                   bundle->nonce, &bundle->nonce_len))
        return bad(reading, "nonce");
    bundle->has_csr = json_member(reading->document, root, "csr_sha256", JSON_STRING) != NULL;
    return bundle->has_csr ? get_hex(reading, root, "csr_sha256", BUNDLE_DIGEST, bundle->csr)
                           : VSC_OK;
}

enum vsc_err bundle_read(const void *bytes, size_t len, struct bundle **ret_bundle,
                         struct problem *problem)
{
    auto_by(bundle_free) struct bundle *bundle = bundle_new();
    auto_json struct json_document document = {0};
    struct reading reading = {.document = &document, .problem = problem};
    const struct json_value *root;
    enum vsc_err err;

    if (bundle == NULL)
        return VSC_MEMORY;
    if (len > BUNDLE_MAX)
        return problem_set(problem, VSC_INPUT, "bundle: longer than %d bytes", BUNDLE_MAX);
    err = json_read(bytes, len, &document, problem);
    if (err != VSC_OK)
        return err;
    root = json_root(&document);
    err = get_head(&reading, root, bundle);
    if (err == VSC_OK)
        err = get_card(&reading, root, bundle);
    if (err == VSC_OK)
        err = get_area(&reading, root, "ak", &bundle->ak);
    if (err == VSC_OK)
        err = get_ek(&reading, root, bundle);
    if (err == VSC_OK)
        err = get_keys(&reading, root, bundle);
    if (err == VSC_OK)
        *ret_bundle = take(bundle);
    return err;
}
