/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the directory lets the account be used. */
#include "certcheck/mapping.h"

/*
 * By the SID, which an account that was made anew under the same name does not have; where nobody
 * says what it is now, by the uid that it had.
 */
static const struct directory_account *known_as(const struct mapping *mapping,
                                                const struct account *account)
{
    char sid[SID_SIZE];

    if (mapping->directory.count == 0 || account_is_local(mapping->source, account))
        return NULL;
    if (directory_sid_of(mapping->source->directory, account->uid, sid) == DIRECTORY_FOUND)
        return directory_accounts_of_sid(&mapping->directory, sid);
    return directory_accounts_of_uid(&mapping->directory, account->uid);
}

bool mapping_seen(const struct mapping *mapping, const struct account *account, int64_t *ret_seen)
{
    const struct directory_account *known =
        directory_accounts_of_uid(&mapping->directory, account->uid);

    if (known == NULL)
        return false;
    if (account_is_local(mapping->source, account))
        return false;
    *ret_seen = known->fetched;
    return true;
}

void mapping_check_state(const struct mapping *mapping, const struct account *account, int64_t at,
                         struct verdict *verdict)
{
    const struct directory_account *known = known_as(mapping, account);

    if (known == NULL)
        return;
    verdict_passed(verdict, CHECK_ACCOUNT_STATE);
    if ((known->state & DIRECTORY_GONE) != 0)
        verdict_refuse(verdict, REASON_ACCOUNT_DISABLED, 0, "it has none with the SID of %s",
                       account->name);
    else if ((known->state & DIRECTORY_DISABLED) != 0)
        verdict_refuse(verdict, REASON_ACCOUNT_DISABLED, 0, "%s", account->name);
    if ((known->state & DIRECTORY_LOCKED) != 0)
        verdict_refuse(verdict, REASON_ACCOUNT_LOCKED, 0, "%s", account->name);
    if (known->expires <= at)
        verdict_refuse(verdict, REASON_ACCOUNT_EXPIRED, 0, "%s", account->name);
}
