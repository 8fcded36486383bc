/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/notify/assuan.h"

#include <stdio.h>
#include <string.h>

#include "common/hex.h"

#define CODE_MASK 0xffffUL

static bool begins_with(const char *line, size_t len, const char *word)
{
    size_t word_len = strlen(word);

    return len >= word_len && memcmp(line, word, word_len) == 0 &&
           (len == word_len || line[word_len] == ' ');
}

/* 0 for anything that is no number. */
static unsigned long read_code(const char *text, size_t len)
{
    unsigned long code = 0;

    for (size_t i = 0; i < len && text[i] >= '0' && text[i] <= '9' && i < 10; i++)
        code = code * 10 + (unsigned long)(text[i] - '0');
    return code & CODE_MASK;
}

void assuan_read(const char *line, size_t len, struct assuan_line *ret_line)
{
    *ret_line = (struct assuan_line){.kind = ASSUAN_BROKEN};
    if (begins_with(line, len, "OK")) {
        ret_line->kind = ASSUAN_OK;
    } else if (begins_with(line, len, "ERR") && len > 4) {
        ret_line->kind = ASSUAN_ERR;
        ret_line->code = read_code(line + 4, len - 4);
    } else if (len >= 2 && memcmp(line, "D ", 2) == 0) {
        ret_line->kind = ASSUAN_DATA;
        ret_line->data = line + 2;
        ret_line->data_len = len - 2;
    } else if (begins_with(line, len, "S") || (len > 0 && line[0] == '#')) {
        ret_line->kind = ASSUAN_SKIP;
    }
}

enum vsc_err assuan_data(const struct assuan_line *line, struct secret *secret)
{
    for (size_t i = 0; i < line->data_len; i++) {
        char byte = line->data[i];

        if (byte == '%') {
            int high = i + 1 < line->data_len ? hex_digit(line->data[i + 1]) : -1;
            int low = i + 2 < line->data_len ? hex_digit(line->data[i + 2]) : -1;

            if (high < 0 || low < 0)
                return VSC_PROTOCOL;
            byte = (char)(high * 16 + low);
            i += 2;
        }
        if (secret->len == SECRET_MAX)
            return VSC_INPUT;
        secret->bytes[secret->len++] = byte;
    }
    return VSC_OK;
}

void assuan_command(const char *word, const char *text, char to[ASSUAN_LINE_MAX + 1])
{
    size_t len = (size_t)snprintf(to, ASSUAN_LINE_MAX / 2, "%s%s", word, *text != '\0' ? " " : "");

    for (; *text != '\0' && len + 5 < ASSUAN_LINE_MAX; text++) {
        if (*text == '%' || (unsigned char)*text < ' ')
            len += (size_t)snprintf(to + len, 4, "%%%02X", (unsigned char)*text);
        else
            to[len++] = *text;
    }
    to[len++] = '\n';
    to[len] = '\0';
}
