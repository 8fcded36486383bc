/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/notify/pinentry.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/deadline.h"
#include "common/own.h"
#include "enroll/notify/assuan.h"
#include "enroll/notify/pinentry_start.h"

#define LINES_MAX 64 /* of one answer */

/* A dialog at work. */
struct dialog {
    int channel;
    pid_t pid;
    struct deadline deadline;
    char in[ASSUAN_LINE_MAX]; /* what was read and is no whole line yet; may hold a PIN */
    size_t have;
    unsigned long code; /* of the last ERR */
};

static void dialog_close(struct dialog *dialog)
{
    explicit_bzero(dialog->in, sizeof dialog->in);
    if (dialog->channel >= 0)
        (void)close(dialog->channel);
    pinentry_end(dialog->pid);
}
#define auto_dialog __attribute__((cleanup(dialog_close)))

static enum vsc_err put_command(struct dialog *dialog, const char *word, const char *text)
{
    char line[ASSUAN_LINE_MAX + 1];
    ssize_t sent;

    assuan_command(word, text, line);
    sent = send(dialog->channel, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent == (ssize_t)strlen(line) ? VSC_OK : VSC_PROTOCOL;
}

/* Until there is a line in `in`; *ret_len is its length without the newline. */
static enum vsc_err fill(struct dialog *dialog, size_t *ret_len)
{
    for (;;) {
        const char *end = memchr(dialog->in, '\n', dialog->have);
        ssize_t got;
        enum vsc_err err;

        if (end != NULL) {
            *ret_len = (size_t)(end - dialog->in);
            return VSC_OK;
        }
        if (dialog->have == sizeof dialog->in)
            return VSC_PROTOCOL;
        err = deadline_wait(&dialog->deadline, dialog->channel, POLLIN);
        if (err != VSC_OK)
            return err;
        got = read(dialog->channel, dialog->in + dialog->have, sizeof dialog->in - dialog->have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return VSC_PROTOCOL;
        dialog->have += (size_t)got;
    }
}

static void drop_line(struct dialog *dialog, size_t len)
{
    size_t rest = dialog->have - len - 1;

    memmove(dialog->in, dialog->in + len + 1, rest);
    explicit_bzero(dialog->in + rest, sizeof dialog->in - rest);
    dialog->have = rest;
}

/* An answer up to its OK; VSC_DENIED for ERR, with its code. `ret_data` NULL: none is expected. */
static enum vsc_err get_answer(struct dialog *dialog, struct secret *ret_data)
{
    for (int i = 0; i < LINES_MAX; i++) {
        struct assuan_line line;
        enum assuan_kind kind;
        size_t len = 0;
        enum vsc_err err = fill(dialog, &len);

        if (err != VSC_OK)
            return err;
        assuan_read(dialog->in, len, &line);
        kind = line.kind;
        dialog->code = line.code;
        if (kind == ASSUAN_BROKEN || (kind == ASSUAN_DATA && ret_data == NULL))
            return VSC_PROTOCOL;
        if (kind == ASSUAN_DATA)
            err = assuan_data(&line, ret_data);
        drop_line(dialog, len);
        if (err != VSC_OK)
            return err;
        if (kind == ASSUAN_OK)
            return VSC_OK;
        if (kind == ASSUAN_ERR)
            return VSC_DENIED;
    }
    return VSC_PROTOCOL;
}

/* One that does not know a setting says ERR and goes on. `text` NULL: left out. */
static enum vsc_err set(struct dialog *dialog, const char *word, const char *text)
{
    enum vsc_err err = text != NULL ? put_command(dialog, word, text) : VSC_DENIED;

    if (err == VSC_OK)
        err = get_answer(dialog, NULL);
    return err == VSC_DENIED ? VSC_OK : err;
}

static enum vsc_err open_dialog(const char *program, const struct pinentry_words *words,
                                struct dialog *dialog, struct problem *problem)
{
    const struct {
        const char *word, *text;
    } settings[] = {
        {"SETTITLE", words->title}, {"SETDESC", words->text}, {"SETPROMPT", words->prompt},
        {"SETOK", words->yes},      {"SETNOTOK", words->no},  {"SETCANCEL", words->cancel},
        {"SETTIMEOUT", "110"},
    };
    enum vsc_err err = pinentry_start(program, &dialog->channel, &dialog->pid, problem);

    if (err != VSC_OK)
        return err;
    dialog->deadline = deadline_in(PINENTRY_SECONDS * 1000);
    err = get_answer(dialog, NULL);
    for (size_t i = 0; err == VSC_OK && i < sizeof settings / sizeof settings[0]; i++)
        err = set(dialog, settings[i].word, settings[i].text);
    return err;
}

/* Has the person said no, and not the program that it cannot? */
static bool is_given_up(const struct dialog *dialog)
{
    return dialog->code == ASSUAN_CANCELED || dialog->code == ASSUAN_ALL_CANCELED ||
           dialog->code == ASSUAN_TIMEOUT || dialog->code == ASSUAN_NOT_CONFIRMED;
}

static enum vsc_err end_of(const char *program, const struct dialog *dialog, enum vsc_err err,
                           struct problem *problem)
{
    if (err == VSC_TIMEOUT || (err == VSC_DENIED && is_given_up(dialog)))
        return problem_set(problem, VSC_INPUT, "nothing was given");
    if (err == VSC_DENIED)
        return problem_set(problem, VSC_HELPER, "%s: error %lu", program, dialog->code);
    if (err == VSC_PROTOCOL)
        return problem_set(problem, VSC_HELPER, "%s: speaks in another way than pinentry", program);
    return err;
}

enum vsc_err pinentry_pin(const char *program, const struct pinentry_words *words,
                          struct secret *ret_pin, struct problem *problem)
{
    auto_dialog struct dialog dialog = {.channel = -1, .pid = -1};
    enum vsc_err err = open_dialog(program, words, &dialog, problem);

    secret_done(ret_pin);
    if (err == VSC_OK)
        err = put_command(&dialog, "GETPIN", "");
    if (err == VSC_OK)
        err = get_answer(&dialog, ret_pin);
    if (err == VSC_OK && ret_pin->len == 0)
        err = VSC_TIMEOUT;
    if (err != VSC_OK)
        secret_done(ret_pin);
    return end_of(program, &dialog, err, problem);
}

enum vsc_err pinentry_confirm(const char *program, const struct pinentry_words *words,
                              enum pinentry_answer *ret_answer, struct problem *problem)
{
    auto_dialog struct dialog dialog = {.channel = -1, .pid = -1};
    enum vsc_err err = open_dialog(program, words, &dialog, problem);

    *ret_answer = PINENTRY_CANCEL;
    if (err == VSC_OK)
        err = put_command(&dialog, "CONFIRM", "");
    if (err == VSC_OK)
        err = get_answer(&dialog, NULL);
    if (err == VSC_OK)
        *ret_answer = PINENTRY_YES;
    if (err == VSC_DENIED && is_given_up(&dialog)) {
        *ret_answer = dialog.code == ASSUAN_NOT_CONFIRMED ? PINENTRY_NO : PINENTRY_CANCEL;
        err = VSC_OK;
    }
    return end_of(program, &dialog, err, problem);
}
