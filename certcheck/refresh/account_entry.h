/* SPDX-License-Identifier: BSD-2-Clause */
/* One account, out of its entry in a directory with Active Directory's schema. */
#ifndef VSC_CERTCHECK_REFRESH_ACCOUNT_ENTRY_H
#define VSC_CERTCHECK_REFRESH_ACCOUNT_ENTRY_H

#include "certcheck/directory_accounts.h"
#include "certcheck/refresh/ldap_directory.h"
#include "common/err.h"
#include "common/problem.h"

#define ACCOUNT_ENTRY_BYTES ((size_t)1024 * 1024) /* of the values of one entry */

/* What is asked for; ends with NULL. */
extern const char *const account_entry_attributes[];

/* What of an entry was not taken. */
struct account_leftovers {
    size_t weak;   /* weak forms of altSecurityIdentities; they are taken, and need allow_weak */
    size_t broken; /* values that begin with "X509:" and are none of the forms, or too many */
};

/* "(objectSid=\01\05...)". */
#define ACCOUNT_FILTER_SIZE (16 + 3 * SID_BYTES_MAX)
void account_entry_filter(const char *sid, char to[ACCOUNT_FILTER_SIZE]);

/*
 * Read the entry of the account with this SID: `ret_account` but for the members uid, fetched and
 * is_fresh. VSC_INPUT with the reason in `problem`: it has another SID, or something that must be
 * there is missing or cannot be read. The caller calls directory_account_done().
 */
must_check enum vsc_err account_entry_read(const struct ldap_entry *entry, const char *sid,
                                           struct directory_account *ret_account,
                                           struct account_leftovers *ret_leftovers,
                                           struct problem *problem);

#endif
