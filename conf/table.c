/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/table.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "conf/check.h"
#include "conf/lists.h"

#define AT(member) .offset = offsetof(struct conf, member)

static const char *const purposes[] = {"smartcard-logon", "client-auth", NULL};
static const char *const strong_mappings[] = {"directory", "always", "never", NULL};
static const char *const revocations[] = {"hard", "soft", "off", NULL};
static const char *const conflicts[] = {"refuse", "first", NULL};
static const char *const identities[] = {"always", "own", "never", NULL};
static const char *const announces[] = {"never", "single", "always", NULL};
static const char *const kerberos[] = {"off", "optional", "required", NULL};
static const char *const removals[] = {"none", "lock", "logout", NULL};

const struct conf_key conf_keys[] = {
    {"card", "backends", KEY_OWN, AT(card.backends), .read = conf_read_backends},
    {"card", "store", KEY_STRING, AT(card.store), .text = "/var/lib/pam_vsc", .check = check_path},
    {"card", "tcti", KEY_STRING, AT(card.tcti), .text = "device:/dev/tpmrm0", .check = check_tcti},
    {"card", "socket", KEY_STRING, AT(card.socket), .text = "/run/pam_vsc/card.sock",
     .check = check_socket},
    {"card", "admin_keys", KEY_STRING, AT(card.admin_keys), .text = "/var/lib/pam_vsc/adminkeys",
     .check = check_path},
    {"card", "pkcs11_modules", KEY_LIST, AT(card.pkcs11_modules), .check = check_path_needed},

    {"helpers", "card_user", KEY_STRING, AT(helpers.card_user), .text = "_vsc",
     .check = check_user},
    {"helpers", "check_user", KEY_STRING, AT(helpers.check_user), .text = "_vsc-check",
     .check = check_user},
    {"helpers", "fetch_user", KEY_STRING, AT(helpers.fetch_user), .text = "_vsc-fetch",
     .check = check_user},

    {"trust", "anchors", KEY_STRING, AT(trust.anchors), .text = "/etc/pam_vsc/anchors",
     .check = check_path, .named_offset = offsetof(struct conf, trust.anchors_named)},
    {"trust", "intermediates", KEY_STRING, AT(trust.intermediates),
     .text = "/etc/pam_vsc/intermediates", .check = check_path,
     .named_offset = offsetof(struct conf, trust.intermediates_named)},
    {"trust", "ntauth", KEY_STRING, AT(trust.ntauth), .text = "", .check = check_ntauth},

    {"policy", "purpose", KEY_CHOICE, AT(policy.purpose), .choices = purposes,
     .number = PURPOSE_SMARTCARD_LOGON},
    {"policy", "min_rsa_bits", KEY_NUMBER, AT(policy.min_rsa_bits), .number = 2048, .min = 2048,
     .max = 4096},
    {"policy", "policies", KEY_LIST, AT(policy.policies), .check = check_oid},
    {"policy", "templates", KEY_LIST, AT(policy.templates), .check = check_template_id},
    {"policy", "strong_mapping", KEY_CHOICE, AT(policy.strong_mapping), .choices = strong_mappings,
     .number = STRONG_DIRECTORY},

    {"revocation", "mode", KEY_CHOICE, AT(revocation.mode), .choices = revocations,
     .number = REVOCATION_HARD},
    {"revocation", "crls", KEY_STRING, AT(revocation.crls), .text = "/etc/pam_vsc/crls",
     .check = check_path, .named_offset = offsetof(struct conf, revocation.crls_named)},
    {"revocation", "cache", KEY_STRING, AT(revocation.cache), .text = "/var/cache/pam_vsc",
     .check = check_path},
    {"revocation", "max_stale", KEY_NUMBER, AT(revocation.max_stale), .number = 0,
     .max = 366 * 86400},

    {"mapping", "rules", KEY_OWN, AT(mapping.rules), .read = conf_read_rules},
    {"mapping", "min_uid", KEY_NUMBER, AT(mapping.min_uid), .number = 1000, .max = INT_MAX},
    {"mapping", "refuse", KEY_LIST, AT(mapping.refuse), .text = "root", .check = check_account},
    {"mapping", "conflict", KEY_CHOICE, AT(mapping.conflict), .choices = conflicts,
     .number = CONFLICT_REFUSE},
    {"mapping", "allow_weak", KEY_BOOL, AT(mapping.allow_weak), .number = false},

    {"directory", "uri", KEY_STRING, AT(directory.uri), .text = "", .check = check_directory},
    {"directory", "base", KEY_STRING, AT(directory.base), .text = "", .check = check_dn},
    {"directory", "keytab", KEY_STRING, AT(directory.keytab), .text = "/etc/krb5.keytab",
     .check = check_path},
    {"directory", "anchors", KEY_STRING, AT(directory.anchors), .text = "", .check = check_path},
    {"directory", "user", KEY_STRING, AT(directory.user), .text = "", .check = check_dn},
    {"directory", "password_file", KEY_STRING, AT(directory.password_file), .text = "",
     .check = check_path},
    {"directory", "roots", KEY_BOOL, AT(directory.roots), .number = false},
    {"directory", "max_age", KEY_NUMBER, AT(directory.max_age), .number = 604800,
     .max = 366 * 86400},

    {"enroll", "profiles", KEY_STRING, AT(enroll.profiles), .text = "/etc/pam_vsc/enroll.d",
     .check = check_path, .named_offset = offsetof(struct conf, enroll.profiles_named)},
    {"enroll", "pinentry", KEY_STRING, AT(enroll.pinentry), .text = "/usr/bin/pinentry",
     .check = check_path_needed},

    {"login", "services", KEY_LIST, AT(login.services), .check = check_service},
    {"login", "remote", KEY_LIST, AT(login.remote), .check = check_service},
    {"login", "reserve", KEY_NUMBER, AT(login.reserve), .number = 2, .max = 15},
    {"login", "list_identities", KEY_CHOICE, AT(login.list_identities), .choices = identities,
     .number = IDENTITIES_ALWAYS},
    {"login", "announce", KEY_CHOICE, AT(login.announce), .choices = announces,
     .number = ANNOUNCE_NEVER},
    {"login", "removal", KEY_CHOICE, AT(login.removal), .choices = removals,
     .number = REMOVAL_NONE},
    {"login", "timeout", KEY_NUMBER, AT(login.timeout), .number = 30, .min = 1, .max = 600},
    {"login", "wait", KEY_NUMBER, AT(login.wait), .number = 0, .max = 300},
    {"login", "warn_days", KEY_NUMBER, AT(login.warn_days), .number = 14, .max = CHECK_DAYS_MAX},
    {"login", "change_pin", KEY_LIST, AT(login.change_pin), .text = "greetd",
     .check = check_service},
    {"login", "gdm_json", KEY_LIST, AT(login.gdm_json), .check = check_gdm_service},
    {"login", "talk", KEY_OWN, AT(login.talk), .read = conf_read_talk},

    {"", "kerberos", KEY_CHOICE, AT(kerberos), .choices = kerberos, .number = KERBEROS_OFF},
    {"", "realm", KEY_STRING, AT(realm), .text = "", .check = check_realm},
    {"ticket", "deadline", KEY_NUMBER, AT(ticket.deadline), .number = 5, .min = 1, .max = 60},
    {"ticket", "skip", KEY_LIST, AT(ticket.skip), .text = "sudo sudo-i polkit-1",
     .check = check_service},
};

