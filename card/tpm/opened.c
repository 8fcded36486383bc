/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens a card of the store in the TPM, see the header. */
#include "card/tpm/opened.h"

#include <fcntl.h>
#include <string.h>

#include "card/tpm/key.h"
#include "card/tpm/marshal.h"
#include "common/io.h"
#include "common/own.h"

/* The fallback's object: its private part changes with the PIN. */
static enum vsc_err read_pin_private(int card, TPM2B_PRIVATE *ret_private, struct problem *problem)
{
    auto_buf struct buf content;
    auto_fd int keys = openat(card, STORE_KEYS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    struct reader reader;
    enum vsc_err err;

    if (keys < 0)
        return problem_set(problem, VSC_STORE, "%s: missing", STORE_KEYS);
    buf_init(&content, STORE_BLOB_MAX);
    err = io_read_at(keys, STORE_PIN_PRIV, STORE_BLOB_MAX, &content);
    if (err != VSC_OK)
        return problem_set(problem, VSC_STORE, "%s/%s: unreadable", STORE_KEYS, STORE_PIN_PRIV);
    reader_init(&reader, content.data, content.len);
    get_TPM2B_PRIVATE(&reader, ret_private);
    if (reader_end(&reader) != VSC_OK)
        return problem_set(problem, VSC_STORE, "%s/%s: malformed", STORE_KEYS, STORE_PIN_PRIV);
    return VSC_OK;
}

static void close_card(struct opened *opened)
{
    if (opened->card[0] == '\0')
        return;
    opened_unload(opened);
    gate_close(&opened->gate);
    opened->card[0] = '\0';
    explicit_bzero(&opened->objects, sizeof opened->objects);
}

static enum vsc_err open_files(struct opened *opened, int card, TPM2B_PRIVATE *private,
                               struct problem *problem)
{
    enum vsc_err err;

    err = store_read_conf(card, &opened->conf, problem);
    if (err == VSC_OK)
        err = store_read_objects(card, &opened->objects, problem);
    if (err == VSC_OK && opened->objects.kind == GATE_OBJECT)
        err = read_pin_private(card, private, problem);
    return err;
}

enum vsc_err opened_card(struct opened *opened, const char *store, const char *tcti, const char *id,
                         struct problem *problem)
{
    auto_fd int card = -1;
    TPM2B_PRIVATE private = {0};
    enum vsc_err err;

    err = store_open_card(store, id, &card, problem);
    if (err != VSC_OK)
        return err;
    if (!tpm_is_usable(&opened->tpm))
        opened_close(opened);
    if (strcmp(opened->card, id) == 0)
        return VSC_OK;
    close_card(opened);
    err = open_files(opened, card, &private, problem);
    if (err == VSC_OK && opened->tpm.esys == NULL)
        err = tpm_open(&opened->tpm, tcti, problem);
    if (err == VSC_OK)
        err = gate_open(&opened->gate, &opened->tpm, &opened->objects, &private, problem);
    if (err != VSC_OK)
        return err;
    memcpy(opened->card, id, sizeof opened->card);
    opened->key = ESYS_TR_NONE;
    opened->key_id[0] = '\0';
    return VSC_OK;
}

enum vsc_err opened_key(struct opened *opened, const char *store, const char *key,
                        struct problem *problem)
{
    auto_fd int card = -1, folder = -1;
    TPM2B_PRIVATE private = {0};
    TPM2B_PUBLIC area = {0};
    enum vsc_err err;

    if (opened->key_id[0] == '\0' || strcmp(opened->key_id, key) != 0) {
        opened_unload(opened);
        err = store_open_card(store, opened->card, &card, problem);
        if (err == VSC_OK)
            err = store_open_key(card, key, &folder, problem);
        if (err == VSC_OK)
            err = store_read_key(folder, &area, &private, problem);
        if (err == VSC_OK)
            err = key_check(&opened->objects, &area, problem);
        if (err == VSC_OK)
            err = key_load(&opened->gate, &area, &private, &opened->key, problem);
        if (err != VSC_OK)
            return err;
        opened->key_area = area;
        memcpy(opened->key_id, key, sizeof opened->key_id);
    }
    return gate_prepare(&opened->gate, problem);
}

void opened_unload(struct opened *opened)
{
    if (opened->key_id[0] == '\0')
        return;
    tpm_flush(&opened->tpm, &opened->key);
    opened->key_id[0] = '\0';
}

void opened_close(struct opened *opened)
{
    close_card(opened);
    tpm_close(&opened->tpm);
}
