/* SPDX-License-Identifier: BSD-2-Clause */
/* The store: what an interrupted run left behind, and whose files are whose. */
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "card/admin/journal.h"
#include "common/own.h"
#include "vscmgr/doctor/each_card.h"
#include "vscmgr/doctor/whose.h"

/* What is root's: nobody else may say who owns a card, or which objects are its own. */
static void check_own(struct doctor *doctor, const struct doctor_card *card, const char *name)
{
    struct stat status;

    if (fstatat(card->folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        (status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0))
        doctor_find(doctor, FINDING_STORE_OWNER, card->id, "%s: uid %u, mode %04o", name,
                    (unsigned)status.st_uid, status.st_mode & 07777u);
}

static void check_card(struct doctor *doctor, struct doctor_card *card, void *arg)
{
    struct whose whose;
    char strange[STORE_NAME_SIZE];

    (void)arg;
    check_own(doctor, card, ".");
    check_own(doctor, card, CARD_CONF_FILE);
    check_own(doctor, card, OBJECTS_FILE);
    whose = whose_keys(doctor->conf);
    if (whose.known && whose_find_strange(card->folder, &whose, strange))
        doctor_find(doctor, FINDING_STORE_OWNER, card->id, "%s: not %s's", strange,
                    doctor->conf->helpers.card_user);
}

void check_store(struct doctor *doctor)
{
    auto_fd int cards = -1;

    if (doctor->conf == NULL || store_open_cards(doctor->conf->card.store, &cards, NULL) != VSC_OK)
        return; /* no card was ever made */
    if (journal_has_leftovers(cards))
        doctor_find(doctor, FINDING_INTERRUPTED, NULL, "%s", doctor->conf->card.store);
    each_card(doctor, true, check_card, NULL);
}
