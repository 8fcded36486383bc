/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What enrollment profiles (vsc-enroll.conf.5) say of the administrator keys of cards, which is
 * root's to read: vsc-enroll looks at the rest. The keys here are read as strictly as there, all
 * others are passed over.
 */
#ifndef VSC_VSCMGR_ADMINKEY_CARD_PROFILE_H
#define VSC_VSCMGR_ADMINKEY_CARD_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/secret.h"
#include "common/wire_card.h"
#include "conf/conf.h"
#include "conf/folder.h"

#define CARD_PROFILES_MAX CONF_FOLDER_FILES_MAX

/* Strings are owned and never NULL. */
struct card_profile {
    char *name, *upn;
    struct conf_list users, groups;
    char *admin_key; /* path of a file; "" for none */
    bool rotate_adminkey;
};

struct card_profiles {
    struct card_profile *items[CARD_PROFILES_MAX]; /* owned */
    size_t count;
};

/* Of the folder that enroll.profiles names. Release with card_profiles_done(), also after a
 * failure. */
must_check enum vsc_err card_profiles_load(const struct conf *conf,
                                           struct card_profiles *ret_profiles,
                                           struct problem *problem);
void card_profiles_done(struct card_profiles *profiles);
#define auto_card_profiles __attribute__((cleanup(card_profiles_done)))
const struct card_profile *card_profiles_find(const struct card_profiles *profiles,
                                              const char *name);

must_check enum vsc_err card_profile_parse(const char *name, const char *text, size_t len,
                                           struct card_profile **ret_profile,
                                           struct problem *problem);
void card_profile_free(struct card_profile *profile);

/* Is the card's owner one whom the profile is for, and is a certificate with its UPN on the card?
 */
bool card_profile_fits(const struct card_profile *profile, const struct card_info *card);
/* The initial administrator key, from a file that nobody but root may read: 48 hexadecimal digits.
 */
must_check enum vsc_err card_profile_key(const struct card_profile *profile, struct secret *ret_key,
                                         struct problem *problem);

#endif
