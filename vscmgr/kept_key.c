/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/kept_key.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "card/owner/remove.h"
#include "card/tpm/store.h"
#include "common/hex.h"
#include "common/io.h"
#include "common/own.h"

#define DIGITS    (2 * ADMIN_KEY_SIZE)
#define FILE_SIZE 1024 /* at most */

/* The folder, and the names of one card's files in it. */
struct place {
    int folder; /* -1 when closed */
    struct kept_name name;
    char next[sizeof(struct kept_name) + sizeof ".next"];
};

static void place_close(struct place *place)
{
    own_close(&place->folder);
}
#define auto_place   __attribute__((cleanup(place_close)))
#define PLACE_CLOSED ((struct place){.folder = -1})

static enum vsc_err open_folder(const struct conf *conf, int *ret_folder, struct problem *problem)
{
    const char *path = conf->card.admin_keys;
    auto_fd int folder = -1;
    struct stat status;
    enum vsc_err err = io_open_trusted_folder(path, &folder, problem);

    if (err != VSC_OK)
        return err;
    if (fstat(folder, &status) != 0 || status.st_uid != geteuid() || (status.st_mode & 077) != 0)
        return problem_set(problem, VSC_UNTRUSTED, "%s: must be yours, and nobody else's to read",
                           path);
    *ret_folder = take_fd(folder);
    return VSC_OK;
}

/* A folder that a power cut takes away again would take the key with it. */
static enum vsc_err make_folder(const struct conf *conf, struct problem *problem)
{
    const char *path = conf->card.admin_keys;
    auto_fd int above = -1;
    char copy[PATH_MAX];

    if (*path == '\0' || strlen(path) >= sizeof copy)
        return problem_set(problem, VSC_CONFIG, "card.admin_keys: no key can be kept there");
    memcpy(copy, path, strlen(path) + 1);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", path, strerror(errno));
    above = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (above < 0 || fsync(above) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", copy, strerror(errno));
    return VSC_OK;
}

static enum vsc_err name_of(const struct conf *conf, const char *card, struct kept_name *ret_name,
                            struct problem *problem)
{
    auto_free struct objects *objects = calloc(1, sizeof *objects);
    auto_fd int folder = -1;
    enum vsc_err err = objects != NULL ? VSC_OK : VSC_MEMORY;

    if (err == VSC_OK)
        err = store_open_card(conf->card.store, card, &folder, problem);
    if (err == VSC_OK)
        err = store_read_objects(folder, objects, problem);
    if (err == VSC_OK)
        hex_write(objects->serial, SERIAL_SIZE, ret_name->text);
    return err;
}

static enum vsc_err place_open(const struct conf *conf, const char *card, struct place *place,
                               struct problem *problem)
{
    enum vsc_err err = name_of(conf, card, &place->name, problem);

