/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the ticket of a principal is that of an account. Who may sign in as the account was
 * decided before, by the certificate; here a ticket of anybody else's is thrown away, however the
 * KDC came to give it.
 */
#ifndef VSC_TGT_OWNER_H
#define VSC_TGT_OWNER_H

#include <stdbool.h>
#include <stddef.h>

/* Of a UPN: what stands before and behind its one '@'. False, and nothing changed, if it is none.
 */
bool owner_split_upn(const char *upn, size_t *ret_name_len, const char **ret_suffix);

/* A principal of one component, as libkrb5 has it: not NUL-terminated there, here they are. */
struct owner_principal {
    const char *name, *realm;
};

/*
 * True if the principal's realm is `realm`, and its name the account's short name: what remains of
 * "CORP\alice" and "alice@corp.test" without the domain, compared without case in ASCII (a
 * directory knows no case; which account it is, the uid says). Where the account names a domain by
 * '@', that must be the realm.
 */
bool owner_is(const struct owner_principal *principal, const char *account, const char *realm);

#endif
