/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/account_entry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "certcheck/upn.h"
#include "common/altsecid.h"
#include "common/own.h"
#include "common/text.h"

/* [MS-ADTS] 2.2.16, [MS-SAMR] 2.2.1.12 */
#define UF_ACCOUNTDISABLE 0x0002
#define UF_LOCKOUT        0x0010
#define TICKS             10000000    /* of a FILETIME in a second */
#define EPOCH             11644473600 /* seconds from 1601, where it begins, to 1970 */

#define OBJECT_SID        "objectSid"
#define NAME              "sAMAccountName"
#define UPN               "userPrincipalName"
#define ALTSECIDS         "altSecurityIdentities"
#define CONTROL           "userAccountControl"
#define COMPUTED          "msDS-User-Account-Control-Computed"
#define ACCOUNT_EXPIRES   "accountExpires"
#define LOCKOUT_TIME      "lockoutTime"

const char *const account_entry_attributes[] = {
    OBJECT_SID, NAME, UPN, ALTSECIDS, CONTROL, COMPUTED, ACCOUNT_EXPIRES, LOCKOUT_TIME, NULL,
};

void account_entry_filter(const char *sid, char to[ACCOUNT_FILTER_SIZE])
{
    unsigned char bytes[SID_BYTES_MAX];
    const size_t len = sid_to_bytes(sid, bytes);
    size_t at = (size_t)snprintf(to, ACCOUNT_FILTER_SIZE, "(objectSid=");

    for (size_t i = 0; i < len; i++)
        at += (size_t)snprintf(to + at, ACCOUNT_FILTER_SIZE - at, "\\%02x", bytes[i]);
    (void)snprintf(to + at, ACCOUNT_FILTER_SIZE - at, ")");
}

/* The one value of an attribute; NULL where it has none, or several. */
static const struct ldap_value *only_value(const struct ldap_entry *entry, const char *name)
{
    const struct ldap_attribute *attribute = ldap_entry_find(entry, name);

    return attribute != NULL && attribute->count == 1 ? &attribute->values[0] : NULL;
}

/* Text that does not go on behind a NUL. */
static const char *text_of(const struct ldap_value *value)
{
    const char *text = (const char *)value->data;

    return strlen(text) == value->len ? text : NULL;
}

enum found {
    FOUND_NONE,
    FOUND_NUMBER,
    FOUND_NONSENSE,
};

static enum found number_of(const struct ldap_entry *entry, const char *name, int64_t *ret_number)
{
    const struct ldap_attribute *attribute = ldap_entry_find(entry, name);
    const struct ldap_value *value = only_value(entry, name);
    const char *text = value != NULL ? text_of(value) : NULL;
    const char *digits;
    long long number;

    if (attribute == NULL || attribute->count == 0)
        return FOUND_NONE;
    if (text == NULL)
        return FOUND_NONSENSE;
    digits = text + (*text == '-');
    if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
        return FOUND_NONSENSE;
    errno = 0;
    number = strtoll(text, NULL, 10);
    if (errno != 0)
        return FOUND_NONSENSE;
    *ret_number = number;
    return FOUND_NUMBER;
}

static bool has_sid(const struct ldap_entry *entry, const char *sid)
{
    const struct ldap_value *value = only_value(entry, OBJECT_SID);
    char text[SID_SIZE];

    return value != NULL && sid_from_bytes(value->data, value->len, text) && strcmp(text, sid) == 0;
}

/* ---- state ----------------------------------------------------------------------------------- */

/* What the server computes says whether a lock still lasts; a server that does not compute it only
 * says when one began. */
static bool read_lock(const struct ldap_entry *entry, struct directory_account *account)
{
    int64_t computed = 0, since = 0;
    const enum found has_computed = number_of(entry, COMPUTED, &computed);
    const enum found has_since = number_of(entry, LOCKOUT_TIME, &since);

    if (has_computed == FOUND_NONSENSE || has_since == FOUND_NONSENSE)
        return false;
    if (has_computed == FOUND_NUMBER ? (computed & UF_LOCKOUT) != 0 : since != 0)
        account->state |= DIRECTORY_LOCKED;
    return true;
}

static enum vsc_err read_state(const struct ldap_entry *entry, struct directory_account *account,
                               struct problem *problem)
{
    int64_t control = 0, expires = 0;
    const char *flaw = NULL;

