/* SPDX-License-Identifier: BSD-2-Clause */
/* To whom the files of a card's keys belong: helpers.card_user, where root made them for it. */
#ifndef VSC_VSCMGR_DOCTOR_WHOSE_H
#define VSC_VSCMGR_DOCTOR_WHOSE_H

#include <stdbool.h>
#include <sys/types.h>

#include "conf/conf.h"

#define STORE_NAME_SIZE 64 /* "keys/00/cert.pem" */

struct whose {
    bool known; /* root runs this, and there is such a user */
    uid_t uid;
    gid_t gid;
};

struct whose whose_keys(const struct conf *conf);

/*
 * Find a file or folder of keys/ in the open folder of a card that is not the user's: its name, or
 * false if there is none.
 */
bool whose_find_strange(int card, const struct whose *whose, char ret_name[STORE_NAME_SIZE]);

/* Give all of them to the user. Links and files with a second name are left alone: false then. */
bool whose_give(int card, const struct whose *whose);

#endif
