/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/accounts_fetch.h"

#include <stdio.h>
#include <string.h>

#include "certcheck/directory_accounts.h"
#include "certcheck/refresh/account_entry.h"
#include "common/io.h"

/* One question. */
struct asking {
    struct refresh *refresh;
    const struct owner *owner;
    unsigned answers;
    struct directory_account account; /* owned; of the last answer */
    struct account_leftovers leftovers;
    struct problem *problem;
};

static void tell(const struct refresh *refresh, const struct owner *owner,
                 enum report_result result, const char *text)
{
    report_tell(refresh->report, &(struct report_line){.result = result,
                                                       .kind = "account",
                                                       .source = refresh->conf->directory.uri,
                                                       .subject = owner->account.name,
                                                       .text = text});
}

static enum vsc_err take_entry(void *arg, const struct ldap_entry *entry)
{
    struct asking *asking = arg;

    directory_account_done(&asking->account);
    asking->answers++;
    return account_entry_read(entry, asking->owner->sid, &asking->account, &asking->leftovers,
                              asking->problem);
}

/* By the SID, which no two accounts of a domain share. */
static enum vsc_err ask(struct asking *asking)
{
    struct ldap_directory *directory = asking->refresh->directory;
    char filter[ACCOUNT_FILTER_SIZE];
    const struct ldap_query query = {
        .base = ldap_directory_base(directory),
        .reach = LDAP_SUBTREE,
        .filter = filter,
        .attributes = account_entry_attributes,
        .max_entries = 2,
        .max_bytes = ACCOUNT_ENTRY_BYTES,
    };
    enum vsc_err err;

    account_entry_filter(asking->owner->sid, filter);
    err = ldap_directory_search(directory, &query, take_entry, asking, asking->problem);
    if (err == VSC_OK && asking->answers > 1)
        err = problem_set(asking->problem, VSC_INPUT, "the directory has its SID twice");
    return err;
}

static enum vsc_err keep(struct directory_accounts *accounts, const struct directory_account *old,
                         bool is_gone)
{
    struct directory_account copy;

    if (old == NULL)
        return VSC_OK;
    copy = *old;
    copy.altsecid_count = 0;
    if (is_gone)
        copy.state |= DIRECTORY_GONE;
    for (size_t i = 0; !is_gone && i < old->altsecid_count; i++) {
        copy.altsecids[copy.altsecid_count] = strdup(old->altsecids[i]);
        if (copy.altsecids[copy.altsecid_count++] == NULL) {
            directory_account_done(&copy);
            return VSC_MEMORY;
        }
    }
    return directory_accounts_add(accounts, &copy);
}

static void tell_leftovers(const struct asking *asking)
{
    const struct account_leftovers *leftovers = &asking->leftovers;
    char text[128];

    if (leftovers->broken > 0) {
        (void)snprintf(text, sizeof(text),
                       "%zu values of altSecurityIdentities are left out: not understood, or more "
                       "than %d",
                       leftovers->broken, DIRECTORY_ALTSECIDS_MAX);
        tell(asking->refresh, asking->owner, REPORT_SKIPPED, text);
    }
    if (leftovers->weak > 0 && !asking->refresh->conf->mapping.allow_weak) {
        (void)snprintf(text, sizeof(text),
                       "%zu weak values of altSecurityIdentities do not count without "
                       "mapping.allow_weak",
                       leftovers->weak);
        tell(asking->refresh, asking->owner, REPORT_SKIPPED, text);
    }
}

static enum vsc_err take_answer(struct asking *asking, struct directory_accounts *accounts)
{
    asking->account.uid = asking->owner->account.uid;
    asking->account.fetched = asking->refresh->now;
    tell(asking->refresh, asking->owner, REPORT_STORED, "");
    tell_leftovers(asking);
    return directory_accounts_add(accounts, &asking->account);
}

static enum vsc_err fetch_one(struct refresh *refresh, const struct owner *owner,
                              const struct directory_accounts *old,
                              struct directory_accounts *accounts)
{
    const struct directory_account *known = directory_accounts_of_sid(old, owner->sid);
    struct problem problem = {""};
    struct asking asking = {.refresh = refresh, .owner = owner, .problem = &problem};
    enum vsc_err err = ask(&asking);

    if (err == VSC_OK && asking.answers == 1)
        return take_answer(&asking, accounts);
    directory_account_done(&asking.account);
    if (err != VSC_OK && err != VSC_INPUT)
        return err;
    if (err == VSC_OK)
        tell(refresh, owner, REPORT_FAILED,
             known != NULL ? "the directory has no account with its SID any more"
                           : "the directory has no account with its SID");
    else
        tell(refresh, owner, REPORT_FAILED, problem.text);
    return keep(accounts, known, err == VSC_OK);
}

static enum vsc_err store(struct refresh *refresh, const struct directory_accounts *accounts)
{
    auto_buf struct buf bytes;

    buf_init(&bytes, DIRECTORY_ACCOUNTS_BYTES);
    directory_accounts_encode(accounts, &bytes);
    if (buf_status(&bytes) != VSC_OK)
        return VSC_MEMORY;
    return io_write_at(refresh->parts[CACHE_DIRECTORY], DIRECTORY_ACCOUNTS_FILE, bytes.data,
                       bytes.len, 0644);
}

/* What is kept of an owner whose SID nobody says now; nothing where another owner has that SID by
 * now: one SID twice would make the whole file unreadable. */
static const struct directory_account *known_by_uid(const struct directory_accounts *old,
                                                    const struct owners *owners, uid_t uid)
{
    const struct directory_account *known = directory_accounts_of_uid(old, uid);

    for (size_t i = 0; known != NULL && i < owners->count; i++)
        if (strcmp(owners->items[i].sid, known->sid) == 0)
            return NULL;
    return known;
}

enum vsc_err accounts_fetch(struct refresh *refresh, const struct owners *owners)
{
    auto_directory_accounts struct directory_accounts old = {.count = 0};
    auto_directory_accounts struct directory_accounts accounts = {.count = 0};
    enum vsc_err err;

    if (refresh->directory == NULL)
        return VSC_OK;
    err = directory_accounts_load(refresh->cache, refresh->now, 0, &old);
    for (size_t i = 0; err == VSC_OK && i < owners->count; i++) {
        const struct owner *owner = &owners->items[i];

        if (*owner->sid != '\0') {
            err = fetch_one(refresh, owner, &old, &accounts);
            continue;
        }
        tell(refresh, owner, owner->is_failure ? REPORT_FAILED : REPORT_SKIPPED, owner->flaw);
        err = keep(&accounts, known_by_uid(&old, owners, owner->account.uid), false);
    }
    return err == VSC_OK ? store(refresh, &accounts) : err;
}
