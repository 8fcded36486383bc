/* SPDX-License-Identifier: BSD-2-Clause */
/* mapping.rules: one group each, with a method and exactly the members that belong to it. */
#include <stdlib.h>
#include <string.h>

#include "common/altsecid.h"
#include "common/own.h"
#include "common/text.h"
#include "conf/check.h"
#include "conf/lists.h"
#include "conf/value.h"

#define MEMBERS_MAX 3 /* with the one that ends them */

/* In the order of enum conf_method. */
static const char *const methods[] = {"upn",     "file", "sha256", "sid", "altsecid",
                                      "subject", "mail", "cn",     NULL};

void conf_rules_free(struct conf *conf)
{
    for (size_t i = 0; i < conf->mapping.rule_count; i++) {
        struct conf_rule *rule = &conf->mapping.rules[i];

        free(rule->suffix);
        free(rule->account);
        free(rule->file);
        free(rule->sha256);
        free(rule->sid);
        free(rule->altsecid);
        free(rule->subject);
    }
}

static enum vsc_err read_method(const struct conf_source *source, const config_setting_t *group,
                                enum conf_method *ret_method)
{
    const config_setting_t *setting = config_setting_get_member(group, "method");
    unsigned method = 0;
    enum vsc_err err;

    if (setting == NULL)
        return conf_fault(source, group, "needs \"method\"");
    err = conf_read_choice(source, setting, methods, &method);
    if (err == VSC_OK)
        *ret_method = (enum conf_method)method;
    return err;
}

static bool has(const config_setting_t *group, const char *name)
{
    return config_setting_get_member(group, name) != NULL;
}

/* With none of its members, such a rule asks the directory. */
static bool may_ask(enum conf_method method)
{
    return method == METHOD_UPN || method == METHOD_SID || method == METHOD_ALTSECID;
}

/* The members that a rule of this method must have; upn, sid and altsecid can be written in more
 * ways. */
static void find_members(struct conf_rule *rule, const config_setting_t *group,
                         struct conf_member members[MEMBERS_MAX])
{
    const struct conf_member suffix = {"suffix", check_suffix, &rule->suffix};
    const struct conf_member file = {"file", check_path_needed, &rule->file};
    const struct conf_member sha256 = {"sha256", check_sha256, &rule->sha256};
    const struct conf_member sid = {"sid", check_sid, &rule->sid};
    const struct conf_member altsecid = {"altsecid", check_name, &rule->altsecid};
    const struct conf_member subject = {"subject", check_name, &rule->subject};
    const struct conf_member whom = {"account", check_account, &rule->account};
    const struct conf_member template = {"account", check_template, &rule->account};
    const struct conf_member plain = {"account", check_plain_template, &rule->account};
    const struct conf_member end = {.name = NULL};
    const struct conf_member table[][MEMBERS_MAX] = {
        [METHOD_UPN] = {suffix, template, end},    [METHOD_FILE] = {file, end},
        [METHOD_SHA256] = {sha256, whom, end},     [METHOD_SID] = {sid, whom, end},
        [METHOD_ALTSECID] = {altsecid, whom, end}, [METHOD_SUBJECT] = {subject, whom, end},
        [METHOD_MAIL] = {suffix, template, end},   [METHOD_CN] = {plain, end},
    };
    enum conf_method method = rule->method;
    const bool may_be_file = method == METHOD_SID || method == METHOD_ALTSECID;

    if (may_be_file && has(group, "file"))
        method = METHOD_FILE;
    memcpy(members, table[method], sizeof(table[method]));
    if (may_ask(rule->method) && !has(group, table[method][0].name) && !has(group, "account"))
        members[0] = end;
}

static enum vsc_err normalise(const struct conf_source *source, const config_setting_t *group,
                              struct conf_rule *rule)
{
    enum altsecid_form form;

    if (rule->altsecid == NULL || altsecid_normalise(rule->altsecid, &form))
        return VSC_OK;
    return conf_fault(source, config_setting_get_member(group, "altsecid"),
                      "is no form of altSecurityIdentities, as Windows writes it");
}

