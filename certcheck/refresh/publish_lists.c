/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/publish_lists.h"

#include <stdio.h>

#include "certcheck/facts_parts.h"
#include "certcheck/refresh/lists.h"
#include "common/own.h"

#define CDP         "CN=CDP,CN=Public Key Services,CN=Services,"
#define DN_SIZE     2048
#define ENTRIES_MAX 1024

static const char *const names[] = {"certificateRevocationList", "authorityRevocationList",
                                    "deltaRevocationList", NULL};

static void tell(const struct refresh *refresh, const char *dn, enum report_result result,
                 const struct list *list, const char *text)
{
    auto_free char *subject = list != NULL ? facts_name(X509_get_subject_name(list->signer)) : NULL;

    report_tell(refresh->report, &(struct report_line){.result = result,
                                                       .kind = "cdp",
                                                       .source = dn,
                                                       .subject = subject != NULL ? subject : "",
                                                       .text = text,
                                                       .until = list != NULL ? list->until : 0});
}

static enum vsc_err keep(const struct refresh *refresh, const char *dn, const struct list *list)
{
    static const enum report_result results[] = {[LIST_STORED] = REPORT_STORED,
                                                 [LIST_UNCHANGED] = REPORT_UNCHANGED,
                                                 [LIST_OLDER] = REPORT_SKIPPED};
    struct problem problem = {""};
    char name[CACHE_NAME_SIZE];
    enum list_fate fate = LIST_OLDER;
    enum vsc_err err = list_keep(refresh, list, name, &fate, &problem);

    if (err == VSC_OK)
        tell(refresh, dn, results[fate], list,
             fate == LIST_OLDER ? "older than the one in the cache" : "");
    else if (err == VSC_INPUT || err == VSC_CERT || err == VSC_MEMORY)
        tell(refresh, dn, REPORT_SKIPPED, list, problem.text);
    return err == VSC_INPUT || err == VSC_CERT || err == VSC_MEMORY ? VSC_OK : err;
}

/* A class that must have the attribute has it with one zero byte where there is nothing. */
static enum vsc_err take_value(const struct refresh *refresh, const char *dn,
                               const struct ldap_value *value)
{
    const struct list_offer offer = {.der = value->data, .len = value->len, .form = LIST_ANY};
    auto_list struct list list = {.raw = NULL};
    struct problem problem = {""};
    enum vsc_err err;

    if (value->len <= 1)
        return VSC_OK;
    err = list_verify(refresh, &offer, &list, &problem);
    if (err == VSC_OK)
        return keep(refresh, dn, &list);
    if (err == VSC_INPUT)
        tell(refresh, dn, REPORT_SKIPPED, NULL, problem.text);
    return err == VSC_INPUT ? VSC_OK : err;
}

static enum vsc_err take_entry(void *arg, const struct ldap_entry *entry)
{
    const struct refresh *refresh = arg;
    enum vsc_err err = VSC_OK;

    for (size_t i = 0; i < entry->count; i++)
        for (size_t k = 0; err == VSC_OK && k < entry->attributes[i].count; k++)
            err = take_value(refresh, entry->dn, &entry->attributes[i].values[k]);
    return err;
}

enum vsc_err publish_fetch_lists(struct refresh *refresh)
{
    char dn[DN_SIZE];
    const struct ldap_query query = {.base = dn,
                                     .reach = LDAP_SUBTREE,
                                     .filter = "(objectClass=cRLDistributionPoint)",
                                     .attributes = names,
                                     .max_entries = ENTRIES_MAX,
                                     .max_bytes = NETWORK_CRL_MAX};
    struct problem problem = {""};
    enum vsc_err err;

    if (refresh->directory == NULL)
        return VSC_OK;
    (void)snprintf(dn, sizeof(dn), CDP "%s", ldap_directory_configuration(refresh->directory));
    err = ldap_directory_search(refresh->directory, &query, take_entry, refresh, &problem);
    if (err != VSC_INPUT)
        return err;
    tell(refresh, dn, REPORT_FAILED, NULL, problem.text);
    return VSC_OK;
}
