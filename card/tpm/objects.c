/* SPDX-License-Identifier: BSD-2-Clause */
/* The pinned objects of a card: encoding, strict decoding, derivation of authValues. */
#include "card/tpm/objects.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "card/tpm/layout.h"
#include "card/tpm/marshal.h"
#include "card/tpm/policy.h"

static void put_index(struct buf *buf, const struct pinned_index *index)
{
    put_TPM2B_NV_PUBLIC(buf, &index->area);
    buf_bytes(buf, index->handle.data, index->handle.len);
}

static void put_approval(struct buf *buf, const struct approval *approval)
{
    put_TPMT_SIGNATURE(buf, &approval->signature);
    put_TPMT_TK_VERIFIED(buf, &approval->ticket);
}

void objects_encode(struct buf *buf, const struct objects *objects)
{
    buf_u32(buf, OBJECTS_FORMAT);
    buf_u8(buf, (uint8_t)objects->kind);
    buf_put(buf, objects->serial, sizeof objects->serial);
    buf_put(buf, objects->salt, sizeof objects->salt);
    buf_u32(buf, objects->srk_at);
    put_TPM2B_PUBLIC(buf, &objects->srk);
    buf_bytes(buf, objects->srk_handle.data, objects->srk_handle.len);
    if (objects->kind == GATE_OBJECT) {
        put_TPM2B_PUBLIC(buf, &objects->gate);
        return;
    }
    put_TPM2B_PUBLIC(buf, &objects->approver);
    put_index(buf, &objects->admin);
    put_index(buf, &objects->pin);
    put_approval(buf, &objects->pin_approval);
    buf_u8(buf, objects->has_puk);
    if (objects->has_puk) {
        put_index(buf, &objects->puk);
        put_approval(buf, &objects->puk_approval);
    }
    buf_u8(buf, objects->has_helpdesk);
    if (objects->has_helpdesk) {
        put_TPM2B_PUBLIC(buf, &objects->helpdesk);
        put_TPM2B_PRIVATE(buf, &objects->helpdesk_private);
    }
}

static void get_blob(struct reader *reader, struct esys_blob *ret_blob)
{
    size_t len = 0;
    const unsigned char *bytes = reader_bytes(reader, sizeof ret_blob->data, &len);

    ret_blob->len = 0;
    if (bytes == NULL)
        return;
    memcpy(ret_blob->data, bytes, len);
    ret_blob->len = len;
}

static void get_index(struct reader *reader, struct pinned_index *ret_index)
{
    get_TPM2B_NV_PUBLIC(reader, &ret_index->area);
    get_blob(reader, &ret_index->handle);
    if (!reader->fault && name_of_index(&ret_index->area.nvPublic, &ret_index->name) != VSC_OK)
        reader->fault = true;
}

static void get_approval(struct reader *reader, struct approval *ret_approval)
{
    get_TPMT_SIGNATURE(reader, &ret_approval->signature);
    get_TPMT_TK_VERIFIED(reader, &ret_approval->ticket);
}

static void get_index_card(struct reader *reader, struct objects *objects)
{
    get_TPM2B_PUBLIC(reader, &objects->approver);
    get_index(reader, &objects->admin);
    get_index(reader, &objects->pin);
    get_approval(reader, &objects->pin_approval);
    objects->has_puk = reader_bool(reader);
    if (objects->has_puk) {
        get_index(reader, &objects->puk);
        get_approval(reader, &objects->puk_approval);
    }
    objects->has_helpdesk = reader_bool(reader);
    if (objects->has_helpdesk) {
        get_TPM2B_PUBLIC(reader, &objects->helpdesk);
        get_TPM2B_PRIVATE(reader, &objects->helpdesk_private);
    }
}

static enum vsc_err damaged(struct problem *problem, const char *what)
{
    return problem_set(problem, VSC_STORE, "%s: %s", OBJECTS_FILE, what);
}

