/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A helper that plays a script: installed as vsc-check, vsc-card and vsc-tgt in a test's own
 * folder, it reads the section of its name from the file that `-c` names, and writes what happened
 * beside itself, into NAME.report: "start PID", "line N" for each line that was played, and "bad
 * ..."
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/spawn.h"
#include "tests/fakehelper/play.h"
#include "tests/fakehelper/script.h"

#define FOREVER_MS   60000
#define WHY_SIZE     512
#define REPORT_SIZE  65536
#define GARBAGE_SIZE 64

static const char *name; /* "vsc-check", "vsc-card", "vsc-tgt" */
static char folder[PATH_MAX];
static int report_fd = -1;

static void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void report(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vdprintf(report_fd, format, args);
    va_end(args);
}

/* How often a helper of this name was started before, by its report. */
static size_t open_report(void)
{
    char path[PATH_MAX + 64];
    char content[REPORT_SIZE];
    size_t starts = 0;
    ssize_t got;

    (void)snprintf(path, sizeof(path), "%s/%s.report", folder, name);
    report_fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    got = read(report_fd, content, sizeof(content) - 1);
    content[got > 0 ? got : 0] = '\0';
    for (const char *at = strstr(content, "start "); at != NULL; at = strstr(at + 1, "start "))
        starts++;
    report("start %d\n", (int)getpid());
    return starts;
}

/* Cut the words behind "->" at each ";". */
static void cut_parts(char *const *words, size_t count, struct play *play)
{
    play->count = 0;
    for (size_t i = 0; i < count && play->count < PLAY_PARTS; i++) {
        struct part *part = &play->parts[play->count++];

        part->words = &words[i];
        for (part->count = 0; i < count && strcmp(words[i], ";") != 0; i++)
            part->count++;
    }
}

static void send_bytes(const void *bytes, size_t len)
{
    const unsigned char *next = bytes;

    while (len > 0) {
        ssize_t sent = send(SPAWN_CHANNEL, next, len, MSG_NOSIGNAL);

        if (sent <= 0)
            exit(0);
        next += sent;
        len -= (size_t)sent;
    }
}

/* The frame as it goes over the wire, with the faults that the line's words ask for. */
static void send_frame(const struct part *part, enum wire_type type, const struct buf *body)
{
    struct buf frame;
    size_t len;

    buf_init(&frame, WIRE_BODY_MAX + 64);
    buf_u32(&frame, part_flag(part, "huge") ? UINT32_MAX
                                            : (uint32_t)(body->len + part_flag(part, "extra")));
    buf_u16(&frame, (uint16_t)type);
    buf_u16(&frame, (uint16_t)(WIRE_VERSION + part_flag(part, "version")));
    buf_put(&frame, body->data, body->len);
    if (part_flag(part, "extra"))
        buf_u8(&frame, 0);
    len = part_flag(part, "short") ? frame.len / 2 : frame.len;
    send_bytes(frame.data, len);
    if (part_flag(part, "twice"))
        send_bytes(frame.data, len);
    buf_done(&frame);
    if (part_flag(part, "short"))
        exit(0);
}

/* "err=TPM" */
static enum vsc_err error_of(const struct part *part)
{
    static const char *const names[VSC_ERR_COUNT] = {
#define ERROR_NAME(error, exit_status, text) #error,
        VSC_ERRORS(ERROR_NAME)
#undef ERROR_NAME
    };
    const char *wanted = part_text(part, "err", "SYSTEM");

    for (enum vsc_err err = VSC_OK; err < VSC_ERR_COUNT; err++)
        if (strcmp(names[err], wanted) == 0)
            return err;
    report("bad: no such error: %s\n", wanted);
    return VSC_SYSTEM;
}

static void answer_error(const struct part *part)
{
    const struct deadline deadline = deadline_in(FOREVER_MS);

    (void)!wire_send_error(SPAWN_CHANNEL, error_of(part), part_text(part, "text", ""), &deadline);
}

static void answer(const struct play *play, size_t line)
{
    const struct part *part = &play->parts[0];
    const char *what = part->words[0];
    enum wire_type type = play_type(what);
    unsigned char garbage[GARBAGE_SIZE];
    struct buf body;

    (void)poll(NULL, 0, (int)part_number(part, "late", 0));
    if (strcmp(what, "die") == 0)
        exit(0);
    if (strcmp(what, "hang") == 0)
        (void)poll(NULL, 0, FOREVER_MS);
    if (strcmp(what, "garbage") == 0) {
        memset(garbage, 0xa5, sizeof(garbage));
        send_bytes(garbage, sizeof(garbage));
        return;
    }
    if (type == WIRE_ERROR && part_text(part, "body", NULL) == NULL) {
        answer_error(part);
        return;
    }
    buf_init(&body, WIRE_BODY_MAX);
    if (part_text(part, "body", NULL) != NULL)
        buf_put(&body, part_text(part, "body", ""), strlen(part_text(part, "body", "")));
    else if (!play_encode_check(play, type, &body) && !play_encode_card(play, type, &body) &&
             !play_encode_tgt(play, type, &body))
        report("bad line %zu: no such answer: %s\n", line, what);
    send_frame(part, type, &body);
    buf_done(&body);
    if (part_flag(part, "then-die"))
        exit(0);
}

static void play_line(const struct words *words, size_t line, const char *socket_path)
{
    const struct deadline deadline = deadline_in(FOREVER_MS);
    struct part expected = {.words = words->items, .count = words->count};
    struct play play = {.socket = socket_path};
    struct message request;
    char why[WHY_SIZE] = "";

    if (strcmp(words->items[0], "die") == 0) {
        report("line %zu\n", line);
        exit(0);
    }
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->items[i], "->") == 0) {
            expected.count = i;
            cut_parts(words->items + i + 1, words->count - i - 1, &play);
        }
    if (play.count == 0) {
        report("bad line %zu: no answer in it\n", line);
        exit(1);
    }
    if (wire_receive(SPAWN_CHANNEL, &request, &deadline) != VSC_OK)
        exit(0);
    if (!play_matches(&request, &expected, why, sizeof(why)))
        report("bad line %zu: got %s\n", line, why);
    report("line %zu\n", line);
    message_done(&request);
    answer(&play, line);
}

int main(int argc, char **argv)
{
    static struct words words;
    struct script script;
    struct message request;
    const struct deadline deadline = deadline_in(FOREVER_MS);
    char socket_path[PATH_MAX + 64];
    const char *line;
    size_t part, at = 0;
    ssize_t got = readlink("/proc/self/exe", folder, sizeof(folder) - 1);

    folder[got > 0 ? got : 0] = '\0';
    name = basename(argv[0]);
    (void)dirname(folder);
    (void)snprintf(socket_path, sizeof(socket_path), "%s/card.sock", folder);
    part = open_report();
    if (argc != 3 || strcmp(argv[1], "-c") != 0 || !script_read(argv[2], &script)) {
        report("bad arguments\n");
        return 1;
    }
    while ((line = script_next(&script, name + strlen("vsc-"), part, &at)) != NULL) {
        if (!script_words(line, &words) || words.count == 0) {
            report("bad line %zu: malformed\n", at);
            return 1;
        }
        play_line(&words, at, socket_path);
    }
    if (wire_receive(SPAWN_CHANNEL, &request, &deadline) == VSC_OK)
        report("bad: %s after the last line\n", wire_type_name((uint16_t)request.type));
    message_done(&request);
    script_done(&script);
    return 0;
}
