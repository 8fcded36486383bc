/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/ldap_told.h"

#include <stdio.h>
#include <string.h>

static struct ldap_attribute *add(struct ldap_told_entry *entry, const struct ldap_told *told,
                                  const char *name, const void *data, size_t len)
{
    const size_t at = entry->entry.count++;
    struct ldap_attribute *attribute = &entry->attributes[at];

    *attribute = (struct ldap_attribute){.name = name, .values = entry->values[at]};
    entry->values[at][0] = (struct ldap_value){.data = data, .len = len};
    entry->values[at][1] = entry->values[at][0];
    attribute->count = told->twice != NULL && strcmp(told->twice, name) == 0 ? 2 : 1;
    return attribute;
}

static void add_text(struct ldap_told_entry *entry, const struct ldap_told *told, const char *name,
                     const char *text)
{
    if (text != NULL)
        (void)add(entry, told, name, text, strlen(text));
}

static void add_altsecids(struct ldap_told_entry *entry, const struct ldap_told *told)
{
    struct ldap_value *values = entry->values[entry->entry.count];
    struct ldap_attribute *attribute = add(entry, told, "altSecurityIdentities", "", 0);

    attribute->count = 0;
    for (size_t i = 0; i < 4 && told->altsecids[i] != NULL; i++)
        values[attribute->count++] = (struct ldap_value){
            .data = (const unsigned char *)told->altsecids[i], .len = strlen(told->altsecids[i])};
    if (told->nul) {
        (void)snprintf(entry->nul, sizeof(entry->nul), "%s", told->altsecids[0]);
        values[0] = (struct ldap_value){.data = (const unsigned char *)entry->nul,
                                        .len = strlen(told->altsecids[0]) + 2};
    }
    for (unsigned i = 0; i < told->many; i++) {
        (void)snprintf(entry->many[i], sizeof(entry->many[i]), "X509:<SKI>%04x", i);
        values[attribute->count++] =
            (struct ldap_value){.data = (const unsigned char *)entry->many[i], .len = 14};
    }
}

void ldap_told_make(const struct ldap_told *told, struct ldap_told_entry *ret_entry)
{
    struct ldap_told_entry *entry = ret_entry;

    memset(entry, 0, sizeof(*entry));
    entry->entry.dn = told->dn != NULL ? told->dn : "CN=alice,CN=Users,DC=corp,DC=test";
    entry->entry.attributes = entry->attributes;
    if (told->sid != NULL)
        (void)add(entry, told, "objectSid", entry->sid, sid_to_bytes(told->sid, entry->sid));
    add_text(entry, told, "sAMAccountName", told->name);
    add_text(entry, told, "userPrincipalName", told->upn);
    add_text(entry, told, "userAccountControl", told->control);
    add_text(entry, told, "msDS-User-Account-Control-Computed", told->computed);
    add_text(entry, told, "accountExpires", told->expires);
    add_text(entry, told, "lockoutTime", told->lockout);
    if (told->altsecids[0] != NULL || told->many > 0)
        add_altsecids(entry, told);
}
