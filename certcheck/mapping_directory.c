/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules that ask the directory. What it says of itself is a SID; winbind or SSSD give the uid of
 * the SID, and NSS the name of the uid: no name is put together on the way. An account of
 * /etc/passwd that happens to have the name or the uid is none of the directory's (CVE-2025-11561).
 */
#include <string.h>

#include "certcheck/mapping_parts.h"
#include "common/altsecid.h"
#include "common/text.h"

#define TOO_OLD                                                                                    \
    "what is known of the directory's accounts is too old for that: certcheck refresh must reach " \
    "it"

static enum directory_result account_of(const struct account_source *source, const char *sid,
                                        struct account *ret_account)
{
    struct account account, again;
    uid_t uid;
    enum directory_result result = directory_uid_of(source->directory, sid, &uid);

    if (result != DIRECTORY_FOUND)
        return result;
    if (!source->by_uid(uid, &account) || !account_find(source, account.name, &again) ||
        !account_is_same(&account, &again) || account.uid != uid ||
        account_is_local(source, &account))
        return DIRECTORY_NONE;
    *ret_account = account;
    return DIRECTORY_FOUND;
}

static void add_by_sid(const struct mapping *mapping, const char *sid, enum binding binding,
                       struct yield *yield)
{
    struct account account;
    enum directory_result result = account_of(mapping->source, sid, &account);

    if (result == DIRECTORY_FOUND)
        yield_add(yield, &account, binding);
    yield->failed = yield->failed || result == DIRECTORY_FAILED;
}

void mapping_apply_directory_sid(const struct mapping *mapping, const struct facts *facts,
                                 struct yield *yield)
{
    if (facts->sid_state == SID_ONE)
        add_by_sid(mapping, facts->sid, BINDING_STRONG, yield);
}

/* How firmly the directory binds this certificate to the account; one that is gone has none. */
enum claim {
    CLAIM_NONE,
    CLAIM_WEAK,
    CLAIM_STRONG,
};

static enum claim claim_of(const struct directory_account *account, const struct facts *facts)
{
    enum claim claim = CLAIM_NONE;

    if ((account->state & DIRECTORY_GONE) != 0)
        return CLAIM_NONE;
    for (size_t i = 0; i < account->altsecid_count; i++) {
        if (facts_list_has(&facts->altsecids, account->altsecids[i]))
            return CLAIM_STRONG;
        if (facts_list_has(&facts->weak_altsecids, account->altsecids[i]))
            claim = CLAIM_WEAK;
    }
    return claim;
}

/* A claim counts also where NSS does not know who makes it, or it is old: two cannot be right. */
static void take_claim(const struct mapping *mapping, const struct directory_account *account,
                       enum binding binding, unsigned *claims, struct yield *yield)
{
    if (++*claims > 1)
        yield->is_disputed = true;
    if (account->is_fresh)
        add_by_sid(mapping, account->sid, binding, yield);
    else
        yield->remark = TOO_OLD;
}

void mapping_apply_directory_altsecids(const struct mapping *mapping, const struct facts *facts,
                                       struct yield *yield)
{
    unsigned claims = 0;

    for (size_t i = 0; i < mapping->directory.count; i++) {
        const struct directory_account *account = &mapping->directory.items[i];
        const enum claim claim = claim_of(account, facts);

        if (claim == CLAIM_STRONG)
            take_claim(mapping, account, BINDING_STRONG, &claims, yield);
        else if (claim == CLAIM_WEAK && mapping->conf->mapping.allow_weak)
            take_claim(mapping, account, BINDING_WEAK, &claims, yield);
        else if (claim == CLAIM_WEAK)
            yield->remark = "a weak value of the directory's altSecurityIdentities fits, which "
                            "needs mapping.allow_weak";
    }
}

static bool has_rule(const struct conf *conf)
{
    for (size_t i = 0; i < conf->mapping.rule_count; i++) {
        const struct conf_rule *rule = &conf->mapping.rules[i];

        if (rule->method == METHOD_ALTSECID && rule->altsecid == NULL && rule->file == NULL)
            return true;
    }
    return false;
}