    if (err == VSC_OK)
        (void)snprintf(place->next, sizeof place->next, "%s.next", place->name.text);
    return err == VSC_OK ? open_folder(conf, &place->folder, problem) : err;
}

static bool is_file(const struct place *place, const char *name)
{
    return faccessat(place->folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum vsc_err read_key(const struct place *place, const char *name, struct secret *ret_key,
                             struct problem *problem)
{
    auto_buf struct buf content;
    unsigned char bytes[ADMIN_KEY_SIZE];
    size_t count = 0;
    enum vsc_err err;

    buf_init(&content, FILE_SIZE);
    err = io_read_at(place->folder, name, FILE_SIZE, &content);
    if (err != VSC_OK || content.len <= DIGITS || content.data[DIGITS] != '\n' ||
        !hex_read((const char *)content.data, DIGITS, sizeof bytes, bytes, &count))
        return problem_set(problem, VSC_INPUT, "%s: holds no administrator key", name);
    err = secret_set(ret_key, bytes, sizeof bytes);
    explicit_bzero(bytes, sizeof bytes);
    return err;
}

/* The key, and for people whose card it is. */
static enum vsc_err write_next(const struct place *place, const struct card_info *card,
                               const struct secret *key, struct problem *problem)
{
    auto_buf struct buf content;
    char digits[DIGITS + 1], words[CARD_ID_SIZE + CARD_NAME_SIZE + USER_NAME_SIZE + 32];
    enum vsc_err err;

    buf_init(&content, FILE_SIZE);
    hex_write(key->bytes, ADMIN_KEY_SIZE, digits);
    buf_put(&content, digits, DIGITS);
    explicit_bzero(digits, sizeof digits);
    (void)snprintf(words, sizeof words, "\n# card %s (%s), owner %s\n", card->id, card->name,
                   card->has_owner ? card->owner : "-");
    buf_put(&content, words, strlen(words));
    err = buf_status(&content);
    if (err == VSC_OK)
        err = io_write_at(place->folder, place->next, content.data, content.len, 0600);
    return err == VSC_OK ? VSC_OK
                         : problem_set(problem, VSC_SYSTEM, "%s: cannot be written", place->next);
}

/* The TPM has it. Should this fail, the next run finds that out again. */
static enum vsc_err next_is_it(const struct place *place, struct problem *problem)
{
    if (renameat(place->folder, place->next, place->folder, place->name.text) != 0 ||
        fsync(place->folder) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", place->next, strerror(errno));
    return VSC_OK;
}

/* Does the card open with the key that a run which was interrupted left? To the TPM that is a
 * change from this key to the same. */
static enum vsc_err settle(const struct place *place, struct change *change, const char *card,
                           enum vsc_err *ret_result, struct problem *problem)
{
    auto_secret struct secret next = {0};
    enum vsc_err err = read_key(place, place->next, &next, problem);

    if (err == VSC_OK)
        err = admin_rotate_key(change, card, &next, &next, ret_result, problem);
    return err == VSC_OK && *ret_result == VSC_OK ? next_is_it(place, problem) : err;
}

enum vsc_err kept_is_there(const struct conf *conf, const struct card_info *card, bool *ret_kept,
                           struct problem *problem)
{
    auto_place struct place place = PLACE_CLOSED;
    enum vsc_err err;

    *ret_kept = false;
    if (access(conf->card.admin_keys, F_OK) != 0 && errno == ENOENT)
        return VSC_OK;
    err = place_open(conf, card->id, &place, problem);
    if (err == VSC_OK)
        *ret_kept = is_file(&place, place.name.text);
    return err;
}

enum vsc_err kept_get(const struct request *request, const struct conf *conf,
                      const struct card_info *card, struct secret *ret_key)
{
    auto_change struct change change = CHANGE_CLOSED;
    auto_place struct place place = PLACE_CLOSED;
    struct problem *problem = request->problem;
    enum vsc_err result = VSC_OK, err = command_admin(request, conf, &change);

    if (err == VSC_OK)
        err = place_open(conf, card->id, &place, problem);
    if (err == VSC_OK && is_file(&place, place.next))
        err = settle(&place, &change, card->id, &result, problem);
    if (err != VSC_OK)
        return err;
    if (result != VSC_OK && result != VSC_ADMIN_KEY)
        return problem_set(problem, result, "%s", card->name);
    if (!is_file(&place, place.name.text))
        return problem_set(problem, VSC_INPUT, "no administrator key of %s is kept", card->name);
    return read_key(&place, place.name.text, ret_key, problem);
}

/* The key to come: that of a run which was interrupted, or a new one. */
static enum vsc_err get_next(const struct place *place, const struct card_info *card,
                             struct secret *ret_key, struct problem *problem)
{
    unsigned char bytes[ADMIN_KEY_SIZE];
    enum vsc_err err;

    if (is_file(place, place->next))
        return read_key(place, place->next, ret_key, problem);
    if (RAND_priv_bytes(bytes, sizeof bytes) != 1)
        return VSC_SYSTEM;
    err = secret_set(ret_key, bytes, sizeof bytes);
    explicit_bzero(bytes, sizeof bytes);
    return err == VSC_OK ? write_next(place, card, ret_key, problem) : err;
}

static enum vsc_err rotate(const struct place *place, struct change *change,
                           const struct card_info *card, const struct secret *old_key,
                           enum vsc_err *ret_result, struct problem *problem)
{
    auto_secret struct secret next = {0};
    enum vsc_err err = get_next(place, card, &next, problem);

    if (err == VSC_OK)
        err = admin_rotate_key(change, card->id, old_key, &next, ret_result, problem);
    if (err == VSC_OK && *ret_result == VSC_OK)
        return next_is_it(place, problem);
    if (err != VSC_OK || *ret_result != VSC_ADMIN_KEY)
        return err;
    err = settle(place, change, card->id, ret_result, problem);
    /* The card has neither: what was to come is of no use to anybody. */
    if (err == VSC_OK && *ret_result == VSC_ADMIN_KEY)
        (void)unlinkat(place->folder, place->next, 0);
    return err;
}

enum vsc_err kept_rotate(const struct request *request, const struct conf *conf,
                         const struct card_info *card, const struct secret *old_key,
                         enum vsc_err *ret_result)
{
    auto_change struct change change = CHANGE_CLOSED;
    auto_place struct place place = PLACE_CLOSED;
    enum vsc_err err = make_folder(conf, request->problem);

    /* With the lock: two of these would write one file. */
    if (err == VSC_OK)
        err = command_admin(request, conf, &change);
    if (err == VSC_OK)
        err = place_open(conf, card->id, &place, request->problem);
    if (err == VSC_OK)
        remove_temporary(place.folder, "."); /* keys that nobody got, of runs that were killed */
    return err == VSC_OK ? rotate(&place, &change, card, old_key, ret_result, request->problem)
                         : err;
}

void kept_find(const struct conf *conf, const char *card, struct kept_name *ret_name)
{
    *ret_name = (struct kept_name){""};
    if (access(conf->card.admin_keys, F_OK) == 0 && name_of(conf, card, ret_name, NULL) != VSC_OK)
        *ret_name = (struct kept_name){""};
}

void kept_forget(const struct conf *conf, const struct kept_name *name)
{
    auto_place struct place place = PLACE_CLOSED;

    if (name->text[0] == '\0' || open_folder(conf, &place.folder, NULL) != VSC_OK)
        return;
    (void)snprintf(place.next, sizeof place.next, "%s.next", name->text);
    (void)unlinkat(place.folder, place.next, 0);
    (void)unlinkat(place.folder, name->text, 0);
}
