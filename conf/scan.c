/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/scan.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS  "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* The end of the string, comment or name that begins at `at`; `at` itself if it is none of these.
 */
static const char *skip_token(const char *at)
{
    const char *end;

    if (*at == '"') {
        for (at++; *at != '\0' && *at != '"'; at++)
            if (at[0] == '\\' && at[1] != '\0')
                at++;
        return *at == '"' ? at + 1 : at;
    }
    if (*at == '#' || strncmp(at, "//", 2) == 0)
        return at + strcspn(at, "\n");
    if (strncmp(at, "/*", 2) == 0) {
        end = strstr(at + 2, "*/");
        return end != NULL ? end + 2 : at + strlen(at);
    }
    if (strspn(at, LETTERS "*") > 0)
        return at + strspn(at, LETTERS DIGITS "*_-");
    return at;
}

/* Is what stands at `at` (`len` letters, digits and dots) a whole number beyond an int? */
static bool is_too_large(const char *at, size_t len)
{
    bool is_hex = len > 2 && at[0] == '0' && (at[1] == 'x' || at[1] == 'X');
    const char *digits = is_hex ? at + 2 : at;
    size_t count = len - (size_t)(digits - at);

    if (strspn(digits, is_hex ? DIGITS "ABCDEFabcdef" : DIGITS) < count)
        return false; /* with an L or a fraction: nothing is cut there */
    return strtoull(digits, NULL, is_hex ? 16 : 10) > INT_MAX;
}

static enum vsc_err scan_numbers(const char *name, const char *text, struct problem *problem)
{
    unsigned line = 1;

    for (const char *at = text; *at != '\0';) {
        const char *end = skip_token(at);
        size_t len = strspn(at, LETTERS DIGITS ".");

        if (end == at && len > 0 && is_too_large(at, len))
            return problem_set(problem, VSC_CONFIG, "%s:%u: %.*s: the number is too large", name,
                               line, len < 64 ? (int)len : 64, at);
        if (end == at)
            end = at + (len > 0 ? len : 1);
        for (; at < end; at++)
            line += *at == '\n';
    }
    return VSC_OK;
}

enum vsc_err conf_scan(const char *name, const char *text, size_t len, struct problem *problem)
{
    unsigned line = 1;
    bool at_start = true;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\0' || strncasecmp(text + i, "\\x00", 4) == 0)
            return problem_set(problem, VSC_CONFIG, "%s:%u: a NUL character", name, line);
        /* Also inside a string or a comment: simpler than being sure of where these end. */
        if (at_start && text[i] == '@')
            return problem_set(problem, VSC_CONFIG, "%s:%u: @include is not allowed", name, line);
        at_start = text[i] == '\n' || (at_start && strchr(" \t\r\v\f", text[i]) != NULL);
        line += text[i] == '\n';
    }
    return scan_numbers(name, text, problem);
}
