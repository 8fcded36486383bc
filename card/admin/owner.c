/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose a card is. */
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "card/admin/admin.h"
#include "common/io.h"
#include "common/own.h"

#define PASSWD_BUFFER 16384

enum vsc_err admin_find_owner(const char *user, struct card_conf *conf, struct problem *problem)
{
    char buffer[PASSWD_BUFFER];
    struct passwd entry, *found = NULL;

    conf->has_owner = false;
    if (user == NULL)
        return VSC_OK;
    if (getpwnam_r(user, &entry, buffer, sizeof buffer, &found) != 0 || found == NULL)
        return problem_set(problem, VSC_INPUT, "there is no account \"%s\"", user);
    if (strlen(found->pw_name) >= sizeof conf->owner || !text_is_printable(found->pw_name))
        return problem_set(problem, VSC_INPUT, "the account's name cannot be stored");
    conf->has_owner = true;
    conf->owner_uid = found->pw_uid;
    memcpy(conf->owner, found->pw_name, strlen(found->pw_name) + 1);
    text_name(conf->owner_display, sizeof conf->owner_display, found->pw_gecos,
              strcspn(found->pw_gecos, ","));
    return VSC_OK;
}

enum vsc_err admin_set_owner(struct change *change, const char *id, const char *user,
                             struct problem *problem)
{
    auto_fd int card = -1, keys = -1;
    auto_buf struct buf content;
    struct card_conf conf;
    enum vsc_err err;

    buf_init(&content, CARD_CONF_MAX);
    err = change_card(change, id, &card, &keys, problem);
    if (err == VSC_OK)
        err = store_read_conf(card, &conf, problem);
    if (err == VSC_OK)
        err = admin_find_owner(user, &conf, problem);
    if (err != VSC_OK)
        return err;
    card_conf_encode(&content, &conf);
    err = buf_status(&content);
    /* The folder hands its group on, so that the card's user can read the new file. */
    if (err == VSC_OK)
        err = io_write_at(card, CARD_CONF_FILE, content.data, content.len, 0640);
    return err == VSC_OK ? VSC_OK
                         : problem_set(problem, err, "%s: %s", CARD_CONF_FILE, strerror(errno));
}
