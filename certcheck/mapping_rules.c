/* SPDX-License-Identifier: BSD-2-Clause */
/* What one rule of mapping.rules yields for a certificate. */
#include <string.h>

#include "certcheck/mapping_parts.h"
#include "common/altsecid.h"

int yield_index(const struct yield *yield, const struct account *account)
{
    for (size_t i = 0; i < yield->count; i++)
        if (account_is_same(&yield->accounts[i], account))
            return (int)i;
    return -1;
}

void yield_add(struct yield *yield, const struct account *account, enum binding binding)
{
    int at = yield_index(yield, account);

    if (at >= 0) {
        if (binding > yield->bindings[at])
            yield->bindings[at] = binding;
        return;
    }
    if (yield->count == MAPPING_ACCOUNTS_MAX)
        return;
    yield->bindings[yield->count] = binding;
    yield->accounts[yield->count++] = *account;
}

/* What NSS does not know is no account. */
static void add_name(const struct mapping *mapping, struct yield *yield, const char *name,
                     enum binding binding)
{
    struct account account;

    if (account_find(mapping->source, name, &account))
        yield_add(yield, &account, binding);
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
static bool expand(const struct conf_rule *rule, const char *user, size_t user_len,
                   char name[USER_NAME_SIZE])
{
    const char *suffix = rule->suffix != NULL ? rule->suffix : "";
    char flat[USER_NAME_SIZE];
    bool fits = true;

    flat_domain(suffix, flat, sizeof(flat));
    name[0] = '\0';
    for (const char *at = rule->account; *at != '\0' && fits; at++) {
        if (*at != '%')
            fits = append(name, USER_NAME_SIZE, at, 1);
        else if (*++at == 'u')
            fits = append(name, USER_NAME_SIZE, user, user_len);
        else if (*at == 'd')
            fits = append(name, USER_NAME_SIZE, suffix, strlen(suffix));
        else if (*at == 'D')
            fits = append(name, USER_NAME_SIZE, flat, strlen(flat));
        else
            fits = false;
    }
    return fits;
}

/*
 * CVE-2025-11561: a template makes a name out of the certificate's, and an account of /etc/passwd
 * is called so; but a directory of this computer knows the certificate's owner as somebody else.
 */
static bool is_namesake(const struct mapping *mapping, const struct facts *facts,
                        const struct account *account, struct yield *yield)
{
    const struct account_source *source = mapping->source;
    struct account owner;
    uid_t uid;

    if (!account_is_local(source, account))
        return false;
    if (mapping_directory_has_owner(mapping, facts))
        return true;
    if (facts->sid_state == SID_ONE) {
        switch (directory_uid_of(source->directory, facts->sid, &uid)) {
        case DIRECTORY_FOUND:
            return uid != account->uid;
        case DIRECTORY_FAILED:
            yield->failed = true;
            return true;
        case DIRECTORY_NONE:
            break;
        }
    }
    return facts->upn_state == UPN_ONE && account_find(source, facts->upn, &owner) &&
           !account_is_same(account, &owner);
}

static void add_made_name(const struct mapping *mapping, const struct facts *facts,
                          const char *name, enum binding binding, struct yield *yield)
{
    struct account account;

    if (!account_find(mapping->source, name, &account))
        return;
    if (is_namesake(mapping, facts, &account, yield))
        yield->remark = "the one in /etc/passwd is somebody else, by what the directory says";
    else
        yield_add(yield, &account, binding);
}

/* `address` is a UPN or the like, "alice@corp.test"; NULL yields nothing. */
static void apply_address(const struct mapping *mapping, const struct conf_rule *rule,
                          const struct facts *facts, const char *address, enum binding binding,
                          struct yield *yield)
{
    char name[USER_NAME_SIZE];

    if (address != NULL && upn_has_suffix(address, rule->suffix) &&
        expand(rule, address, upn_local_len(address), name))
        add_made_name(mapping, facts, name, binding, yield);
}

/* Of several addresses nobody can say which one is meant. */
static const char *only_mail(const struct facts *facts)
{
    const char *mail = facts->emails.count == 1 ? facts->emails.items[0] : NULL;

    return mail != NULL && upn_is_well_formed(mail, strlen(mail)) ? mail : NULL;
}

static void apply_common_name(const struct mapping *mapping, const struct conf_rule *rule,
                              const struct facts *facts, struct yield *yield)
{
    const char *name = facts->common_name;
    char account[USER_NAME_SIZE];

    if (name != NULL && *name != '\0' && expand(rule, name, strlen(name), account))
        add_made_name(mapping, facts, account, BINDING_WEAK, yield);
}

static void apply_file(const struct mapping *mapping, const struct map_file *file,
                       const struct facts *facts, struct yield *yield)
{
    for (size_t i = 0; i < file->count; i++) {
        const struct map_line *line = &file->lines[i];

        if (map_value_fits(line->key, line->value, facts))
            add_name(mapping, yield, line->account, line->binding);
    }
}

static void apply_value(const struct mapping *mapping, const struct conf_rule *rule,
                        enum map_key key, const struct facts *facts, struct yield *yield)
{
    const char *value = key == MAP_SHA256 ? rule->sha256
                        : key == MAP_SID  ? rule->sid
                                          : rule->altsecid;
    const bool is_weak =
        key == MAP_ALTSECID && facts_list_has(&facts->weak_altsecids, rule->altsecid);

    if (map_value_fits(key, value, facts))
        add_name(mapping, yield, rule->account, is_weak ? BINDING_WEAK : BINDING_STRONG);
}

void mapping_apply(const struct mapping *mapping, size_t index, const struct facts *facts,
                   struct yield *yield)
{
    const struct conf_rule *rule = &mapping->conf->mapping.rules[index];

    *yield = (struct yield){.count = 0};
    if (rule->file != NULL) {
        apply_file(mapping, &mapping->files[index], facts, yield);
        return;
    }
    switch (rule->method) {
    case METHOD_UPN:
        if (rule->suffix == NULL)
            mapping_apply_directory_upn(mapping, facts, yield);
        else
            apply_address(mapping, rule, facts, facts->upn, BINDING_NAME, yield);
        break;
    case METHOD_SHA256:
        apply_value(mapping, rule, MAP_SHA256, facts, yield);
        break;
    case METHOD_SID:
        if (rule->sid == NULL)
            mapping_apply_directory_sid(mapping, facts, yield);
        else
            apply_value(mapping, rule, MAP_SID, facts, yield);
        break;
    case METHOD_ALTSECID:
        if (rule->altsecid == NULL)
            mapping_apply_directory_altsecids(mapping, facts, yield);
        else
            apply_value(mapping, rule, MAP_ALTSECID, facts, yield);
        break;
    case METHOD_SUBJECT:
        if (strcmp(facts->subject, rule->subject) == 0)
            add_name(mapping, yield, rule->account, BINDING_WEAK);
        break;
    case METHOD_MAIL:
        apply_address(mapping, rule, facts, only_mail(facts), BINDING_WEAK, yield);
        break;
    case METHOD_CN:
        apply_common_name(mapping, rule, facts, yield);
        break;
    case METHOD_FILE:
        break; /* it has a file */
    }
}
