/* SPDX-License-Identifier: BSD-2-Clause */
/* Distinguished names from the command line, in OpenSSL's and in RFC 4514's form. */
#include <string.h>

#include "card/owner/csr.h"
#include "common/hex.h"
#include "common/own.h"
#include "common/text.h"

#define DN_MAX    1024 /* bytes of the text */
#define DN_PARTS  32
#define TYPE_SIZE 64

DEFINE_AUTO(X509_NAME, X509_NAME_free)

struct part {
    char type[TYPE_SIZE];
    char value[DN_MAX];
    bool joined; /* by '+' to the one before it: in one RDN */
};

static enum vsc_err malformed(struct problem *problem, const char *text)
{
    return problem_set(problem, VSC_USAGE,
                       "--subject: \"%s\" is no name such as /O=Corp/CN=alice or CN=alice,O=Corp",
                       text);
}

/* After a backslash: the character itself, or two hexadecimal digits. Moves *text on. */
static bool unescape(const char **text, char *ret_char)
{
    const char *at = *text;
    int high = at[0] != '\0' ? hex_digit(at[0]) : -1;
    int low = high >= 0 ? hex_digit(at[1]) : -1;

    if (low >= 0) {
        *ret_char = (char)(high * 16 + low);
        *text = at + 2;
        return *ret_char != '\0';
    }
    if (at[0] == '\0')
        return false;
    *ret_char = at[0];
    *text = at + 1;
    return true;
}

/* "TYPE=value" up to one of `ends`; *text then stands on the end. */
static bool parse_part(const char **text, const char *ends, struct part *ret_part)
{
    const char *at = *text + strspn(*text, " ");
    size_t len = strcspn(at, "=");
    size_t used = 0, solid = 0;

    if (at[len] != '=' || len == 0 || len >= sizeof ret_part->type)
        return false;
    memcpy(ret_part->type, at, len);
    ret_part->type[len] = '\0';
    at += len + 1;
    at += strspn(at, " ");
    while (*at != '\0' && strchr(ends, *at) == NULL) {
        char c = *at++;
        bool escaped = c == '\\';

        if (used == sizeof ret_part->value - 1 || (escaped && !unescape(&at, &c)))
            return false;
        ret_part->value[used++] = c;
        if (escaped || c != ' ')
            solid = used;
    }
    ret_part->value[solid] = '\0';
    *text = at;
    return solid > 0 && text_is_printable(ret_part->value);
}

static bool add_part(X509_NAME *name, const struct part *part, bool join)
{
    return X509_NAME_add_entry_by_txt(name, part->type, MBSTRING_UTF8,
                                      (const unsigned char *)part->value, -1, -1,
                                      join ? -1 : 0) == 1;
}

static enum vsc_err parse_parts(const char *text, const char *ends, struct part *parts,
                                size_t *ret_count, struct problem *problem)
{
    const char *at = text;
    bool joined = false;
    size_t count = 0;

    for (;;) {
        if (count == DN_PARTS || !parse_part(&at, ends, &parts[count]))
            return malformed(problem, text);
        parts[count++].joined = joined;
        if (*at == '\0')
            break;
        joined = *at++ == '+';
    }
    *ret_count = count;
    return VSC_OK;
}

/* RFC 4514 writes the last RDN first; what '+' joins stays together. */
static bool build_reversed(X509_NAME *name, const struct part *parts, size_t count)
{
    size_t end = count;

    while (end > 0) {
        size_t start = end - 1;

        while (start > 0 && parts[start].joined)
            start--;
        for (size_t i = start; i < end; i++)
            if (!add_part(name, &parts[i], i > start))
                return false;
        end = start;
    }
    return true;
}

static bool build(X509_NAME *name, const struct part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!add_part(name, &parts[i], parts[i].joined))
            return false;
    return true;
}

enum vsc_err dn_parse(const char *text, X509_NAME **ret_name, struct problem *problem)
{
    auto_by(X509_NAME_free) X509_NAME *name = X509_NAME_new();
    auto_free struct part *parts = calloc(DN_PARTS, sizeof *parts);
    bool slashes = text[0] == '/';
    size_t count = 0;
    enum vsc_err err;

    if (name == NULL || parts == NULL)
        return VSC_MEMORY;
    if (strlen(text) >= DN_MAX)
        return malformed(problem, "(too long)");
    err = parse_parts(slashes ? text + 1 : text, slashes ? "/" : ",+", parts, &count, problem);
    if (err != VSC_OK)
        return err;
    if (!(slashes ? build(name, parts, count) : build_reversed(name, parts, count)))
        return malformed(problem, text);
    *ret_name = take(name);
    return VSC_OK;
}

enum vsc_err dn_of_common_name(const char *text, X509_NAME **ret_name, struct problem *problem)
{
    auto_by(X509_NAME_free) X509_NAME *name = X509_NAME_new();

    if (name == NULL || X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                                   (const unsigned char *)text, -1, -1, 0) != 1)
        return problem_set(problem, VSC_INPUT, "\"%s\" cannot be a common name: give --subject",
                           text);
    *ret_name = take(name);
    return VSC_OK;
}
