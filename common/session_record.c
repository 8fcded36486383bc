/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/session_record.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "common/text.h"

#define TITLE  "pam_vsc session 1\n"
#define ALNUM  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define TOKENS "p11:"

bool session_id_is_sound(const char *id)
{
    size_t len = strspn(id, ALNUM);

    return len > 0 && len < SESSION_ID_SIZE && id[len] == '\0';
}

bool session_card_is_sound(const char *card)
{
    return strncmp(card, TOKENS, strlen(TOKENS)) == 0 && strlen(card) < CARD_ID_SIZE &&
           text_is_printable(card);
}

static bool is_word(const char *text)
{
    return text[0] != '\0' && text_is_printable(text);
}

static bool is_sound(const struct session_record *record)
{
    return session_id_is_sound(record->session) && record->uid != (uid_t)-1 && record->leader > 1 &&
           is_word(record->service) && session_card_is_sound(record->card) && is_word(record->name);
}

enum vsc_err session_record_encode(const struct session_record *record, struct buf *ret_text)
{
    char text[SESSION_RECORD_MAX];
    int len;

    buf_init(ret_text, SESSION_RECORD_MAX);
    if (!is_sound(record))
        return VSC_INPUT;
    len = snprintf(text, sizeof(text),
                   TITLE "session %s\nuid %u\nleader %d\nservice %s\ncard %s\nname %s\n",
                   record->session, (unsigned)record->uid, (int)record->leader, record->service,
                   record->card, record->name);
    if (len < 0 || (size_t)len >= sizeof(text))
        return VSC_INPUT;
    buf_put(ret_text, text, (size_t)len);
    return buf_status(ret_text);
}

/* The text that is still to be read. */
struct lines {
    const char *next, *end;
    bool fault;
};

/* The value of the next line, which must be "KEY VALUE". */
static void take_line(struct lines *lines, const char *key, char *to, size_t size)
{
    size_t left = (size_t)(lines->end - lines->next), key_len = strlen(key), len;
    const char *value = lines->next + key_len + 1;
    const char *newline;

    to[0] = '\0';
    if (lines->fault || left < key_len + 2 || memcmp(lines->next, key, key_len) != 0 ||
        lines->next[key_len] != ' ') {
        lines->fault = true;
        return;
    }
    newline = memchr(value, '\n', (size_t)(lines->end - value));
    len = newline != NULL ? (size_t)(newline - value) : 0;
    if (len == 0 || len >= size || memchr(value, '\0', len) != NULL) {
        lines->fault = true;
        return;
    }
    memcpy(to, value, len);
    to[len] = '\0';
    lines->next = newline + 1;
}

/* Decimal, as it is written: no sign, no leading zero. */
static uint32_t take_number(struct lines *lines, const char *key)
{
    char digits[11];
    uint64_t number = 0;

    take_line(lines, key, digits, sizeof(digits));
    for (const char *digit = digits; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9' || (digits[0] == '0' && digits[1] != '\0'))
            lines->fault = true;
        number = number * 10 + (uint64_t)(*digit - '0');
    }
    if (number > UINT32_MAX)
        lines->fault = true;
    return lines->fault ? 0 : (uint32_t)number;
}

enum vsc_err session_record_decode(const void *text, size_t len, struct session_record *ret_record)
{
    struct lines lines = {.next = text, .end = (const char *)text + len};
    struct session_record record = {.session = ""};
    uint32_t leader;

    if (len < strlen(TITLE) || len > SESSION_RECORD_MAX ||
        memcmp(lines.next, TITLE, strlen(TITLE)) != 0)
        return VSC_INPUT;
    lines.next += strlen(TITLE);
    take_line(&lines, "session", record.session, sizeof(record.session));
    record.uid = take_number(&lines, "uid");
    leader = take_number(&lines, "leader");
    take_line(&lines, "service", record.service, sizeof(record.service));
    take_line(&lines, "card", record.card, sizeof(record.card));
    take_line(&lines, "name", record.name, sizeof(record.name));
    if (lines.fault || lines.next != lines.end || leader > INT_MAX)
        return VSC_INPUT;
    record.leader = (pid_t)leader;
    if (!is_sound(&record))
        return VSC_INPUT;
    *ret_record = record;
    return VSC_OK;
}

/* The folder, and the one above it, which everybody may look into. */
static void make_folder(const char *folder)
{
    char above[PATH_MAX];
    const char *slash = strrchr(folder, '/');

    if (slash == NULL || slash == folder || (size_t)(slash - folder) >= sizeof(above))
        return;
    memcpy(above, folder, (size_t)(slash - folder));
    above[slash - folder] = '\0';
    /* The host's umask may be any; what exists stays as it is, and is judged when it is opened. */
    if (mkdir(above, 0755) == 0)
        (void)chmod(above, 0755);
    if (mkdir(folder, 0700) == 0)
        (void)chmod(folder, 0700);
}

/* A setuid caller may hand down a limit at which a write is a signal that ends the process. */
static bool may_write_files(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= SESSION_RECORD_MAX;
}

enum vsc_err session_record_write(const char *folder, const struct session_record *record,
                                  struct problem *problem)
{
    auto_buf struct buf text;
    auto_fd int fd = -1;
    enum vsc_err err = session_record_encode(record, &text);

    if (err != VSC_OK)
        return problem_set(problem, err, "%s: no record can be made", folder);
    if (!may_write_files())
        return problem_set(problem, VSC_SYSTEM, "%s: a limit on files", folder);
    make_folder(folder);
    err = io_open_trusted_folder(folder, &fd, problem);
    if (err != VSC_OK)
        return err;
    err = io_write_at(fd, record->session, text.data, text.len, 0600);
    return err == VSC_OK ? VSC_OK : problem_set(problem, err, "%s: %s", folder, strerror(errno));
}

enum vsc_err session_record_remove(const char *folder, const char *session, struct problem *problem)
{
    auto_fd int fd = -1;
    enum vsc_err err;

    if (!session_id_is_sound(session))
        return problem_set(problem, VSC_INPUT, "%s: this is no session's id", folder);
    err = io_open_trusted_folder(folder, &fd, problem);
    if (err != VSC_OK)
        return err == VSC_INPUT && errno == ENOENT ? VSC_OK : err;
    if (unlinkat(fd, session, 0) != 0 && errno != ENOENT)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", folder, strerror(errno));
    return VSC_OK;
}
