/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/sid.h"
#include "common/text.h"
#include "common/wire_check.h"
#include "conf/conf.h"

const char *check_path_needed(const char *value)
{
    return value[0] == '/' ? NULL : "is not an absolute path";
}

const char *check_path(const char *value)
{
    return value[0] == '\0' ? NULL : check_path_needed(value);
}

const char *check_ntauth(const char *value)
{
    return strcmp(value, CONF_FROM_DIRECTORY) == 0 ? NULL : check_path(value);
}

const char *check_socket(const char *value)
{
    return strlen(value) < CHECK_SOCKET_SIZE ? check_path(value) : "is too long for a socket";
}

const char *check_tcti(const char *value)
{
    /* Known ones only: the loader would take a path, and run what it finds there. */
    static const char *const names[] = {"device", "swtpm", "tabrmd", "mssim", "pcap"};
    size_t len = strcspn(value, ":");

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strlen(names[i]) == len && memcmp(names[i], value, len) == 0)
            return NULL;
    return "does not begin with device:, swtpm:, tabrmd:, mssim: or pcap:";
}

const char *check_account(const char *value)
{
    if (value[0] == '\0' || strlen(value) >= USER_NAME_SIZE)
        return "is empty or too long for an account's name";
    if (strpbrk(value, "/:") != NULL || strchr("-+@", value[0]) != NULL)
        return "is no account's name";
    return NULL;
}

const char *check_user(const char *value)
{
    return value[0] == '\0' ? NULL : check_account(value);
}

const char *check_service(const char *value)
{
    if (value[0] == '\0' || strlen(value) >= CHECK_ITEM_SIZE || strchr(value, '/') != NULL)
        return "is no name of a PAM service";
    return NULL;
}

const char *check_gdm_service(const char *value)
{
    if (check_service(value) != NULL || strncmp(value, "gdm-", 4) != 0)
        return "is no name of a PAM service of GDM's (gdm-...)";
    return NULL;
}

const char *check_suffix(const char *value)
{
    if (value[0] == '\0' || strpbrk(value, "@/\\ ") != NULL)
        return "is no suffix of a UPN (what stands behind the @)";
    return NULL;
}

const char *check_realm(const char *value)
{
    return strpbrk(value, "@/\\: ") == NULL ? NULL : "is no name of a realm (CORP.TEST)";
}

const char *check_template(const char *value)
{
    bool has_user = false;

    for (const char *at = strchr(value, '%'); at != NULL; at = strchr(at + 2, '%')) {
        if (at[1] == '\0' || strchr("udD", at[1]) == NULL)
            return "may hold %u, %d and %D only";
        has_user = has_user || at[1] == 'u';
    }
    /* Without it everybody with this suffix would be one account. */
    return has_user ? check_account(value) : "needs %u";
}

const char *check_plain_template(const char *value)
{
    return strstr(value, "%d") == NULL && strstr(value, "%D") == NULL
               ? check_template(value)
               : "may hold %u only: there is no suffix";
}

const char *check_sid(const char *value)
{
    return sid_is_well_formed(value) ? NULL : "is no security identifier (S-1-...)";
}

const char *check_name(const char *value)
{
    return value[0] == '\0' ? "is empty" : NULL;
}

const char *check_oid(const char *value)
{
    const char *next = value;
    size_t arcs = 0;

    for (;; next++) {
        size_t digits = strspn(next, "0123456789");

        /* RFC 4512 1.4: numbers without leading zeros; the first is 0, 1 or 2. */
        if (digits == 0 || digits > 10 || (next[0] == '0' && digits > 1) ||
            (arcs == 0 && (digits > 1 || next[0] > '2')))
            return "is no OID with dots";
        arcs++;
        next += digits;
        if (*next != '.')
            break;
    }
    return *next == '\0' && arcs >= 2 && arcs <= 32 ? NULL : "is no OID with dots";
}

const char *check_template_id(const char *value)
{
    if (value[0] >= '0' && value[0] <= '9' && strchr(value, '.') != NULL)
        return check_oid(value);
    if (value[0] == '\0' || strlen(value) > 64 || !text_is_printable(value))
        return "is neither the OID nor the name of a certificate template";
    return NULL;
}

const char *check_sha256(const char *value)
{
    if (strlen(value) != 64 || strspn(value, "0123456789abcdefABCDEF") != 64)
        return "is not 64 hexadecimal digits";
    return NULL;
}

/* What stands behind a host: nothing, or a port. */
static bool is_port_or_end(const char *text)
{
    unsigned port = 0;

    if (*text == '\0')
        return true;
    if (*text++ != ':' || strlen(text) > 5 || text[strspn(text, "0123456789")] != '\0')
        return false;
    while (*text != '\0')
        port = port * 10 + (unsigned)(*text++ - '0');
    return port >= 1 && port <= 65535;
}

const char *check_directory(const char *value)
{
    static const char host[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    const char *next = value;
    size_t len;

    if (*value == '\0')
        return NULL;
    if (strncmp(next, "ldap", 4) != 0)
        return "does not begin with ldap:// or ldaps://";
    next += next[4] == 's' ? 5 : 4;
    if (strncmp(next, "://", 3) != 0)
        return "does not begin with ldap:// or ldaps://";
    next += 3;
    len = strspn(next, host);
    if (len == 0 || len > 253 || *next == '-' || *next == '.' || !is_port_or_end(next + len))
        return "needs the name of one server, perhaps a port, and nothing else";
    return NULL;
}

const char *check_dn(const char *value)
{
    const char *equals = strchr(value, '=');

    if (*value == '\0')
        return NULL;
    if (strlen(value) > 1000 || equals == NULL || equals == value)
        return "is no distinguished name (DC=corp,DC=test)";
    return NULL;
}

const char *check_profile(const char *value)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

    if (*value == '\0' || *value == '-' || strlen(value) > CHECK_PROFILE_MAX ||
        value[strspn(value, allowed)] != '\0')
        return "is no name of 1 to 64 letters, digits, - and _";
    return NULL;
}

const char *check_upn_template(const char *value)
{
    const char *at = strchr(value, '@'), *percent = strchr(value, '%');

    if (at == NULL || at == value || at[1] == '\0' || strchr(at + 1, '@') != NULL ||
        strlen(value) >= CHECK_UPN_MAX || strpbrk(value, "/\\ ") != NULL)
        return "is no UPN such as %u@corp.test";
    if (percent == NULL || percent[1] != 'u' || strchr(percent + 1, '%') != NULL)
        return "does not hold %u once, and no other %";
    return NULL;
}