const size_t conf_key_count = sizeof(conf_keys) / sizeof(conf_keys[0]);

static enum vsc_err list_default(const struct conf_key *key, struct conf_list *list)
{
    const char *next = key->text != NULL ? key->text : "";

    while (*next != '\0') {
        const size_t len = strcspn(next, " ");

        list->items[list->count] = strndup(next, len);
        if (list->items[list->count] == NULL)
            return VSC_MEMORY;
        list->count++;
        next += len + strspn(next + len, " ");
    }
    return VSC_OK;
}

enum vsc_err conf_key_default(const struct conf_key *key, void *whole)
{
    void *target = (char *)whole + key->offset;
    char **string = target;

    switch (key->kind) {
    case KEY_STRING:
        *string = strdup(key->text);
        return *string != NULL ? VSC_OK : VSC_MEMORY;
    case KEY_LIST:
        return list_default(key, target);
    case KEY_NUMBER:
    case KEY_CHOICE:
        *(unsigned *)target = key->number;
        return VSC_OK;
    case KEY_BOOL:
        *(bool *)target = key->number != 0;
        return VSC_OK;
    case KEY_OWN:
        return VSC_OK; /* conf_lists_default() */
    }
    return VSC_SYSTEM;
}

void conf_key_free(const struct conf_key *key, void *whole)
{
    void *target = (char *)whole + key->offset;
    struct conf_list *list = target;

    if (key->kind == KEY_STRING)
        free(*(char **)target);
    for (size_t i = 0; key->kind == KEY_LIST && i < list->count; i++)
        free(list->items[i]);
}
