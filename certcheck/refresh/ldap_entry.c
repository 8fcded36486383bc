/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/ldap_entry.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/own.h"

#define BINARY ";binary"
#define RANGE  ";range="

/* While it is read. All is owned. */
struct reading {
    const struct ldap_query *query;
    struct ldap_attribute *attributes; /* room for one of each that the query names */
    size_t count;
    size_t bytes, values; /* so far */
    struct problem *problem;
};

static void values_free(const struct ldap_value *values, size_t count)
{
    struct ldap_value *owned = (struct ldap_value *)(uintptr_t)values;

    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)owned[i].data);
    free(owned);
}

static void attributes_free(const struct ldap_attribute *attributes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values_free(attributes[i].values, attributes[i].count);
    free((void *)(uintptr_t)attributes);
}

static void reading_done(struct reading *reading)
{
    attributes_free(reading->attributes, reading->count);
}

void ldap_entry_done(struct ldap_entry *entry)
{
    attributes_free(entry->attributes, entry->count);
    free((void *)(uintptr_t)entry->dn);
    *entry = (struct ldap_entry){.dn = NULL};
}

const struct ldap_attribute *ldap_entry_find(const struct ldap_entry *entry, const char *name)
{
    for (size_t i = 0; i < entry->count; i++)
        if (strcasecmp(entry->attributes[i].name, name) == 0)
            return &entry->attributes[i];
    return NULL;
}

static bool has(const struct reading *reading, const char *name)
{
    for (size_t i = 0; i < reading->count; i++)
        if (reading->attributes[i].name == name)
            return true;
    return false;
}

/* The name in the query that the description stands for, if it was not met yet; else NULL. */
static const char *name_of(const struct reading *reading, const char *description)
{
    size_t len = strcspn(description, ";");
    const char *options = description + len;

    if (*options != '\0' && strcasecmp(options, BINARY) != 0 &&
        strncasecmp(options, RANGE, strlen(RANGE)) != 0)
        return NULL;
    for (size_t i = 0; reading->query->attributes[i] != NULL; i++) {
        const char *name = reading->query->attributes[i];

        if (strlen(name) == len && strncasecmp(name, description, len) == 0)
            return has(reading, name) ? NULL : name;
    }
    return NULL;
}

static enum vsc_err copy_value(struct reading *reading, const struct berval *from,
                               struct ldap_value *to)
{
    unsigned char *data;

    if (++reading->values > LDAP_ENTRY_VALUES_MAX ||
        from->bv_len > reading->query->max_bytes - reading->bytes)
        return problem_set(reading->problem, VSC_INPUT,
                           "an entry of more than %zu bytes or %d values",
                           reading->query->max_bytes, LDAP_ENTRY_VALUES_MAX);
    reading->bytes += from->bv_len;
    data = malloc(from->bv_len + 1);
    if (data == NULL)
        return VSC_MEMORY;
    if (from->bv_len > 0)
        memcpy(data, from->bv_val, from->bv_len);
    data[from->bv_len] = '\0';
    *to = (struct ldap_value){data, from->bv_len};
    return VSC_OK;
}

static enum vsc_err copy_values(struct reading *reading, const char *name, struct berval **from)
{
    struct ldap_attribute *attribute = &reading->attributes[reading->count];
    size_t count = 0;
    struct ldap_value *values;
    enum vsc_err err = VSC_OK;

    while (count <= LDAP_ENTRY_VALUES_MAX && from[count] != NULL)
        count++;
    values = calloc(count + 1, sizeof(*values));
    if (values == NULL)
        return VSC_MEMORY;
    *attribute = (struct ldap_attribute){.name = name, .values = values};
    reading->count++;
    for (size_t i = 0; err == VSC_OK && i < count; i++) {
        err = copy_value(reading, from[i], &values[i]);
        attribute->count += err == VSC_OK;
    }
    return err;
}

static enum vsc_err take_attribute(struct reading *reading, LDAP *ldap, LDAPMessage *message,
                                   const char *description)
{
    const char *name = name_of(reading, description);
    struct berval **from;
    enum vsc_err err;

    if (name == NULL)
        return VSC_OK;
    /* [MS-ADTS] 3.1.1.3.1.3.3: a part that looked like all would be worse than nothing. */
    if (strncasecmp(description + strlen(name), RANGE, strlen(RANGE)) == 0)
        return problem_set(reading->problem, VSC_INPUT, "%s: the directory gives a part of it only",
                           name);
    from = ldap_get_values_len(ldap, message, description);
    if (from == NULL)
        return VSC_OK;
    err = copy_values(reading, name, from);
    ldap_value_free_len(from);
    return err;
}

static enum vsc_err take_attributes(struct reading *reading, LDAP *ldap, LDAPMessage *message)
{
    BerElement *next = NULL;
    char *description = ldap_first_attribute(ldap, message, &next);
    enum vsc_err err = VSC_OK;

    while (description != NULL) {
        if (err == VSC_OK)
            err = take_attribute(reading, ldap, message, description);
        ldap_memfree(description);
        description = ldap_next_attribute(ldap, message, next);
    }
    ber_free(next, 0);
    return err;
}

static enum vsc_err copy_name(LDAP *ldap, LDAPMessage *message, const struct ldap_query *query,
                              char **ret_dn, struct problem *problem)
{
    char *dn = ldap_get_dn(ldap, message);
    enum vsc_err err = VSC_OK;

    if (dn == NULL || !ldap_name_is_within(dn, query->base, query->reach))
        err = problem_set(problem, VSC_INPUT, "an entry that was not asked for: %s",
                          dn != NULL ? dn : "without a name");
    else if ((*ret_dn = strdup(dn)) == NULL)
        err = VSC_MEMORY;
    ldap_memfree(dn);
    return err;
}

enum vsc_err ldap_entry_read(LDAP *ldap, LDAPMessage *message, const struct ldap_query *query,
                             struct ldap_entry *ret_entry, struct problem *problem)
{
    __attribute__((cleanup(reading_done))) struct reading reading = {.query = query,
                                                                     .problem = problem};
    auto_free char *dn = NULL;
    size_t names = 0;
    enum vsc_err err = copy_name(ldap, message, query, &dn, problem);

    if (err != VSC_OK)
        return err;
    while (query->attributes[names] != NULL)
        names++;
    reading.attributes = calloc(names + 1, sizeof(reading.attributes[0]));
    if (reading.attributes == NULL)
        return VSC_MEMORY;
    err = take_attributes(&reading, ldap, message);
    if (err != VSC_OK)
        return err;
    *ret_entry = (struct ldap_entry){take(dn), reading.attributes, reading.count};
    reading = (struct reading){.count = 0};
    return VSC_OK;
}
