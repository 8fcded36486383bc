/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/cli/lines.h"

#include <stdbool.h>
#include <string.h>

/* Characters: what continues one in UTF-8 takes no column of its own. */
static size_t columns(const char *text, size_t len)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

void lines_put(FILE *out, const char *head, unsigned indent, const char *text)
{
    size_t column = columns(head, strlen(head));
    bool first = true;

    (void)fputs(head, out);
    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        size_t width = columns(text, len);

        if (first ? column > indent : column + 1 + width > LINES_WIDTH) {
            (void)fputc('\n', out);
            column = 0;
        }
        if (first || column == 0)
            column += (size_t)fprintf(out, "%*s", (int)(indent - column), "");
        else
            column += (size_t)fprintf(out, " ");
        (void)fwrite(text, 1, len, out);
        column += width;
        first = false;
        text += len;
        text += strspn(text, " ");
    }
    (void)fputc('\n', out);
}
