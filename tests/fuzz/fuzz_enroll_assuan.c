/* SPDX-License-Identifier: BSD-2-Clause */
/* A line of pinentry's; and the same bytes as a text that pinentry is told. */
#include <stdlib.h>
#include <string.h>

#include "enroll/notify/assuan.h"
#include "tests/fuzz/fuzz.h"

static void must(int claim)
{
    if (!claim)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_secret struct secret secret = {0};
    char command[ASSUAN_LINE_MAX + 1];
    struct assuan_line line;
    char *text;

    assuan_read((const char *)data, len, &line);
    must((line.kind == ASSUAN_DATA) == (line.data != NULL));
    must(line.kind == ASSUAN_DATA ? line.data_len == len - 2 : line.data_len == 0);
    must(line.kind == ASSUAN_ERR || line.code == 0);
    if (line.kind == ASSUAN_DATA && assuan_data(&line, &secret) == VSC_OK)
        must(secret.len <= line.data_len && secret.len <= SECRET_MAX);
    text = calloc(1, len + 1);
    must(text != NULL);
    if (len > 0)
        memcpy(text, data, len);
    assuan_command("SETDESC", text, command);
    must(strlen(command) <= ASSUAN_LINE_MAX &&
         strchr(command, '\n') == command + strlen(command) - 1);
    free(text);
    return 0;
}