static enum vsc_err read_rule(const struct conf_source *source, const config_setting_t *group,
                              struct conf_rule *rule)
{
    struct conf_member members[MEMBERS_MAX];
    enum vsc_err err = read_method(source, group, &rule->method);

    rule->line = (unsigned)config_setting_source_line(group);
    if (err != VSC_OK)
        return err;
    find_members(rule, group, members);
    err = conf_read_members(source, group, members, "method");
    if (err == VSC_OK)
        err = normalise(source, group, rule);
    return err;
}

enum vsc_err conf_read_rules(struct conf_source *source, const config_setting_t *setting)
{
    enum vsc_err err =
        conf_check_groups(source, setting, CONF_RULES_MAX, "{ method = \"...\"; ... }");
    int count = config_setting_length(setting);

    for (int i = 0; err == VSC_OK && i < count; i++)
        err = read_rule(source, config_setting_get_elem(setting, (unsigned)i),
                        &source->conf->mapping.rules[source->conf->mapping.rule_count++]);
    return err;
}

static bool is_weak(const struct conf_rule *rule)
{
    auto_free char *copy = rule->altsecid != NULL ? strdup(rule->altsecid) : NULL;
    enum altsecid_form form;

    if (rule->method >= METHOD_SUBJECT)
        return true;
    return rule->altsecid != NULL &&
           (copy == NULL || !altsecid_normalise(copy, &form) || !altsecid_form_is_strong(form));
}

static bool equal(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool equal_without_case(const char *a, const char *b)
{
    return a != NULL && b != NULL && text_equal_without_case(a, b);
}

/* How long the account's name gets beside what stands for %u, and how often that is there. */
static void measure(const struct conf_rule *rule, size_t *ret_len, size_t *ret_users)
{
    const char *suffix = rule->suffix != NULL ? rule->suffix : "";

    *ret_len = 0;
    *ret_users = 0;
    for (const char *at = rule->account; *at != '\0'; at++) {
        if (*at != '%') {
            ++*ret_len;
            continue;
        }
        at++;
        *ret_users += *at == 'u' ? 1 : 0;
        *ret_len += *at == 'd' ? strlen(suffix) : *at == 'D' ? strcspn(suffix, ".") : 0;
    }
}

/* Do two templates give different names whatever %u is? Those of different lengths do. */
static bool templates_differ(const struct conf_rule *a, const struct conf_rule *b)
{
    size_t a_len, a_users, b_len, b_users;

    measure(a, &a_len, &a_users);
    measure(b, &b_len, &b_users);
    return a_users == b_users && a_len != b_len;
}

/* Whoever fits one rule fits the other too, and is another account there. */
static bool must_disagree(const struct conf_rule *a, const struct conf_rule *b)
{
    if (a->method != b->method || a->account == NULL || b->account == NULL)
        return false;
    if (a->method == METHOD_CN || equal_without_case(a->suffix, b->suffix))
        return templates_differ(a, b);
    return (equal_without_case(a->sha256, b->sha256) || equal(a->sid, b->sid) ||
            equal(a->altsecid, b->altsecid) || equal(a->subject, b->subject)) &&
           strcmp(a->account, b->account) != 0;
}

enum vsc_err conf_check_rules(const struct conf_source *source)
{
    const struct conf *conf = source->conf;
    const struct conf_rule *rules = conf->mapping.rules;

    for (size_t i = 0; i < conf->mapping.rule_count; i++) {
        if (is_weak(&rules[i]) && !conf->mapping.allow_weak)
            return problem_set(source->problem, VSC_CONFIG,
                               "%s:%u: mapping.rules[%zu]: \"%s\" is weak here, and needs "
                               "mapping.allow_weak = true",
                               source->file, rules[i].line, i, methods[rules[i].method]);
        for (size_t k = 0; k < i && conf->mapping.conflict == CONFLICT_REFUSE; k++)
            if (must_disagree(&rules[k], &rules[i]))
                return problem_set(source->problem, VSC_CONFIG,
                                   "%s:%u: mapping.rules[%zu]: gives \"%s\" for what "
                                   "mapping.rules[%zu] (line %u) gives \"%s\"",
                                   source->file, rules[i].line, i, rules[i].account, k,
                                   rules[k].line, rules[k].account);
    }
    return VSC_OK;
}
