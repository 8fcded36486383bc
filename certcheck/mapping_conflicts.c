/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules that contradict each other in so many words: a value (hash, SID, name) for which two rules
 * name accounts and have none in common. Several accounts for a value within one rule are no
 * conflict: the user's name chooses among them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certcheck/mapping_parts.h"
#include "common/own.h"

/* VALUE account, of a rule or of a line of its file. */
struct entry {
    enum map_key key;
    const char *value, *account; /* borrowed */
    size_t rule;
    unsigned line; /* of the file; 0: the rule itself */
};

struct entries {
    struct entry *items; /* owned */
    size_t count;
};

static int compare_bytes(const char *a, const char *b, bool without_case)
{
    for (; *a != '\0' || *b != '\0'; a++, b++) {
        int left = (unsigned char)*a, right = (unsigned char)*b;

        if (without_case && left >= 'A' && left <= 'Z')
            left += 'a' - 'A';
        if (without_case && right >= 'A' && right <= 'Z')
            right += 'a' - 'A';
        if (left != right)
            return left < right ? -1 : 1;
    }
    return 0;
}

/* As map_value_fits() compares: hashes without case, of a UPN what stands behind the '@'. */
static int compare_values(const struct entry *a, const struct entry *b)
{
    const char *a_at, *b_at;
    int order;

    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    if (a->key == MAP_SHA256)
        return compare_bytes(a->value, b->value, true);
    if (a->key != MAP_UPN)
        return strcmp(a->value, b->value);
    a_at = strchr(a->value, '@');
    b_at = strchr(b->value, '@');
    order = compare_bytes(a_at, b_at, true);
    if (order != 0)
        return order;
    if (a_at - a->value != b_at - b->value)
        return a_at - a->value < b_at - b->value ? -1 : 1;
    return memcmp(a->value, b->value, (size_t)(a_at - a->value));
}

/* By value, then by rule, then by line. */
static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = compare_values(a, b);

    if (order != 0)
        return order;
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

/* The one value that a rule has itself, if any. */
static bool entry_of_rule(const struct conf_rule *rule, struct entry *ret_entry)
{
    struct entry entry = {.account = rule->account};

    if (rule->sha256 != NULL) {
        entry.key = MAP_SHA256;
        entry.value = rule->sha256;
    } else if (rule->sid != NULL) {
        entry.key = MAP_SID;
        entry.value = rule->sid;
    } else if (rule->altsecid != NULL) {
        entry.key = MAP_ALTSECID;
        entry.value = rule->altsecid;
    } else {
        return false;
    }
    *ret_entry = entry;
    return true;
}

static enum vsc_err collect(const struct mapping *mapping, struct entries *entries)
{
    const struct conf *conf = mapping->conf;
    size_t most = conf->mapping.rule_count;

    for (size_t i = 0; i < conf->mapping.rule_count; i++)
        most += mapping->files[i].count;
    entries->items = calloc(most + 1, sizeof(entries->items[0]));
    if (entries->items == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < conf->mapping.rule_count; i++) {
        const struct map_file *file = &mapping->files[i];
        struct entry entry;

        if (entry_of_rule(&conf->mapping.rules[i], &entry)) {
            entry.rule = i;
            entries->items[entries->count++] = entry;
        }
        for (size_t k = 0; k < file->count; k++)
            entries->items[entries->count++] = (struct entry){.key = file->lines[k].key,
                                                              .value = file->lines[k].value,
                                                              .account = file->lines[k].account,
                                                              .rule = i,
                                                              .line = file->lines[k].number};
    }
    return VSC_OK;
}

/* Where the entries of this one's rule and value end. */
static size_t end_of_rule(const struct entries *entries, size_t from)
{
    size_t end = from + 1;

    while (end < entries->count && entries->items[end].rule == entries->items[from].rule &&
           compare_values(&entries->items[end], &entries->items[from]) == 0)
        end++;
    return end;
}

/* Do two runs of entries have an account in common? */
static bool share_account(const struct entries *entries, size_t a, size_t b)
{
    const size_t a_end = end_of_rule(entries, a), b_end = end_of_rule(entries, b);

    for (size_t i = a; i < a_end; i++)
        for (size_t k = b; k < b_end; k++)
            if (strcmp(entries->items[i].account, entries->items[k].account) == 0)
                return true;
    return false;
}

static void place_of(const struct mapping *mapping, const struct entry *entry, char *to,
                     size_t size)
{
    const struct conf_rule *rule = &mapping->conf->mapping.rules[entry->rule];

    if (entry->line > 0)
        (void)snprintf(to, size, "%s:%u", rule->file, entry->line);
    else
        (void)snprintf(to, size, "mapping.rules[%zu] (line %u)", entry->rule, rule->line);
}

static enum vsc_err report(const struct mapping *mapping, const struct entry *first,
                           const struct entry *second, struct problem *problem)
{
    char here[512], there[512];

    place_of(mapping, second, here, sizeof(here));
    place_of(mapping, first, there, sizeof(there));
    return problem_set(problem, VSC_CONFIG, "%s: gives \"%s\" for what %s gives \"%s\"", here,
                       second->account, there, first->account);
}

enum vsc_err mapping_find_conflicts(const struct mapping *mapping, struct problem *problem)
{
    auto_free struct entry *items = NULL;
    struct entries entries = {.count = 0};
    enum vsc_err err;

    if (mapping->conf->mapping.conflict != CONFLICT_REFUSE || mapping->conf->mapping.rule_count < 2)
        return VSC_OK;
    err = collect(mapping, &entries);
    items = entries.items;
    if (err != VSC_OK)
        return err;
    qsort(items, entries.count, sizeof(items[0]), compare_entries);
    for (size_t at = 0, next; at < entries.count; at = next) {
        next = end_of_rule(&entries, at);
        if (next < entries.count && compare_values(&items[at], &items[next]) == 0 &&
            !share_account(&entries, at, next))
            return report(mapping, &items[at], &items[next], problem);
    }
    return VSC_OK;
}
