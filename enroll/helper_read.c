/* SPDX-License-Identifier: BSD-2-Clause */
/* What a helper's answer means. */
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "common/text.h"
#include "enroll/helper.h"

#define DELAY_DEFAULT (8 * 3600)
#define DELAY_MIN     1
#define DELAY_MAX     (7 * 86400)

void helper_answer_done(struct helper_answer *answer)
{
    buf_done(&answer->answer);
    free(take(answer->cookie));
}

/* A cookie is text of printable lines, handed back as it came but for the newlines at its end. */
static bool take_cookie(struct helper_answer *answer, const char *text, size_t len)
{
    auto_free char *copy = NULL;

    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    if (len == 0 || len > COOKIE_MAX || memchr(text, '\0', len) != NULL)
        return false;
    copy = strndup(text, len);
    if (copy == NULL)
        return false;
    for (char *at = copy; *at != '\0';) {
        size_t line = strcspn(at, "\n");
        char end = at[line];

        at[line] = '\0';
        if (!text_is_printable(at))
            return false;
        at[line] = end;
        at += line + (end != '\0');
    }
    answer->cookie = take(copy);
    return true;
}

/* "SECONDS\nCOOKIE" */
static bool take_delay(struct helper_answer *answer, const char *text, size_t len)
{
    size_t digits = 0;
    int64_t delay = 0;

    for (; digits < len && text[digits] >= '0' && text[digits] <= '9' && digits < 9; digits++)
        delay = delay * 10 + (text[digits] - '0');
    if (digits == 0 || digits == len || text[digits] != '\n')
        return false;
    answer->delay = delay < DELAY_MIN ? DELAY_MIN : delay > DELAY_MAX ? DELAY_MAX : delay;
    return take_cookie(answer, text + digits + 1, len - digits - 1);
}

/* A line for people. */
static void take_words(struct helper_answer *answer, const char *text, size_t len)
{
    char raw[sizeof answer->words];
    size_t room = len < sizeof raw - 1 ? len : sizeof raw - 1;

    if (answer->words[0] != '\0' || len == 0)
        return;
    memcpy(raw, text, room);
    raw[room] = '\0';
    raw[strcspn(raw, "\r\n")] = '\0';
    text_clean(answer->words, sizeof answer->words, raw);
}

void helper_read(int status, const char *words, struct helper_answer *answer)
{
    const char *text = (const char *)answer->answer.data;
    size_t len = answer->answer.len;

    answer->result = HELPER_BROKEN;
    answer->delay = DELAY_DEFAULT;
    switch (status) {
    case 0:
        answer->result = HELPER_ISSUED;
        return;
    case 1:
        if (len > 0 && take_cookie(answer, text, len))
            answer->result = HELPER_WAIT;
        return;
    case 5:
        if (len > 0 && take_delay(answer, text, len))
            answer->result = HELPER_WAIT;
        return;
    case 2:
        answer->result = HELPER_REJECTED;
        break;
    case 3:
        answer->result = HELPER_UNREACHABLE;
        break;
    case 4:
        answer->result = HELPER_UNCONFIGURED;
        break;
    case 6:
        answer->result = HELPER_UNSUPPORTED;
        break;
    default:
        break;
    }
    take_words(answer, text, len);
    take_words(answer, words, strlen(words));
}