enum vsc_err objects_decode(const void *bytes, size_t len, struct objects *ret_objects,
                            struct problem *problem)
{
    struct objects objects = {0};
    struct reader reader;
    uint32_t format;

    reader_init(&reader, bytes, len);
    format = reader_u32(&reader);
    if (!reader.fault && format > OBJECTS_FORMAT)
        return problem_set(problem, VSC_NOT_BUILT,
                           "%s: format %u was made by a newer version, this one knows %d",
                           OBJECTS_FILE, format, OBJECTS_FORMAT);
    objects.kind = (enum gate_kind)reader_u8(&reader);
    reader_copy(&reader, objects.serial, sizeof objects.serial);
    reader_copy(&reader, objects.salt, sizeof objects.salt);
    objects.srk_at = reader_u32(&reader);
    get_TPM2B_PUBLIC(&reader, &objects.srk);
    get_blob(&reader, &objects.srk_handle);
    if (objects.kind == GATE_INDEX)
        get_index_card(&reader, &objects);
    else if (objects.kind == GATE_OBJECT)
        get_TPM2B_PUBLIC(&reader, &objects.gate);
    else
        return damaged(problem, "unknown kind of card");
    if (reader_end(&reader) != VSC_OK || format != OBJECTS_FORMAT ||
        name_of_public(&objects.srk.publicArea, &objects.srk_name) != VSC_OK)
        return damaged(problem, "malformed");
    if (objects.kind == GATE_INDEX && layout_check(&objects) != VSC_OK)
        return damaged(problem, "the policies do not follow from the objects");
    *ret_objects = objects;
    explicit_bzero(&objects, sizeof objects);
    return VSC_OK;
}

void objects_names(const struct objects *objects, struct card_names *ret_names)
{
    *ret_names = (struct card_names){.serial.size = SERIAL_SIZE};
    memcpy(ret_names->serial.buffer, objects->serial, SERIAL_SIZE);
    /* A Name that cannot be computed stays empty, and no policy made with it fits an object. */
    if (name_of_public(&objects->approver.publicArea, &ret_names->approver) != VSC_OK)
        ret_names->approver.size = 0;
    ret_names->admin = objects->admin.name;
    if (objects->has_puk)
        ret_names->puk = objects->puk.name;
    if (objects->has_helpdesk &&
        name_of_public(&objects->helpdesk.publicArea, &ret_names->helpdesk) != VSC_OK)
        ret_names->helpdesk.size = 0;
}

enum vsc_err objects_gate_name(const struct objects *objects, TPM2B_NAME *ret_name)
{
    if (objects->kind == GATE_OBJECT)
        return name_of_public(&objects->gate.publicArea, ret_name);
    *ret_name = objects->pin.name;
    return VSC_OK;
}

enum vsc_err objects_derive(const struct objects *objects, enum derived what,
                            const struct secret *secret, struct secret *ret_auth)
{
    static const char *const words[] = {
        [DERIVED_PIN] = "", [DERIVED_PUK] = "puk", [DERIVED_ADMIN] = "admin"};
    unsigned char input[8 + SECRET_MAX], out[EVP_MAX_MD_SIZE];
    size_t len = strlen(words[what]);
    unsigned out_len = 0;
    enum vsc_err err = VSC_MEMORY;

    memcpy(input, words[what], len);
    if (len > 0)
        input[len++] = '\0';
    memcpy(input + len, secret->bytes, secret->len);
    if (HMAC(EVP_sha256(), objects->salt, sizeof objects->salt, input, len + secret->len, out,
             &out_len) != NULL) {
        /* A TPM strips trailing zeroes from an authValue (part 1, 17.6.4.3): have none. */
        out[out_len - 1] |= 1;
        err = secret_set(ret_auth, out, out_len);
    }
    explicit_bzero(input, sizeof input);
    explicit_bzero(out, sizeof out);
    return err;
}
