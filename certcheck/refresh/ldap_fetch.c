/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/ldap_fetch.h"

#include <stdio.h>

#include "certcheck/refresh/ldap_directory.h"
#include "certcheck/refresh/ldap_server.h"

struct wanted {
    unsigned attributes;
    size_t max;
    struct ldap_values *values;
    bool too_much;
};

static bool add_value(struct ldap_values *values, const void *bytes, size_t len, size_t max)
{
    struct buf *item = &values->items[values->count];
    size_t used = 0;

    for (size_t i = 0; i < values->count; i++)
        used += values->items[i].len;
    if (values->count == LDAP_VALUES_MAX || len > max - used)
        return false;
    buf_init(item, len);
    buf_put(item, bytes, len);
    values->count++;
    return buf_status(item) == VSC_OK;
}

static bool add_attribute(LDAP *ldap, LDAPMessage *entry, const char *name, size_t max,
                          struct ldap_values *values)
{
    struct berval **found = ldap_get_values_len(ldap, entry, name);
    bool fits = true;

    for (size_t i = 0; found != NULL && found[i] != NULL && fits; i++)
        fits = found[i]->bv_len == 0 || add_value(values, found[i]->bv_val, found[i]->bv_len, max);
    ldap_value_free_len(found);
    return fits;
}

/* Those attributes of the entry that were asked for. */
static enum vsc_err take_entry(void *arg, LDAP *ldap, LDAPMessage *entry)
{
    struct wanted *wanted = arg;
    BerElement *next = NULL;
    char *name = ldap_first_attribute(ldap, entry, &next);

    while (name != NULL) {
        if (!wanted->too_much && (ldap_url_attribute_bit(name) & wanted->attributes) != 0)
            wanted->too_much = !add_attribute(ldap, entry, name, wanted->max, wanted->values);
        ldap_memfree(name);
        name = ldap_next_attribute(ldap, entry, next);
    }
    ber_free(next, 0);
    return VSC_OK;
}

/* ---- by the domain's directory --------------------------------------------------------------- */

static enum vsc_err take_values(void *arg, const struct ldap_entry *entry)
{
    struct wanted *wanted = arg;

    for (size_t i = 0; i < entry->count; i++)
        for (size_t k = 0; k < entry->attributes[i].count && !wanted->too_much; k++) {
            const struct ldap_value *value = &entry->attributes[i].values[k];

            wanted->too_much =
                value->len > 0 && !add_value(wanted->values, value->data, value->len, wanted->max);
        }
    return VSC_OK;
}

static enum vsc_err fetch_by_directory(const struct network *network, const struct ldap_url *url,
                                       struct wanted *wanted, struct problem *problem)
{
    const char *names[5] = {NULL};
    const struct ldap_query query = {.base = url->dn,
                                     .reach = LDAP_ENTRY,
                                     .attributes = names,
                                     .max_entries = 1,
                                     .max_bytes = wanted->max};
    size_t count = 0;

    for (unsigned bit = 1; bit <= LDAP_CERTIFICATES; bit <<= 1)
        if ((wanted->attributes & bit) != 0)
            names[count++] = ldap_url_attribute_name(bit);
    return ldap_directory_search(network->directory, &query, take_values, wanted, problem);
}

/* ---- by whoever it is ------------------------------------------------------------------------ */

static enum vsc_err fetch_from(const struct network *network, const struct ldap_url *url,
                               struct wanted *wanted, struct problem *problem)
{
    const struct ldap_place place = {url->host, url->port, url->tls, network->anchors_file, false};
    __attribute__((cleanup(ldap_server_done))) struct ldap_server server = {.ldap = NULL};
    char names[4][48];
    char *asked[5] = {NULL};
    const struct ldap_search search = {.base = url->dn,
                                       .scope = LDAP_SCOPE_BASE,
                                       .filter = "(objectClass=*)",
                                       .attributes = asked,
                                       .max_entries = 1,
                                       .max_message = wanted->max};
    size_t count = 0;
    enum vsc_err err;

    for (unsigned bit = 1; bit <= LDAP_CERTIFICATES; bit <<= 1) {
        if ((wanted->attributes & bit) == 0)
            continue;
        (void)snprintf(names[count], sizeof(names[count]), "%s;binary",
                       ldap_url_attribute_name(bit));
        asked[count] = names[count];
        count++;
    }
    err = ldap_server_init(&server, network, &place, problem);
    return err == VSC_OK ? ldap_server_search(&server, &search, take_entry, wanted, problem) : err;
}

enum vsc_err ldap_fetch(const struct network *network, const struct ldap_url *url,
                        unsigned attributes, size_t max, struct ldap_values *ret_values,
                        struct problem *problem)
{
    auto_ldap_values struct ldap_values values = {.count = 0};
    struct wanted wanted = {.attributes = attributes, .max = max, .values = &values};
    const char *whom = *url->host != '\0' ? url->host : "the directory";
    enum vsc_err err;

    if (network->directory != NULL &&
        ldap_directory_serves(network->directory, url->host, url->port))
        err = fetch_by_directory(network, url, &wanted, problem);
    else if (*url->host == '\0')
        err = problem_set(problem, VSC_INPUT,
                          "%s: it names no server, and no directory could be asked", url->dn);
    else
        err = fetch_from(network, url, &wanted, problem);
    if (err != VSC_OK)
        return err;
    if (wanted.too_much)
        return problem_set(problem, VSC_INPUT, "%s: more than %zu bytes or %d values", whom, max,
                           LDAP_VALUES_MAX);
    if (values.count == 0)
        return problem_set(problem, VSC_INPUT, "%s: the entry holds nothing of what is asked for",
                           whom);
    *ret_values = values;
    values.count = 0;
    return VSC_OK;
}

void ldap_values_done(struct ldap_values *values)
{
    for (size_t i = 0; i < values->count; i++)
        buf_done(&values->items[i]);
    values->count = 0;
}
