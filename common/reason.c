/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/reason.h"

#include <stdio.h>

static const struct {
    const char *code, *text, *remedy;
    bool mapping;
} rows[REASON_COUNT] = {
#define VSC_REASON_ROW(name, code, mapping, text, remedy)                                          \
    [REASON_##name] = {code, text, remedy, mapping},
    VSC_REASONS(VSC_REASON_ROW)
#undef VSC_REASON_ROW
};

const char *reason_code(enum reason reason)
{
    return (unsigned)reason < REASON_COUNT ? rows[reason].code : "unknown";
}

const char *reason_text(enum reason reason)
{
    return (unsigned)reason < REASON_COUNT ? rows[reason].text : "unknown";
}

const char *reason_remedy(enum reason reason)
{
    return (unsigned)reason < REASON_COUNT ? rows[reason].remedy : "unknown";
}

bool reason_is_mapping(enum reason reason)
{
    return (unsigned)reason < REASON_COUNT && rows[reason].mapping;
}

void reason_shown(enum reason reason, char to[REASON_SHOWN])
{
    code_shown(reason_code(reason), to);
}

void code_shown(const char *code, char to[REASON_SHOWN])
{
    (void)snprintf(to, REASON_SHOWN, "VSC-%s", code);
    /* Not toupper(): the host's locale must not change a code. */
    for (; *to != '\0'; to++)
        if (*to >= 'a' && *to <= 'z')
            *to = (char)(*to - 'a' + 'A');
}
