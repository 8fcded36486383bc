/* SPDX-License-Identifier: BSD-2-Clause */
/* Adds keys to a card, and removes them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "card/owner/default_key.h"
#include "card/owner/keygen.h"
#include "card/owner/remove.h"
#include "card/tpm/gate.h"
#include "common/own.h"

/* The lowest free key id. */
static enum vsc_err free_key_id(int keys, char ret_id[STORE_KEY_SIZE], struct problem *problem)
{
    for (unsigned number = 0; number < CARD_KEYS_MAX; number++) {
        (void)snprintf(ret_id, STORE_KEY_SIZE, "%02u", number % 100);
        if (faccessat(keys, ret_id, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
            return VSC_OK;
    }
    return problem_set(problem, VSC_EXISTS, "the card has %d keys already", CARD_KEYS_MAX);
}

static enum vsc_err make_key(struct keygen *keygen, int keys, const char *id, enum key_type type,
                             struct problem *problem)
{
    const struct objects *objects = keygen->objects;
    struct tpm *tpm = &keygen->change->tpm;
    enum vsc_err err;

    err = gate_pin_handle(tpm, &objects->srk_handle, objects->srk_at, &objects->srk_name,
                          &keygen->srk, problem);
    if (err == VSC_OK)
        err = session_start(tpm, keygen->srk, SESSION_HMAC, &keygen->hmac, problem);
    if (err == VSC_OK)
        err = keygen_make(keygen, keys, id, type, problem);
    tpm_flush(tpm, &keygen->hmac);
    tpm_release(tpm, &keygen->srk);
    return err;
}

enum vsc_err owner_generate(struct change *change, const char *id, enum key_type type,
                            char ret_key[STORE_KEY_SIZE], struct problem *problem)
{
    struct objects objects;
    struct keygen keygen = {
        .change = change, .objects = &objects, .srk = ESYS_TR_NONE, .hmac = ESYS_TR_NONE};
    auto_fd int card = -1, keys = -1;
    char key[STORE_KEY_SIZE];
    enum vsc_err err;

    err = change_card(change, id, &card, &keys, problem);
    if (err == VSC_OK)
        err = store_read_objects(card, &objects, problem);
    if (err != VSC_OK)
        return err;
    err = free_key_id(keys, key, problem);
    if (err == VSC_OK)
        err = change_tpm(change, problem);
    if (err == VSC_OK)
        err = make_key(&keygen, keys, key, type, problem);
    explicit_bzero(&objects, sizeof objects);
    if (err == VSC_OK)
        memcpy(ret_key, key, sizeof key);
    return err;
}

/* The key beside `other` whose certificate was stored last; "" if none has one. */
static enum vsc_err last_enrolled(int keys, const char *other, char ret_key[STORE_KEY_SIZE])
{
    auto_free char(*ids)[STORE_CARD_SIZE] = NULL;
    struct timespec newest = {0};
    size_t count = 0;
    enum vsc_err err = store_ids(keys, store_is_key_id, CARD_KEYS_MAX, &ids, &count);

    ret_key[0] = '\0';
    for (size_t i = 0; err == VSC_OK && i < count; i++) {
        char path[STORE_KEY_SIZE + sizeof STORE_CERT];
        struct stat status;

        (void)snprintf(path, sizeof path, "%.2s/%s", ids[i], STORE_CERT);
        if (strcmp(ids[i], other) == 0 || fstatat(keys, path, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            status.st_mtim.tv_sec < newest.tv_sec ||
            (status.st_mtim.tv_sec == newest.tv_sec && status.st_mtim.tv_nsec < newest.tv_nsec))
            continue;
        newest = status.st_mtim;
        memcpy(ret_key, ids[i], STORE_KEY_SIZE);
    }
    return err;
}

enum vsc_err owner_delete_key(struct change *change, const char *id, const char *key,
                              struct problem *problem)
{
    char next[STORE_KEY_SIZE], chosen[STORE_KEY_SIZE], name[sizeof STORE_DEL + STORE_KEY_DIGITS];
    auto_fd int card = -1, keys = -1, folder = -1;
    enum vsc_err err;

    err = change_card(change, id, &card, &keys, problem);
    if (err == VSC_OK)
        err = store_open_key(card, key, &folder, problem);
    if (err != VSC_OK)
        return err;
    store_read_default(card, chosen);
    if (strcmp(chosen, key) == 0) {
        err = last_enrolled(keys, key, next);
        if (err == VSC_OK)
            err = default_key_set(change, keys, next, problem);
        if (err != VSC_OK)
            return err;
    }
    (void)snprintf(name, sizeof name, "%s%.2s", STORE_DEL, key);
    if (renameat(keys, key, keys, name) != 0 || fsync(keys) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", key, strerror(errno));
    return remove_key_folder(keys, name, problem);
}
