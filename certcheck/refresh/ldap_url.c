/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/ldap_url.h"

#include <string.h>
#include <strings.h>

#include "common/hex.h"
#include "common/text.h"

#define PARTS       5 /* dn ? attributes ? scope ? filter ? extensions */
#define FILTER_SIZE 512

enum {
    PART_DN,
    PART_ATTRIBUTES,
    PART_SCOPE,
    PART_FILTER,
    PART_EXTENSIONS,
};

static const struct {
    unsigned bit;
    const char *name;
} attributes[] = {
    {LDAP_CRLS, "certificateRevocationList"},
    {LDAP_CA_CRLS, "authorityRevocationList"},
    {LDAP_DELTA_CRLS, "deltaRevocationList"},
    {LDAP_CERTIFICATES, "cACertificate"},
};

const char *ldap_url_attribute_name(unsigned bit)
{
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
        if (attributes[i].bit == bit)
            return attributes[i].name;
    return "";
}

unsigned ldap_url_attribute_bit(const char *description)
{
    size_t len = strcspn(description, ";");

    if (description[len] != '\0' && strcasecmp(description + len, ";binary") != 0)
        return 0;
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
        if (strlen(attributes[i].name) == len &&
            strncasecmp(attributes[i].name, description, len) == 0)
            return attributes[i].bit;
    return 0;
}

/* Undo %HH; false for a bad one, for what does not fit, and for what may not be shown. */
static bool decode(const char *from, size_t len, char *to, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < len; i++) {
        char byte = from[i];
        size_t count;

        if (byte == '%') {
            if (len - i < 3 || !hex_read(from + i + 1, 2, 1, &byte, &count))
                return false;
            i += 2;
        }
        if (byte == '\0' || used + 1 >= size)
            return false;
        to[used++] = byte;
    }
    to[used] = '\0';
    return text_is_printable(to);
}

struct part {
    const char *text;
    size_t len;
};

static bool split(const char *rest, struct part parts[PARTS])
{
    for (size_t i = 0; i < PARTS; i++) {
        parts[i] = (struct part){rest, strcspn(rest, "?")};
        rest += parts[i].len;
        rest += *rest == '?' && i + 1 < PARTS;
    }
    return *rest == '\0';
}

static bool read_attributes(const struct part *part, unsigned *ret_bits)
{
    char list[256];
    char *left = list, *name;
    unsigned bits = 0;

    if (!decode(part->text, part->len, list, sizeof(list)))
        return false;
    while (*list != '\0' && (name = strsep(&left, ",")) != NULL) {
        unsigned bit = ldap_url_attribute_bit(name);

        if (bit == 0)
            return false;
        bits |= bit;
    }
    *ret_bits = bits;
    return true;
}

/* The entry is read whole by its name, so that a filter can add nothing. */
static bool is_filter(const struct part *part)
{
    char filter[FILTER_SIZE];

    return decode(part->text, part->len, filter, sizeof(filter));
}

/* A critical extension (RFC 4516 2) asks for something that is not known here. */
static bool has_critical_extension(const struct part *part)
{
    const char *next = part->text;
    const char *end = part->text + part->len;

    while (next < end) {
        const char *comma = memchr(next, ',', (size_t)(end - next));

        if (*next == '!' || strncmp(next, "%21", 3) == 0)
            return true;
        next = comma != NULL ? comma + 1 : end;
    }
    return false;
}

enum vsc_err ldap_url_read(const struct url *url, struct ldap_url *ret_ldap,
                           struct problem *problem)
{
    struct ldap_url ldap = {.port = url->port, .tls = url->scheme == URL_LDAPS};
    struct part parts[PARTS];
    const struct part *scope = &parts[PART_SCOPE];
    const char *rest = url->text + url->rest;

    memcpy(ldap.host, url->host, sizeof(ldap.host));
    if (*rest != '/' || !split(rest + 1, parts))
        return problem_set(problem, VSC_INPUT, "%s: not an LDAP URL", url->text);
    if (!decode(parts[PART_DN].text, parts[PART_DN].len, ldap.dn, sizeof(ldap.dn)) ||
        *ldap.dn == '\0')
        return problem_set(problem, VSC_INPUT, "%s: it names no entry, or not in UTF-8", url->text);
    if (!read_attributes(&parts[PART_ATTRIBUTES], &ldap.attributes))
        return problem_set(problem, VSC_INPUT,
                           "%s: only attributes with lists and CA certificates are asked for",
                           url->text);
    if (scope->len != 0 && (scope->len != 4 || strncasecmp(scope->text, "base", 4) != 0))
        return problem_set(problem, VSC_INPUT, "%s: only the scope base is searched", url->text);
    if (!is_filter(&parts[PART_FILTER]) || has_critical_extension(&parts[PART_EXTENSIONS]))
        return problem_set(problem, VSC_INPUT, "%s: its filter or extension is not understood",
                           url->text);
    *ret_ldap = ldap;
    return VSC_OK;
}
