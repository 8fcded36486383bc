/* SPDX-License-Identifier: BSD-2-Clause */
/* Desktop entries: any bytes are refused, or yield a name that may be shown and a command. */
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "greeter/files/sessions.h"
#include "greeter/files/words.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct sessions_rules rules = {
        .x_wrapper = "startx /usr/bin/env", .command = "", .command_name = "", .locale = "de_DE"};
    struct session session;
    size_t words = 0;

    if (session_parse((const char *)data, len, "x", len % 2 == 0, &rules, &session) != VSC_OK)
        return 0;
    if (*session.name == '\0' || !text_is_printable(session.name) || session.command[0] == NULL ||
        *session.command[0] == '\0')
        abort();
    while (session.command[words] != NULL)
        words++;
    if (words > WORDS_MAX)
        abort();
    for (size_t i = 0; session.environment[i] != NULL; i++)
        if (!text_is_printable(session.environment[i]))
            abort();
    session_done(&session);
    return 0;
}