    if (number_of(entry, CONTROL, &control) != FOUND_NUMBER)
        flaw = CONTROL;
    else if (number_of(entry, ACCOUNT_EXPIRES, &expires) == FOUND_NONSENSE || expires < 0)
        flaw = ACCOUNT_EXPIRES;
    else if (!read_lock(entry, account))
        flaw = COMPUTED " or " LOCKOUT_TIME;
    if (flaw != NULL)
        return problem_set(problem, VSC_INPUT, "%s is missing or cannot be read", flaw);
    if ((control & UF_ACCOUNTDISABLE) != 0)
        account->state |= DIRECTORY_DISABLED;
    account->expires =
        expires == 0 || expires == INT64_MAX ? DIRECTORY_NEVER : expires / TICKS - EPOCH;
    return VSC_OK;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* The domain of a distinguished name: its last attributes, as long as they are DC. */
static void domain_of(const char *dn, char *to, size_t size)
{
    const char *start = dn + strlen(dn);
    size_t len = 0;

    for (const char *end = start; end > dn;) {
        const char *comma = memrchr(dn, ',', (size_t)(end - dn));
        const char *part = comma != NULL ? comma + 1 : dn;

        if (strncasecmp(part, "DC=", 3) != 0 || (comma != NULL && comma > dn && comma[-1] == '\\'))
            break;
        start = part;
        end = comma != NULL ? comma : dn;
    }
    *to = '\0';
    for (const char *part = start; *part != '\0';) {
        const size_t label = strcspn(part + 3, ",");

        if (len + label + 2 > size) {
            *to = '\0';
            return;
        }
        if (len > 0)
            to[len++] = '.';
        memcpy(to + len, part + 3, label);
        len += label;
        to[len] = '\0';
        part += 3 + label;
        part += *part == ',' ? 1 : 0;
    }
}

static void read_upns(const struct ldap_entry *entry, struct directory_account *account)
{
    const struct ldap_value *upn = only_value(entry, UPN);
    const struct ldap_value *name = only_value(entry, NAME);
    char domain[UPN_MAX + 1], implicit[2 * UPN_MAX + 2];
    int len;

    if (upn != NULL && upn_is_well_formed(upn->data, upn->len))
        memcpy(account->upn, upn->data, upn->len + 1);
    if (name == NULL || name->len > UPN_MAX || text_of(name) == NULL)
        return;
    domain_of(entry->dn, domain, sizeof(domain));
    len = snprintf(implicit, sizeof(implicit), "%s@%s", text_of(name), domain);
    if (len > 0 && upn_is_well_formed(implicit, (size_t)len))
        memcpy(account->implicit_upn, implicit, (size_t)len + 1);
}

/* ---- altSecurityIdentities ------------------------------------------------------------------- */

static bool is_of_a_certificate(const struct ldap_value *value)
{
    return value->len >= 5 && strncasecmp((const char *)value->data, "X509:", 5) == 0;
}

static enum vsc_err read_altsecids(const struct ldap_entry *entry,
                                   struct directory_account *account,
                                   struct account_leftovers *leftovers)
{
    const struct ldap_attribute *attribute = ldap_entry_find(entry, ALTSECIDS);

    for (size_t i = 0; attribute != NULL && i < attribute->count; i++) {
        const struct ldap_value *value = &attribute->values[i];
        auto_free char *text = NULL;
        enum altsecid_form form;

        if (!is_of_a_certificate(value))
            continue;
        text = strndup((const char *)value->data, value->len);
        if (text == NULL)
            return VSC_MEMORY;
        if (text_of(value) == NULL || !altsecid_normalise(text, &form) ||
            account->altsecid_count == DIRECTORY_ALTSECIDS_MAX) {
            leftovers->broken++;
            continue;
        }
        leftovers->weak += altsecid_form_is_strong(form) ? 0 : 1;
        account->altsecids[account->altsecid_count++] = take(text);
    }
    return VSC_OK;
}

enum vsc_err account_entry_read(const struct ldap_entry *entry, const char *sid,
                                struct directory_account *ret_account,
                                struct account_leftovers *ret_leftovers, struct problem *problem)
{
    struct directory_account account = {.expires = DIRECTORY_NEVER};
    struct account_leftovers leftovers = {.weak = 0};
    enum vsc_err err;

    if (!has_sid(entry, sid))
        return problem_set(problem, VSC_INPUT, "the directory answers with another SID");
    err = read_state(entry, &account, problem);
    if (err != VSC_OK)
        return err;
    memcpy(account.sid, sid, strlen(sid) + 1);
    read_upns(entry, &account);
    err = read_altsecids(entry, &account, &leftovers);
    if (err != VSC_OK) {
        directory_account_done(&account);
        return err;
    }
    *ret_account = account;
    *ret_leftovers = leftovers;
    return VSC_OK;
}
