/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The domain's directory (the configuration's group `directory`), asked as this computer. What it
 * answers came from a server that proved who it is, over a connection that nobody could change: by
 * ldap signed and sealed by Kerberos, else within TLS. Everything else is no connection.
 */
#ifndef VSC_CERTCHECK_REFRESH_LDAP_DIRECTORY_H
#define VSC_CERTCHECK_REFRESH_LDAP_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "certcheck/refresh/ldap_names.h"
#include "certcheck/refresh/network.h"
#include "common/err.h"
#include "common/problem.h"
#include "conf/conf.h"

#define LDAP_ENTRY_VALUES_MAX 4096 /* in one entry */

struct ldap_credentials;
struct ldap_directory;

/*
 * What refresh needs to be let in: the keytab's keys, or the password of directory.user. To be read
 * while there is the right to; VSC_INPUT with the reason in `problem`. The caller frees.
 */
must_check enum vsc_err ldap_credentials_read(const struct conf *conf,
                                              struct ldap_credentials **ret_credentials,
                                              struct problem *problem);
void ldap_credentials_free(struct ldap_credentials *credentials);

/*
 * Connect, and bind. `folder` (a path that this process may write) gets a file of settings for
 * Kerberos. The configuration names a directory, and lives as long as the connection, as does
 * `network`. VSC_INPUT with the reason in `problem`: it cannot be reached, or cannot prove what it
 * is. The caller frees.
 */
must_check enum vsc_err ldap_directory_open(const struct conf *conf, const struct network *network,
                                            struct ldap_credentials *credentials,
                                            const char *folder,
                                            struct ldap_directory **ret_directory,
                                            struct problem *problem);
void ldap_directory_free(struct ldap_directory *directory);

/* The domain's entry, "DC=corp,DC=test", and the forest's "CN=Configuration,DC=corp,DC=test". */
const char *ldap_directory_base(const struct ldap_directory *directory);
const char *ldap_directory_configuration(const struct ldap_directory *directory);

/* Is it this server? A URL without a host always means the directory. */
bool ldap_directory_serves(const struct ldap_directory *directory, const char *host, unsigned port);

struct ldap_value {
    const unsigned char *data; /* a NUL follows it, which does not count */
    size_t len;
};
struct ldap_attribute {
    const char *name; /* as the directory writes it, without options */
    const struct ldap_value *values;
    size_t count;
};
/* Borrowed for the visit. */
struct ldap_entry {
    const char *dn;
    const struct ldap_attribute *attributes;
    size_t count;
};

struct ldap_query {
    const char *base;
    enum ldap_reach reach;
    const char *filter;            /* outside values in it as \HH; NULL: every entry */
    const char *const *attributes; /* ends with NULL; without options */
    size_t max_entries;
    size_t max_bytes; /* of the values of one entry */
};

/* Takes one entry; anything but VSC_OK ends the search with that. */
typedef enum vsc_err ldap_entry_visit(void *arg, const struct ldap_entry *entry);

/*
 * Ask. Referrals are not followed. VSC_INPUT with the reason in `problem`: no such entry, more than
 * is asked for, an entry from elsewhere, an attribute given in part only, no answer in time. A
 * query that no entry answers is VSC_OK without a visit. After a failure entries may have been
 * visited.
 */
must_check enum vsc_err ldap_directory_search(struct ldap_directory *directory,
                                              const struct ldap_query *query,
                                              ldap_entry_visit *visit, void *arg,
                                              struct problem *problem);

/* The attribute of that name, without case; NULL where the entry has none. */
const struct ldap_attribute *ldap_entry_find(const struct ldap_entry *entry, const char *name);

#endif
