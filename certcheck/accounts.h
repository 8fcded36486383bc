/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accounts, as NSS knows them. An account is what getpwnam_r returns for a name: its pw_name and
 * uid, never the name that was asked for (CVE-2025-11561, CVE-2025-49012).
 */
#ifndef VSC_CERTCHECK_ACCOUNTS_H
#define VSC_CERTCHECK_ACCOUNTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "certcheck/directory.h"
#include "common/text.h"
#include "common/wire_card.h"

struct account {
    char name[USER_NAME_SIZE]; /* pw_name */
    uid_t uid;
    char display[TEXT_NAME]; /* the person's name out of GECOS, safe to show; may be empty */
};

/* Where to look; tests bring their own. */
struct account_source {
    bool (*by_name)(const char *name, struct account *ret_account);
    bool (*by_uid)(uid_t uid, struct account *ret_account);
    bool (*is_local)(const struct account *account); /* it stands in /etc/passwd */
    struct directory *directory; /* borrowed; NULL: there is none that answers */
};

/* Without a directory. */
extern const struct account_source account_nss;

/* Does an account of this name and uid stand in this file? False also for one that cannot be read:
 * what is not known to be local is a directory's. */
bool account_is_in_file(const char *path, const struct account *account);

/* A name that may be looked up: none with '/', ':' or controls, or beginning with '-', '+', '@'. */
bool account_name_is_sound(const char *name);

/* Look up a sound name; false for one that is unknown, or where NSS failed. */
bool account_find(const struct account_source *source, const char *name,
                  struct account *ret_account);

/* Is it in /etc/passwd? A source that cannot say counts as no. */
bool account_is_local(const struct account_source *source, const struct account *account);

/* The same account: uid and pw_name agree. */
bool account_is_same(const struct account *a, const struct account *b);

/*
 * Does the uid lead back to another name, or the name to another account, or to none? Both are
 * refused: a session is made for a name. winbind with "use default domain" calls CORP\lena "lena",
 * as /etc/passwd may call somebody else.
 */
bool account_has_twin(const struct account_source *source, const struct account *account);

#endif
