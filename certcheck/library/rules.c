/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules that give accounts: the same as in a configuration, but for the weak ones. */
#include <stdlib.h>
#include <string.h>

#include "certcheck/library/checker.h"
#include "common/altsecid.h"
#include "common/own.h"
#include "conf/check.h"

/* The members that each method takes. */
static const char *wrong_rule(enum certcheck_method method, const char *match, const char *account)
{
    const char *wrong = NULL;

    if (match == NULL)
        return "a rule needs something to match";
    if ((account == NULL) != (method == CERTCHECK_BY_FILE))
        return account == NULL ? "the rule needs an account" : "accounts stand in the file";
    switch (method) {
    case CERTCHECK_BY_UPN:
        wrong = check_suffix(match);
        return wrong != NULL ? wrong : check_template(account);
    case CERTCHECK_BY_SHA256:
        wrong = check_sha256(match);
        return wrong != NULL ? wrong : check_account(account);
    case CERTCHECK_BY_SID:
        wrong = check_sid(match);
        return wrong != NULL ? wrong : check_account(account);
    case CERTCHECK_BY_ALTSECID:
        return check_account(account);
    case CERTCHECK_BY_FILE:
        return check_path_needed(match);
    }
    return "there is no such method";
}

/* Bring it into the form in which it is compared, in its own room. */
static bool is_strong_altsecid(char *text)
{
    enum altsecid_form form;

    return altsecid_normalise(text, &form) && altsecid_form_is_strong(form);
}

enum certcheck_error certcheck_add_rule(struct certcheck *checker, enum certcheck_method method,
                                        const char *match, const char *account)
{
    static const enum conf_method methods[] = {
        [CERTCHECK_BY_UPN] = METHOD_UPN,           [CERTCHECK_BY_SHA256] = METHOD_SHA256,
        [CERTCHECK_BY_SID] = METHOD_SID,           [CERTCHECK_BY_FILE] = METHOD_FILE,
        [CERTCHECK_BY_ALTSECID] = METHOD_ALTSECID,
    };
    struct conf *conf = &checker->conf;
    const char *wrong = wrong_rule(method, match, account);
    struct conf_rule rule;
    auto_free char *match_copy = NULL, *account_copy = NULL;

    if (wrong != NULL)
        return checker_misused(checker, wrong, match);
    if (conf->mapping.rule_count == CONF_RULES_MAX)
        return checker_misused(checker, "too many rules", match);
    match_copy = strdup(match);
    account_copy = account != NULL ? strdup(account) : NULL;
    if (match_copy == NULL || (account != NULL && account_copy == NULL))
        return checker_failed(checker, VSC_MEMORY, "");
    if (method == CERTCHECK_BY_ALTSECID && !is_strong_altsecid(match_copy))
        return checker_misused(checker, "no strong form of altSecurityIdentities", match);
    rule = (struct conf_rule){.method = methods[method], .account = take(account_copy)};
    if (method == CERTCHECK_BY_UPN)
        rule.suffix = take(match_copy);
    else if (method == CERTCHECK_BY_SHA256)
        rule.sha256 = take(match_copy);
    else if (method == CERTCHECK_BY_SID)
        rule.sid = take(match_copy);
    else if (method == CERTCHECK_BY_ALTSECID)
        rule.altsecid = take(match_copy);
    else
        rule.file = take(match_copy);
    checker_changed(checker);
    conf->mapping.rules[conf->mapping.rule_count++] = rule;
    return CERTCHECK_OK;
}

enum certcheck_error certcheck_set_strong_mapping(struct certcheck *checker,
                                                  enum certcheck_strong strong)
{
    static const enum conf_strong_mapping policies[] = {
        [CERTCHECK_STRONG_DIRECTORY] = STRONG_DIRECTORY,
        [CERTCHECK_STRONG_ALWAYS] = STRONG_ALWAYS,
        [CERTCHECK_STRONG_NEVER] = STRONG_NEVER,
    };

    if ((unsigned)strong > CERTCHECK_STRONG_NEVER)
        return checker_misused(checker, "there is no such demand", NULL);
    checker->conf.policy.strong_mapping = policies[strong];
    return CERTCHECK_OK;
}

void certcheck_set_first_rule_wins(struct certcheck *checker, bool first_wins)
{
    checker->conf.mapping.conflict = first_wins ? CONFLICT_FIRST : CONFLICT_REFUSE;
}
