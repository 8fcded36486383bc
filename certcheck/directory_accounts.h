/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a directory says of the accounts that own this machine's cards, as `certcheck refresh`
 * fetched it over an authenticated connection: the file directory/accounts of the cache, described
 * in vsc-cache(5). An account is known by its SID, never by a name. What is old refuses as before,
 * but gives nobody an account any more.
 */
#ifndef VSC_CERTCHECK_DIRECTORY_ACCOUNTS_H
#define VSC_CERTCHECK_DIRECTORY_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "certcheck/cache.h"
#include "certcheck/upn.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/sid.h"

#define DIRECTORY_ACCOUNTS_FILE  "accounts" /* in CACHE_DIRECTORY */
#define DIRECTORY_ACCOUNTS_BYTES ((size_t)4 * 1024 * 1024)
#define DIRECTORY_ACCOUNTS_MAX   1024
#define DIRECTORY_ALTSECIDS_MAX  64 /* of one account */
#define DIRECTORY_NEVER          INT64_MAX

/* Bits of what is the matter with an account. */
#define DIRECTORY_DISABLED 1u
#define DIRECTORY_LOCKED   2u
#define DIRECTORY_GONE     4u /* the directory had it, and has none with this SID any more */

struct directory_account {
    char sid[SID_SIZE]; /* of a domain */
    uid_t uid;          /* that winbind or SSSD gave it when this was fetched */
    int64_t fetched;    /* seconds since 1970 */
    unsigned state;     /* bits */
    int64_t expires;    /* accountExpires in seconds since 1970; DIRECTORY_NEVER */
    /* Well-formed or "": userPrincipalName, and sAMAccountName@domain, which is a UPN as well
     * wherever no account has it as its userPrincipalName ([MS-ADTS] 5.1.1.1.1). */
    char upn[UPN_MAX + 1], implicit_upn[UPN_MAX + 1];
    /* altSecurityIdentities that speak of certificates, each in its one form; owned. */
    char *altsecids[DIRECTORY_ALTSECIDS_MAX];
    size_t altsecid_count;
    bool is_fresh; /* not in the file: young enough to give the account to a certificate */
};

struct directory_accounts {
    struct directory_account *items; /* owned; no two with one SID */
    size_t count;
};

void directory_account_done(struct directory_account *account);
void directory_accounts_done(struct directory_accounts *accounts);
#define auto_directory_accounts __attribute__((cleanup(directory_accounts_done)))

/* Takes over what `account` owns, also on failure. VSC_MEMORY also beyond the maximum. */
must_check enum vsc_err directory_accounts_add(struct directory_accounts *accounts,
                                               struct directory_account *account);
/* The account with this SID, or NULL; borrowed. */
const struct directory_account *directory_accounts_of_sid(const struct directory_accounts *accounts,
                                                          const char *sid);
/* The first that had this uid. */
const struct directory_account *directory_accounts_of_uid(const struct directory_accounts *accounts,
                                                          uid_t uid);

/* The file's bytes, into an empty buffer, and back: VSC_INPUT for what is not such a file, wholly
 * and in order. */
void directory_accounts_encode(const struct directory_accounts *accounts, struct buf *buf);
must_check enum vsc_err directory_accounts_decode(const void *bytes, size_t len,
                                                  struct directory_accounts *ret_accounts);

/*
 * Those of the cache: none where there is no file, or one that is damaged, foreign or of another
 * version. Fresh are those fetched at most `max_age` seconds before `now`. Only memory fails.
 */
must_check enum vsc_err directory_accounts_load(const struct cache *cache, int64_t now,
                                                int64_t max_age,
                                                struct directory_accounts *ret_accounts);

#endif
