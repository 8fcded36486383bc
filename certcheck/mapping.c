/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/mapping.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The accounts that one rule yields: all exist. */
struct yield {
    struct account accounts[MAPPING_ACCOUNTS_MAX];
    size_t count;
};

/* What is known while the rules are gone through. */
struct finding_out {
    const struct mapping *mapping;
    const struct facts *facts;
    bool has_user, user_known;
    struct account user;
    bool found, ambiguous, mismatch;
    struct account account;
};

enum vsc_err mapping_load(struct mapping *mapping, const struct conf *conf,
                          const struct account_source *source, struct problem *problem)
{
    *mapping = (struct mapping){.conf = conf, .source = source};
    for (size_t i = 0; i < conf->mapping.rule_count; i++) {
        const struct conf_rule *rule = &conf->mapping.rules[i];
        enum vsc_err err;

        if (rule->method != METHOD_FILE)
            continue;
        err = map_file_load(rule->file, &mapping->files[i], problem);
        if (err != VSC_OK)
            return err;
    }
    return VSC_OK;
}

void mapping_done(struct mapping *mapping)
{
    for (size_t i = 0; i < CONF_RULES_MAX; i++)
        map_file_done(&mapping->files[i]);
}

static bool yield_has(const struct yield *yield, const struct account *account)
{
    for (size_t i = 0; i < yield->count; i++)
        if (account_is_same(&yield->accounts[i], account))
            return true;
    return false;
}

/* What NSS does not know is no account. */
static void add_name(const struct mapping *mapping, struct yield *yield, const char *name)
{
    struct account account;

    if (yield->count < MAPPING_ACCOUNTS_MAX && account_find(mapping->source, name, &account) &&
        !yield_has(yield, &account))
        yield->accounts[yield->count++] = account;
}

static bool append(char *name, size_t size, const char *text, size_t len)
{
    size_t have = strlen(name);

    if (len >= size - have)
        return false;
    memcpy(name + have, text, len);
    name[have + len] = '\0';
    return true;
}

/* The suffix' first label in capitals: what Windows calls the domain of old. */
static void flat_domain(const char *suffix, char *to, size_t size)
{
    size_t len = strcspn(suffix, ".");

    if (len >= size)
        len = size - 1;
    for (size_t i = 0; i < len; i++)
        to[i] = (char)(suffix[i] >= 'a' && suffix[i] <= 'z' ? suffix[i] - 'a' + 'A' : suffix[i]);
    to[len] = '\0';
}

/* %u, %d, %D; the domain is the rule's, not the certificate's spelling of it. */
static bool expand(const struct conf_rule *rule, const char *upn, char name[USER_NAME_SIZE])
{
    char flat[USER_NAME_SIZE];
    bool fits = true;

    flat_domain(rule->suffix, flat, sizeof(flat));
    name[0] = '\0';
    for (const char *at = rule->account; *at != '\0' && fits; at++) {
        if (*at != '%')
            fits = append(name, USER_NAME_SIZE, at, 1);
        else if (*++at == 'u')
            fits = append(name, USER_NAME_SIZE, upn, upn_local_len(upn));
        else if (*at == 'd')
            fits = append(name, USER_NAME_SIZE, rule->suffix, strlen(rule->suffix));
        else if (*at == 'D')
            fits = append(name, USER_NAME_SIZE, flat, strlen(flat));
        else
            fits = false;
    }
    return fits;
}

static void apply_upn(const struct mapping *mapping, const struct conf_rule *rule,
                      const struct facts *facts, struct yield *yield)
{
    char name[USER_NAME_SIZE];

    if (facts->upn != NULL && upn_has_suffix(facts->upn, rule->suffix) &&
        expand(rule, facts->upn, name))
        add_name(mapping, yield, name);
}

static void apply(const struct mapping *mapping, size_t index, const struct facts *facts,
                  struct yield *yield)
{
    const struct conf_rule *rule = &mapping->conf->mapping.rules[index];
    const struct map_file *file = &mapping->files[index];

    yield->count = 0;
    switch (rule->method) {
    case METHOD_UPN:
        apply_upn(mapping, rule, facts, yield);
        break;
    case METHOD_FILE:
        for (size_t i = 0; i < file->count; i++)
            if (map_line_fits(&file->lines[i], facts))
                add_name(mapping, yield, file->lines[i].account);
        break;
    case METHOD_SHA256:
        if (strcasecmp(rule->sha256, facts->sha256) == 0 ||
            strcasecmp(rule->sha256, facts->spki_sha256) == 0)
            add_name(mapping, yield, rule->account);
        break;
    }
}

/* The first rule that yields something: one account, or the one among several that was named. */
static void take_first(struct finding_out *out, const struct yield *yield)
{
    if (yield->count == 1) {
        out->account = yield->accounts[0];
        out->found = true;
    } else if (out->user_known && yield_has(yield, &out->user)) {
        out->account = out->user;
        out->found = true;
    } else if (out->has_user) {
        out->mismatch = true;
    } else {
        out->ambiguous = true;
    }
}

static void go_through_rules(struct finding_out *out)
{
    const struct conf *conf = out->mapping->conf;
    struct yield yield;

    for (size_t i = 0; i < conf->mapping.rule_count; i++) {
        apply(out->mapping, i, out->facts, &yield);
        if (yield.count == 0)
            continue;
        if (!out->found && !out->ambiguous && !out->mismatch)
            take_first(out, &yield);
        else if (out->found && !yield_has(&yield, &out->account))
            out->ambiguous = true;
        if (conf->mapping.conflict == CONFLICT_FIRST)
            return;
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
        verdict_refuse(verdict, REASON_ACCOUNT_REFUSED, 0, "%s shares the uid %u with another name",
                       account->name, (unsigned)account->uid);
    if (out->has_user && (!out->user_known || !account_is_same(account, &out->user)))
        verdict_refuse(verdict, REASON_ACCOUNT_MISMATCH, 0, "it is %s's", account->name);
}

bool mapping_find(const struct mapping *mapping, const struct facts *facts, const char *user,
                  struct verdict *verdict, struct account *ret_account)
{
    struct finding_out out = {.mapping = mapping, .facts = facts, .has_user = user != NULL};

    out.user_known = user != NULL && account_find(mapping->source, user, &out.user);
    go_through_rules(&out);
    if (out.mismatch && !out.ambiguous)
        verdict_refuse(verdict, REASON_ACCOUNT_MISMATCH, 0, NULL);
    if (out.ambiguous) {
        verdict_refuse(verdict, REASON_AMBIGUOUS_MAPPING, 0, NULL);
        return false;
    }
    if (out.found) {
        verdict_passed(verdict, CHECK_MAPPING);
        check_account(&out, verdict);
        *ret_account = out.account;
        return true;
    }
    /* Without a well-formed UPN that is the reason, not the rules. */
    if (!out.mismatch && facts->upn_state == UPN_ONE)
        verdict_refuse(verdict, REASON_NO_MAPPING, 0, "no rule yields an account for %s",
                       facts->upn);
    return false;
}