static bool claims_strongly(const struct directory_account *account, const struct facts *facts)
{
    return account->is_fresh && claim_of(account, facts) == CLAIM_STRONG;
}

static bool anybody_claims_strongly(const struct mapping *mapping, const struct facts *facts)
{
    for (size_t i = 0; i < mapping->directory.count; i++)
        if (claims_strongly(&mapping->directory.items[i], facts))
            return true;
    return false;
}

bool mapping_needs_no_upn(const struct mapping *mapping, const struct facts *facts,
                          const struct account *account)
{
    const struct directory_account *known;
    char sid[SID_SIZE];

    if (!has_rule(mapping->conf))
        return false;
    if (account == NULL)
        return anybody_claims_strongly(mapping, facts);
    if (account_is_local(mapping->source, account) ||
        directory_sid_of(mapping->source->directory, account->uid, sid) != DIRECTORY_FOUND)
        return false;
    known = directory_accounts_of_sid(&mapping->directory, sid);
    return known != NULL && claims_strongly(known, facts);
}

/* As Active Directory compares them. */
static bool has_upn(const struct directory_account *account, const char *upn, bool implicit)
{
    return (account->state & DIRECTORY_GONE) == 0 &&
           text_equal_without_case(implicit ? account->implicit_upn : account->upn, upn);
}

/* An implicit UPN is its account's only where nobody has it as userPrincipalName. */
void mapping_apply_directory_upn(const struct mapping *mapping, const struct facts *facts,
                                 struct yield *yield)
{
    unsigned claims = 0;

    for (int implicit = 0; facts->upn != NULL && implicit < 2 && claims == 0; implicit++)
        for (size_t i = 0; i < mapping->directory.count; i++)
            if (has_upn(&mapping->directory.items[i], facts->upn, implicit == 1))
                take_claim(mapping, &mapping->directory.items[i], BINDING_NAME, &claims, yield);
}

bool mapping_directory_has_owner(const struct mapping *mapping, const struct facts *facts)
{
    if (facts->sid_state == SID_ONE &&
        directory_accounts_of_sid(&mapping->directory, facts->sid) != NULL)
        return true;
    for (size_t i = 0; i < mapping->directory.count; i++) {
        const struct directory_account *account = &mapping->directory.items[i];

        if (claim_of(account, facts) == CLAIM_STRONG)
            return true;
        if (facts->upn != NULL &&
            (has_upn(account, facts->upn, false) || has_upn(account, facts->upn, true)))
            return true;
    }
    return false;
}

void mapping_check_upn(const struct mapping *mapping, const struct facts *facts,
                       const struct account *account, enum binding binding, struct verdict *verdict)
{
    const struct directory_account *known = NULL;
    char sid[SID_SIZE];

    if (binding != BINDING_NAME || facts->sid_state == SID_ONE || facts->upn == NULL ||
        mapping->directory.count == 0 || account_is_local(mapping->source, account))
        return;
    if (directory_sid_of(mapping->source->directory, account->uid, sid) == DIRECTORY_FOUND)
        known = directory_accounts_of_sid(&mapping->directory, sid);
    for (size_t i = 0; i < mapping->directory.count; i++)
        if (has_upn(&mapping->directory.items[i], facts->upn, false) &&
            &mapping->directory.items[i] != known)
            verdict_refuse(verdict, REASON_ACCOUNT_MISMATCH, 0,
                           "in the directory %s is the userPrincipalName of %s", facts->upn,
                           mapping->directory.items[i].sid);
    if (known != NULL && !has_upn(known, facts->upn, false) && !has_upn(known, facts->upn, true))
        verdict_refuse(verdict, REASON_ACCOUNT_MISMATCH, 0,
                       "in the directory the userPrincipalName of %s is another one",
                       account->name);
}
