/* SPDX-License-Identifier: BSD-2-Clause */
/* What the directory says of the owners of cards, into the cache: directory_accounts.h. */
#ifndef VSC_CERTCHECK_REFRESH_ACCOUNTS_FETCH_H
#define VSC_CERTCHECK_REFRESH_ACCOUNTS_FETCH_H

#include "certcheck/refresh/owners.h"
#include "certcheck/refresh/refresh.h"

/*
 * Ask for each of them by its SID. Of an account of which the directory does not say anything clear
 * this time, what was known stays; one that it does not have any more is marked as gone. Accounts
 * that own no card any more are forgotten.
 */
must_check enum vsc_err accounts_fetch(struct refresh *refresh, const struct owners *owners);

#endif
