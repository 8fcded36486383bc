/* SPDX-License-Identifier: BSD-2-Clause */
/* Creates a card: all of it or nothing. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "card/admin/hierarchy.h"
#include "card/admin/maker.h"
#include "card/attest/ak.h"
#include "card/owner/keygen.h"
#include "card/tpm/pin_marks.h"
#include "common/io.h"
#include "common/own.h"

static enum vsc_err failed(struct problem *problem, const char *what)
{
    return problem_set(problem, VSC_SYSTEM, "%s: %s", what, strerror(errno));
}

static enum vsc_err check(const struct change *change, const struct card_new *new_card,
                          struct problem *problem)
{
    const struct card_conf *conf = &new_card->conf;
    auto_free char(*ids)[STORE_CARD_SIZE] = NULL;
    size_t count = 0;
    enum vsc_err err;

    if (!card_name_is_good(conf->name))
        return problem_set(problem, VSC_USAGE,
                           "a card's name has 1 to 32 bytes, printable, without / \\ :");
    if (conf->tries < TRIES_MIN || conf->tries > TRIES_MAX)
        return problem_set(problem, VSC_USAGE, "a card has %d to %d tries", TRIES_MIN, TRIES_MAX);
    if (new_card->admin_key->len != ADMIN_KEY_SIZE)
        return problem_set(problem, VSC_USAGE, "an administrator key has 48 hexadecimal digits");
    err = pin_policy_check(&conf->policy, new_card->pin, problem);
    if (err == VSC_OK && new_card->puk != NULL)
        err = puk_check(new_card->puk, problem);
    if (err == VSC_OK)
        err = store_ids(change->cards, store_is_card_id, CARDS_MAX, &ids, &count);
    if (err == VSC_OK && count == CARDS_MAX)
        return problem_set(problem, VSC_EXISTS, "there are %d cards already", CARDS_MAX);
    for (size_t i = 0; err == VSC_OK && i < count; i++) {
        struct card_conf other;
        auto_fd int card = -1;

        if (store_open_card(change->store, ids[i], &card, NULL) == VSC_OK &&
            store_read_conf(card, &other, NULL) == VSC_OK && strcmp(other.name, conf->name) == 0)
            return problem_set(problem, VSC_EXISTS, "card %s has the name \"%s\" already", ids[i],
                               conf->name);
    }
    return err;
}

/* The lowest free id, and its folder under the name of a creation that has not ended. */
static enum vsc_err claim(const struct change *change, char id[STORE_CARD_SIZE],
                          char name[JOURNAL_NAME], struct problem *problem)
{
    for (unsigned number = 0; number < 10000; number++) {
        (void)snprintf(id, STORE_CARD_SIZE, "%04u", number);
        (void)snprintf(name, JOURNAL_NAME, "%s%04u", JOURNAL_NEW, number);
        if (faccessat(change->cards, id, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            continue;
        if (mkdirat(change->cards, name, 0700) == 0)
            return VSC_OK;
        /* One that could not be cleaned away, for example because another TPM is in its place. */
        if (errno != EEXIST)
            return failed(problem, name);
    }
    return problem_set(problem, VSC_EXISTS, "no card id is free");
}

static enum vsc_err put_file(int folder, const char *name, const struct buf *content,
                             struct problem *problem)
{
    enum vsc_err err = buf_status(content);

    if (err == VSC_OK)
        err = io_write_at(folder, name, content->data, content->len, 0640);
    return err == VSC_OK ? VSC_OK : problem_set(problem, err, "%s: %s", name, strerror(errno));
}

static enum vsc_err put_card(const struct maker *maker, const struct card_new *new_card, int folder,
                             struct problem *problem)
{
    auto_buf struct buf objects, conf;
    struct card_conf text = new_card->conf;
    enum vsc_err err;

    text.format = CARD_CONF_FORMAT;
    buf_init(&objects, OBJECTS_FILE_MAX);
    buf_init(&conf, CARD_CONF_MAX);
    objects_encode(&objects, maker->objects);
    card_conf_encode(&conf, &text);
    err = put_file(folder, OBJECTS_FILE, &objects, problem);
    if (err == VSC_OK)
        err = put_file(folder, CARD_CONF_FILE, &conf, problem);
    return err;
}

/*
 * card.conf and objects stay root's and the card's group reads them; keys is the card user's own.
 * The folders hand their group on, so that what root adds later can be read as well.
 */
static enum vsc_err hand_over(const struct change *change, int folder, int keys,
                              struct problem *problem)
{
    static const char *const files[] = {OBJECTS_FILE, CARD_CONF_FILE, AK_FILE};

    if (!change->user.set)
        return VSC_OK;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (fchownat(folder, files[i], (uid_t)-1, change->user.gid, AT_SYMLINK_NOFOLLOW) != 0 &&
            (errno != ENOENT || strcmp(files[i], AK_FILE) != 0))
            return failed(problem, files[i]);
    if (fchown(keys, change->user.uid, change->user.gid) != 0 || fchmod(keys, 02700) != 0)
        return failed(problem, STORE_KEYS);
    if (fchown(folder, (uid_t)-1, change->user.gid) != 0 || fchmod(folder, 02750) != 0)
        return failed(problem, "card");
    return VSC_OK;
}

static enum vsc_err make_first_key(const struct maker *maker, int keys, enum key_type type,
                                   struct problem *problem)
{
    struct keygen keygen = {
        .change = maker->change, .objects = maker->objects, .srk = maker->srk, .hmac = maker->hmac};

    return keygen_make(&keygen, keys, "00", type, problem);
}

static enum vsc_err make_objects(struct maker *maker, const struct card_new *new_card, int keys,
                                 bool *ret_fallback, struct problem *problem)
{
    bool works = false;
    enum vsc_err err;

    if (RAND_bytes(maker->objects->serial, SERIAL_SIZE) != 1 ||
        RAND_bytes(maker->objects->salt, SALT_SIZE) != 1)
        return problem_set(problem, VSC_SYSTEM, "no random numbers");
    if (new_card->serial != NULL)
        memcpy(maker->objects->serial, new_card->serial, SERIAL_SIZE);
    err = change_tpm(maker->change, problem);
    if (err == VSC_OK)
        err = maker_srk(maker, problem);
    if (err == VSC_OK)
        err = maker_sessions(maker, problem);
    if (err == VSC_OK && new_card->lockout != NULL)
        err = lockout_set_password(&maker->change->tpm, maker->hmac, new_card->lockout, problem);
    if (err == VSC_OK)
        err = probe_pin_fail(maker, &works, problem);
    if (err == VSC_OK)
        err = works ? maker_indices(maker, new_card, problem)
                    : maker_fallback(maker, new_card, keys, problem);
    if (err == VSC_OK && new_card->first_key != KEY_NONE)
        err = make_first_key(maker, keys, new_card->first_key, problem);
    if (err == VSC_OK && new_card->attestation != ATTESTATION_NONE)
        err = maker_attestation(maker, new_card->attestation, problem);
    *ret_fallback = !works;
    return err;
}

/* Fill the claimed folder and make it a card by its rename. */
static enum vsc_err fill(struct change *change, const struct card_new *new_card, const char *name,
                         const char *id, bool *ret_fallback, struct problem *problem)
{
    auto_fd int folder =
        openat(change->cards, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    struct objects objects = {0};
    struct maker maker = {.change = change,
                          .objects = &objects,
                          .journal.folder = folder,
                          .srk = ESYS_TR_NONE,
                          .hmac = ESYS_TR_NONE,
                          .policy = ESYS_TR_NONE,
                          .admin_index = ESYS_TR_NONE};
    auto_fd int keys = -1;
    enum vsc_err err;

    if (folder < 0 || mkdirat(folder, STORE_KEYS, 0700) != 0)
        return failed(problem, name);
    keys = openat(folder, STORE_KEYS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (keys < 0)
        return failed(problem, STORE_KEYS);
    err = make_objects(&maker, new_card, keys, ret_fallback, problem);
    maker_done(&maker);
    if (err == VSC_OK)
        err = put_card(&maker, new_card, folder, problem);
    explicit_bzero(&objects, sizeof objects);
    if (err == VSC_OK && new_card->must_change)
        err = must_change_set(keys, problem);
    if (err == VSC_OK && new_card->default_pin)
        err = default_pin_set(keys, problem);
    if (err == VSC_OK)
        err = hand_over(change, folder, keys, problem);
    if (err == VSC_OK && fsync(folder) != 0)
        err = failed(problem, name);
    /* From here on it is a card. The intent is of no use any more, and no harm if it stays. */
    if (err == VSC_OK && renameat(change->cards, name, change->cards, id) != 0)
        err = failed(problem, name);
    if (err != VSC_OK)
        return err;
    (void)fsync(change->cards);
    (void)unlinkat(folder, JOURNAL_INTENT, 0);
    return VSC_OK;
}

enum vsc_err admin_create(struct change *change, const struct card_new *new_card,
                          char ret_id[STORE_CARD_SIZE], bool *ret_fallback, struct problem *problem)
{
    char id[STORE_CARD_SIZE], name[JOURNAL_NAME];
    bool fallback = false;
    enum vsc_err err;

    err = check(change, new_card, problem);
    if (err == VSC_OK)
        err = claim(change, id, name, problem);
    if (err != VSC_OK)
        return err;
    err = fill(change, new_card, name, id, &fallback, problem);
    if (err != VSC_OK) {
        /* What cannot be removed now is by the next run. */
        enum vsc_err cleaned = journal_discard(change, name, NULL);

        (void)cleaned;
        return err;
    }
    memcpy(ret_id, id, sizeof id);
    *ret_fallback = fallback;
    return VSC_OK;
}
