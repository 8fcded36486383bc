/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enrollment profiles, vsc-enroll.conf(5): what users may enroll for, as root's files say. Read as
 * strictly as pam_vsc.conf(5): an unknown key, a wrong type, a file that others could change is an
 * error that names file:line: key, and no profile of the folder is used then.
 */
#ifndef VSC_ENROLL_PROFILE_H
#define VSC_ENROLL_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/err.h"
#include "common/key_type.h"
#include "common/problem.h"
#include "common/wire_card.h"
#include "conf/conf.h"
#include "conf/folder.h"

#define PROFILES_MAX     CONF_FOLDER_FILES_MAX
#define PROFILE_NAME_MAX 64          /* bytes */
#define PROFILE_SIZE_MAX (64 * 1024) /* bytes of one file */
#define GROUPS_MAX       1024        /* of one user */

enum profile_backend {
    PROFILE_FILE,
    PROFILE_HELPER,
    PROFILE_EST,
    PROFILE_XCEP,
};

enum profile_renew_key {
    RENEW_NEW_KEY,
    RENEW_SAME_KEY,
};

/* All strings are owned and never NULL; "" for none. */
struct profile {
    char *name;
    unsigned backend; /* enum profile_backend */
    char *helper;     /* absolute path */
    struct conf_list arguments;
    char *url;
    char *tls_anchors; /* file or folder: the CAs of the server at `url`; "": the system's */
    bool delegate;     /* hand the Kerberos ticket on to it */
    unsigned key;      /* index: profile_key_type() */
    char *upn;         /* template with %u */
    char *anchors;     /* file or folder; "": nobody asks what it chains to */
    char *template_name;
    struct conf_list ekus;
    unsigned renew_percent, renew_days;
    unsigned renew_key; /* enum profile_renew_key */
    struct conf_list supersedes;
    struct conf_list users, groups;
    bool prompt, autoenroll;
    bool attestation; /* the request goes with what the TPM states of its key */
    /* The card's administrator key is root's: vscmgr rotate-adminkey opens that file, nothing here.
     */
    char *admin_key; /* path */
    bool rotate_adminkey;
    unsigned pending_days;
    unsigned version; /* who is enrolled for a lower one is to be enrolled anew */
};

struct profiles {
    struct profile *items[PROFILES_MAX]; /* owned, by the names of their files */
    size_t count;
};

/* Who asks. */
struct person {
    uid_t uid;
    char name[USER_NAME_SIZE];
    char *home;              /* owned */
    struct conf_list groups; /* names; items owned */
};

/* Of the own uid; VSC_SYSTEM if NSS does not know it. Release with person_done(). */
must_check enum vsc_err person_find(struct person *ret_person, struct problem *problem);
void person_done(struct person *person);

/* `name` stands for the file in messages. VSC_CONFIG or VSC_MEMORY; the caller
 * frees *ret_profile. */
must_check enum vsc_err profile_parse(const char *name, const void *content, size_t len,
                                      struct profile **ret_profile, struct problem *problem);
void profile_free(struct profile *profile);

/* All *.conf files of the folder that enroll.profiles names; a missing folder that was not named is
 * an empty one. Release with profiles_done(), also after a failure. */
must_check enum vsc_err profiles_load(const struct conf *conf, struct profiles *ret_profiles,
                                      struct problem *problem);
void profiles_done(struct profiles *profiles);
const struct profile *profiles_find(const struct profiles *profiles, const char *name);

/* May this person enroll? Named as user, or by a group, or nobody is named at all. */
bool profile_allows(const struct profile *profile, const struct person *person);
enum key_type profile_key_type(const struct profile *profile);
/* "rsa2048" */
const char *profile_key_word(const struct profile *profile);
const char *profile_backend_word(const struct profile *profile);
/* The UPN of a user by the template. VSC_CONFIG if it is too long. */
#define PROFILE_UPN_SIZE 512
must_check enum vsc_err profile_upn(const struct profile *profile, const char *user,
                                    char to[PROFILE_UPN_SIZE], struct problem *problem);
/* When a certificate of that life is to be renewed: what is left is less than renew_days, or than
 * what renew_percent leaves of the whole, whichever is shorter. `period` stands in place of
 * renew_days where it is not 0: seconds, as the template of AD CS says. */
int64_t profile_renew_at(const struct profile *profile, int64_t not_before, int64_t not_after,
                         int64_t period);

#endif
