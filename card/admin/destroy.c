/* SPDX-License-Identifier: BSD-2-Clause */
/* Destroys a card, and makes further keys on one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "card/admin/journal.h"
#include "card/admin/maker.h"
#include "card/tpm/gate.h"
#include "common/own.h"

enum vsc_err admin_destroy(struct admin *admin, const char *id, struct problem *problem)
{
    char name[JOURNAL_NAME];
    auto_fd int card = -1;
    enum vsc_err err;

    err = store_open_card(admin->store, id, &card, problem);
    if (err == VSC_OK)
        err = admin_tpm(admin, problem);
    if (err != VSC_OK)
        return err;
    (void)snprintf(name, sizeof name, "%s%s", JOURNAL_DEL, id);
    err = journal_discard(admin, name, problem);
    if (err != VSC_OK)
        return err;
    if (renameat(admin->cards, id, admin->cards, name) != 0 || fsync(admin->cards) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", id, strerror(errno));
    return journal_discard(admin, name, problem);
}

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

enum vsc_err admin_generate(struct admin *admin, const char *id, enum key_type type,
                            char ret_key[STORE_KEY_SIZE], struct problem *problem)
{
    struct objects objects;
    struct maker maker = {.admin = admin,
                          .objects = &objects,
                          .srk = ESYS_TR_NONE,
                          .hmac = ESYS_TR_NONE,
                          .policy = ESYS_TR_NONE,
                          .admin_index = ESYS_TR_NONE};
    auto_fd int card = -1, keys = -1;
    char key[STORE_KEY_SIZE];
    enum vsc_err err;

    err = store_open_card(admin->store, id, &card, problem);
    if (err == VSC_OK)
        err = store_read_objects(card, &objects, problem);
    if (err != VSC_OK)
        return err;
    keys = openat(card, STORE_KEYS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (keys < 0)
        return problem_set(problem, VSC_STORE, "%s: %s", STORE_KEYS, strerror(errno));
    err = free_key_id(keys, key, problem);
    if (err == VSC_OK)
        err = admin_tpm(admin, problem);
    if (err == VSC_OK)
        err = gate_pin_handle(&admin->tpm, &objects.srk_handle, objects.srk_at, &objects.srk_name,
                              &maker.srk, problem);
    if (err == VSC_OK)
        err = maker_sessions(&maker, problem);
    if (err == VSC_OK)
        err = maker_key(&maker, keys, key, type, problem);
    maker_done(&maker);
    explicit_bzero(&objects, sizeof objects);
    if (err == VSC_OK)
        memcpy(ret_key, key, sizeof key);
    return err;
}
