/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/mapping.h"

#include <string.h>

#include "certcheck/mapping_parts.h"

/* What is known while the rules are gone through. */
struct finding_out {
    const struct mapping *mapping;
    const struct facts *facts;
    bool has_user, user_known;
    struct account user;
    bool found, ambiguous, mismatch;
    bool failed; /* a directory that a rule asks did not answer */
    const char *remark;
    struct account account;
    enum binding binding; /* of the account: the firmest that a rule gives it */
};

/* What every line of a rule's file has. */
static enum map_key key_of(enum conf_method method)
{
    if (method == METHOD_SID)
        return MAP_SID;
    return method == METHOD_ALTSECID ? MAP_ALTSECID : MAP_ANY;
}

enum vsc_err mapping_load(struct mapping *mapping, const struct conf *conf,
                          const struct account_source *source, struct problem *problem)
{
    *mapping = (struct mapping){.conf = conf, .source = source};
    for (size_t i = 0; i < conf->mapping.rule_count; i++) {
        const struct conf_rule *rule = &conf->mapping.rules[i];
        const struct map_format format = {.key = key_of(rule->method),
                                          .allow_weak = conf->mapping.allow_weak};
        enum vsc_err err;

        if (rule->file == NULL)
            continue;
        err = map_file_load(rule->file, &format, &mapping->files[i], problem);
        if (err != VSC_OK)
            return err;
    }
    return mapping_find_conflicts(mapping, problem);
}

void mapping_done(struct mapping *mapping)
{
    for (size_t i = 0; i < CONF_RULES_MAX; i++)
        map_file_done(&mapping->files[i]);
    directory_accounts_done(&mapping->directory);
}

static void take_account(struct finding_out *out, const struct yield *yield, int at)
{
    out->account = yield->accounts[at];
    out->binding = yield->bindings[at];
    out->found = true;
}

/* The first rule that yields something: one account, or the one among several that was named. */
static void take_first(struct finding_out *out, const struct yield *yield)
{
    int at = out->user_known ? yield_index(yield, &out->user) : -1;

    if (yield->is_disputed)
        out->ambiguous = true;
    else if (yield->count == 1)
        take_account(out, yield, 0);
    else if (at >= 0)
        take_account(out, yield, at);
    else if (out->has_user)
        out->mismatch = true;
    else
        out->ambiguous = true;
}

/* A later one agrees, and may bind more firmly, or it does not. */
static void take_later(struct finding_out *out, const struct yield *yield)
{
    int at = out->found ? yield_index(yield, &out->account) : -1;

    if (at >= 0 && yield->bindings[at] > out->binding)
        out->binding = yield->bindings[at];
    if (out->found && (at < 0 || yield->is_disputed) &&
        out->mapping->conf->mapping.conflict == CONFLICT_REFUSE)
        out->ambiguous = true;
}

static void go_through_rules(struct finding_out *out)
{
    struct yield yield;

    for (size_t i = 0; i < out->mapping->conf->mapping.rule_count; i++) {
        mapping_apply(out->mapping, i, out->facts, &yield);
        out->failed = out->failed || yield.failed;
        if (yield.remark != NULL)
            out->remark = yield.remark;
        if (yield.count == 0 && !yield.is_disputed)
            continue;
        if (out->found || out->ambiguous || out->mismatch)
            take_later(out, &yield);
        else
            take_first(out, &yield);
    }
}

static bool is_refused(const struct conf *conf, const struct account *account)
{
    return account->uid < conf->mapping.min_uid ||
           conf_list_has(&conf->mapping.refuse, account->name);
}

/* May this account sign in, and was it asked for? */
static void check_account(const struct finding_out *out, struct verdict *verdict)
{
    const struct account *account = &out->account;

    verdict_passed(verdict, CHECK_ACCOUNT);
    if (is_refused(out->mapping->conf, account))
        verdict_refuse(verdict, REASON_ACCOUNT_REFUSED, 0, "%s, uid %u", account->name,
                       (unsigned)account->uid);
    else if (account_has_twin(out->mapping->source, account))
        verdict_refuse(verdict, REASON_ACCOUNT_REFUSED, 0,
                       "another account has the name %s or the uid %u as well", account->name,
                       (unsigned)account->uid);
    if (out->has_user && !out->user_known)
        verdict_refuse(verdict, REASON_ACCOUNT_MISMATCH, 0,
                       "it is %s's, and there is no account of the name that was asked for",
                       account->name);
    else if (out->has_user && !account_is_same(account, &out->user))
        verdict_refuse(verdict, REASON_ACCOUNT_MISMATCH, 0, "it is %s's", account->name);
}

static void check_binding(const struct finding_out *out, struct verdict *verdict)
{
    if (out->binding == BINDING_WEAK)
        verdict_warn(verdict, REASON_WEAK_MAPPING, 0, "to %s", out->account.name);
    mapping_check_upn(out->mapping, out->facts, &out->account, out->binding, verdict);
    mapping_check_sid(out->mapping, out->facts, &out->account, out->binding, verdict);
}

bool mapping_find(const struct mapping *mapping, const struct facts *facts, const char *user,
                  struct verdict *verdict, struct account *ret_account)
{
    struct finding_out out = {.mapping = mapping, .facts = facts, .has_user = user != NULL};

    out.user_known = user != NULL && account_find(mapping->source, user, &out.user);
    go_through_rules(&out);
    if (out.failed)
        verdict_refuse(verdict, REASON_SID_MISMATCH, 0,
                       "the directory did not say in time, or not clearly, whose it is");
    if (out.mismatch && !out.ambiguous)
        verdict_refuse(verdict, REASON_ACCOUNT_MISMATCH, 0,
                       out.user_known ? NULL : "there is no such account");
    if (out.ambiguous) {
        verdict_refuse(verdict, REASON_AMBIGUOUS_MAPPING, 0, NULL);
        return false;
    }
    if (out.found) {
        verdict_passed(verdict, CHECK_MAPPING);
        check_account(&out, verdict);
        check_binding(&out, verdict);
        *ret_account = out.account;
        return true;
    }
    /* Without a well-formed UPN that is the reason, not the rules. */
    if (!out.mismatch && !out.failed && facts->upn_state == UPN_ONE)
        verdict_refuse(verdict, REASON_NO_MAPPING, 0, "no rule yields an account for %s%s%s",
                       facts->upn, out.remark != NULL ? "; " : "",
                       out.remark != NULL ? out.remark : "");
    return false;
}
