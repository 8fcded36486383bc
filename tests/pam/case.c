/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/record.h"
#include "tests/pam/case.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>
#include <unistd.h>

#include "tests/fakehelper/script.h"
#include "pam_vsc/gdm_wire.h"
#include "tests/fakepam/fakepam.h"
#include "tests/pam/marks.h"
#include "tests/pam/worker.h"

#define ARGS_MAX 16

struct case_ids case_ids = {-1, -1, -1};

struct run {
    struct stage *stage;
    struct script script;
    size_t prompts_at;
    pam_handle_t *pamh;
    const char *argv[ARGS_MAX];
    int argc;
    unsigned flags;
    struct words args, scratch, prompt;
    char *why;
    bool ok;
};

static void fail(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void fail(struct run *run, const char *format, ...)
{
    size_t used = strlen(run->why);
    va_list args;

    run->ok = false;
    va_start(args, format);
    (void)vsnprintf(run->why + used, CASE_WHY - used, format, args);
    va_end(args);
    used = strlen(run->why);
    (void)snprintf(run->why + used, CASE_WHY - used, "\n");
}

/* ---- the person ---- */

static const char *style_name(int style)
{
    switch (style) {
    case PAM_PROMPT_ECHO_OFF:
        return "hidden";
    case PAM_PROMPT_ECHO_ON:
        return "shown";
    case PAM_ERROR_MSG:
        return "error";
    case PAM_TEXT_INFO:
        return "info";
    case PAM_BINARY_PROMPT:
        return "gdm";
    default:
        return "another style";
    }
}

/* A reply as an application makes one; what `how` says may be amiss with it. */
static int give(const struct pam_message *message, const char *how, bool quoted,
                struct pam_response **resp)
{
    struct pam_response *reply = calloc(1, sizeof(*reply));

    *resp = reply;
    if (message->msg_style == PAM_BINARY_PROMPT) {
        reply->resp = worker_reply(message->msg, how, quoted);
        if (reply->resp != NULL)
            return PAM_SUCCESS;
    } else if (quoted) {
        reply->resp = strdup(how);
        return PAM_SUCCESS;
    }
    if (strcmp(how, "null") == 0)
        return PAM_SUCCESS;
    free(reply);
    *resp = NULL;
    if (strcmp(how, "nothing") == 0)
        return PAM_SUCCESS;
    /* CVE-2025-24031: what stands in the pointer after a failure is nobody's. */
    if (strcmp(how, "fail-and-lie") == 0)
        *resp = (struct pam_response *)(void *)&case_ids;
    return PAM_CONV_ERR;
}

static int converse(int count, const struct pam_message **messages, struct pam_response **resp,
                    void *data)
{
    struct run *run = data;
    const char *line = script_next(&run->script, "prompts", 0, &run->prompts_at);
    const char *style = style_name(messages[0]->msg_style);
    const char *text = messages[0]->msg;
    char binary[WORKER_TEXT];
    const char *arrow;

    if (messages[0]->msg_style == PAM_BINARY_PROMPT) {
        worker_read(messages[0]->msg, binary);
        text = binary;
    }

    if (count != 1 || line == NULL || !script_words(line, &run->prompt) ||
        (run->prompt.count != 2 && run->prompt.count != 4)) {
        fail(run, "asked more than [prompts] has: %s \"%.2000s\"", style, text);
        *resp = NULL;
        return PAM_CONV_ERR;
    }
    if (strcmp(run->prompt.items[0], style) != 0 || strcmp(run->prompt.items[1], text) != 0)
        fail(run, "[prompts] line %zu: got %s \"%.2000s\"", run->prompts_at, style, text);
    arrow = strstr(line, "-> ");
    if (run->prompt.count == 4)
        return give(messages[0], run->prompt.items[3], arrow[3] == '"', resp);
    *resp = calloc(1, sizeof(**resp));
    return PAM_SUCCESS;
}

/* ---- setting it up ---- */

static void read_args(struct run *run, bool debug, const char *path, char storage[2][PATH_MAX + 16])
{
    size_t at = 0;
    const char *line;

    (void)snprintf(storage[0], PATH_MAX + 16, "config=%s", path);
    (void)snprintf(storage[1], PATH_MAX + 16, "helpers=%s", run->stage->folder);
    run->argv[run->argc++] = storage[0];
    run->argv[run->argc++] = storage[1];
    line = script_next(&run->script, "args", 0, &at);
    if (line != NULL && script_words(line, &run->args))
        for (size_t i = 0; i < run->args.count && run->argc < ARGS_MAX - 1; i++)
            run->argv[run->argc++] = run->args.items[i];
    if (debug)
        run->argv[run->argc++] = "debug";
}

static void set_item(struct run *run, const char *name, const char *value)
{
    static const struct {
        const char *name;
        int item;
    } items[] = {{"service", PAM_SERVICE}, {"user", PAM_USER},   {"rhost", PAM_RHOST},
                 {"tty", PAM_TTY},         {"ruser", PAM_RUSER}, {"authtok", PAM_AUTHTOK}};

    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
        if (strcmp(items[i].name, name) == 0) {
            fakepam_set(run->pamh, items[i].item, strcmp(value, "none") != 0 ? value : NULL);
            return;
        }
    if (strcmp(name, "extensions") == 0)
        (void)setenv(GDM_EXTENSIONS, value, 1);
    else if (strcmp(name, "session-card") == 0)
        (void)setenv(ENV_CARD, value, 1);
    else if (strcmp(name, "session-token") == 0)
        (void)setenv(ENV_TOKEN, value, 1);
    else if (strcmp(name, "uid") == 0)
        case_ids.uid = (int)strtol(value, NULL, 10);
    else if (strcmp(name, "euid") == 0)
        case_ids.euid = (int)strtol(value, NULL, 10);
    else if (strcmp(name, "socket") == 0)
        case_ids.socket = (int)strtol(value, NULL, 10);
    else
        fail(run, "[pam]: no such item: %s", name);
}

static void apply(struct run *run, char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *equals = strchr(words[i], '=');

        if (strcmp(words[i], "silent") == 0)
            run->flags |= PAM_SILENT;
        else if (strcmp(words[i], "no-conversation") == 0)
            run->pamh->has_conv = false;
        else if (strncmp(words[i], "without-", 8) == 0)
            (void)stage_remove(run->stage, words[i] + 8);
        else if (equals != NULL) {
            *equals = '\0';
            set_item(run, words[i], equals + 1);
        } else
            fail(run, "[pam]: what is %s?", words[i]);
    }
}

static void read_pam(struct run *run, const char *path)
{
    size_t at = 0;
    const char *line;

    fakepam_set(run->pamh, PAM_USER, "alice");
    case_ids.uid = 0;
    while ((line = script_next(&run->script, "pam", 0, &at)) != NULL)
        if (script_words(line, &run->scratch))
            apply(run, run->scratch.items, run->scratch.count);
    if ((case_ids.euid >= 0 ? case_ids.euid : (int)geteuid()) != 0 &&
        !stage_listen(run->stage, path))
        fail(run, "no socket for vsc-card");
}

/* ---- running it ---- */

static int call(struct run *run, const char *what)
{
    const struct call_argv argv = {run->flags, run->argc, run->argv};
    int code = -1;

    if (!case_call(what, run->pamh, &argv, &code))
        fail(run, "[run]: no such call: %s", what);
    return code;
}

static void run_calls(struct run *run)
{
    size_t at = 0;
    const char *line;

    while ((line = script_next(&run->script, "run", 0, &at)) != NULL) {
        char *const *words = run->scratch.items;
        int code;

        if (!script_words(line, &run->scratch) || run->scratch.count == 0)
            continue;
        if (strcmp(words[0], "lose-data") == 0) {
            fakepam_lose_data(run->pamh);
        } else if (strcmp(words[0], "set") == 0) {
            apply(run, words + 1, run->scratch.count - 1);
        } else if (strcmp(words[0], "putenv") == 0) {
            (void)pam_putenv(run->pamh, words[1]);
        } else {
            code = call(run, words[0]);
            if (run->scratch.count != 3 || strcmp(case_code_name(code), words[2]) != 0)
                fail(run, "%s returned %s", words[0], case_code_name(code));
            if (stage_has_leftover(run->stage))
                fail(run, "%s left a helper behind", words[0]);
        }
    }
}

/* ---- what came of it ---- */

static void check_report(struct run *run, const char *helper)
{
    static char report[STAGE_REPORT];
    char played[32];
    size_t at;
    const char *section = helper + strlen("vsc-");
    const char *bad;

    stage_report(run->stage, helper, report);
    bad = strstr(report, "bad");
    if (bad != NULL)
        fail(run, "%s: %.*s", helper, (int)strcspn(bad, "\n"), bad);
    if (!script_has(&run->script, section) && report[0] != '\0')
        fail(run, "%s was started, and there is no [%s]", helper, section);
    for (size_t part = 0; part < 8; part++) {
        at = 0;
        while (script_next(&run->script, section, part, &at) != NULL) {
            (void)snprintf(played, sizeof(played), "line %zu\n", at);
            if (strstr(report, played) == NULL)
                fail(run, "[%s] line %zu was not reached", section, at);
        }
    }
}

static const char *level_name(int priority)
{
    switch (LOG_PRI(priority)) {
    case LOG_ERR:
        return "err";
    case LOG_NOTICE:
        return "notice";
    case LOG_INFO:
        return "info";
    case PAM_BINARY_PROMPT:
        return "gdm";
    default:
        return "debug";
    }
}

static void check_log(struct run *run, bool debug)
{
    size_t at = 0;

    for (size_t i = 0; i < run->pamh->log_count; i++) {
        const struct fakepam_line *got = &run->pamh->log[i];
        char whole[8192];
        const char *line;

        if (debug && got->priority == LOG_DEBUG)
            continue;
        (void)snprintf(whole, sizeof(whole), "%s %s", level_name(got->priority), got->text);
        line = script_next(&run->script, "log", 0, &at);
        if (line == NULL || fnmatch(line, whole, FNM_NOESCAPE) != 0)
            fail(run, "[log] line %zu: got %s", line != NULL ? at : 0, whole);
    }
    if (script_next(&run->script, "log", 0, &at) != NULL)
        fail(run, "[log] line %zu was not logged", at);
}

static void check_env(struct run *run)
{
    size_t at = 0, expected = 0, got = 0;
    const char *line;

    while ((line = script_next(&run->script, "env", 0, &at)) != NULL) {
        bool found = false;

        for (size_t i = 0; i < FAKEPAM_ENV; i++)
            found = found || (run->pamh->env[i] != NULL && strcmp(run->pamh->env[i], line) == 0);
        if (!found)
            fail(run, "[env] line %zu is not set", at);
        expected++;
    }
    for (size_t i = 0; i < FAKEPAM_ENV; i++)
        got += run->pamh->env[i] != NULL;
    if (got != expected)
        fail(run, "%zu variables are set, [env] has %zu", got, expected);
}

/* [items] user=... authtok=...: afterwards; "none" is unset. Without it they are as before. */
static void check_items(struct run *run, const char *user, const char *authtok)
{
    size_t at = 0;
    const char *line = script_next(&run->script, "items", 0, &at);
    const char *got_user = fakepam_get(run->pamh, PAM_USER);
    const char *got_authtok = fakepam_get(run->pamh, PAM_AUTHTOK);
    const char *value;

    if (line != NULL && script_words(line, &run->scratch)) {
        value = words_value(run->scratch.items, run->scratch.count, "user");
        user = value != NULL ? value : user;
        value = words_value(run->scratch.items, run->scratch.count, "authtok");
        authtok = value != NULL ? value : authtok;
    }
    if (strcmp(got_user != NULL ? got_user : "none", user) != 0)
        fail(run, "PAM_USER is %s", got_user != NULL ? got_user : "none");
    if (strcmp(got_authtok != NULL ? got_authtok : "none", authtok) != 0)
        fail(run, "PAM_AUTHTOK is not as it should be");
}

bool case_run(struct stage *stage, const char *path, bool debug, char why[CASE_WHY])
{
    static struct run run;
    const struct pam_conv conv = {.conv = converse, .appdata_ptr = &run};
    char storage[2][PATH_MAX + 16];
    char user[512], authtok[512];

    run = (struct run){.stage = stage, .why = why, .ok = true};
    why[0] = '\0';
    marks_reset();
    stage_reset(stage);
    if (!script_read(path, &run.script)) {
        fail(&run, "cannot be read");
        return false;
    }
    run.pamh = fakepam_new("test", &conv);
    read_args(&run, debug, path, storage);
    read_pam(&run, path);
    (void)snprintf(user, sizeof(user), "%s",
                   fakepam_get(run.pamh, PAM_USER) != NULL ? fakepam_get(run.pamh, PAM_USER)
                                                           : "none");
    (void)snprintf(authtok, sizeof(authtok), "%s",
                   fakepam_get(run.pamh, PAM_AUTHTOK) != NULL ? fakepam_get(run.pamh, PAM_AUTHTOK)
                                                              : "none");
    run_calls(&run);
    if (script_next(&run.script, "prompts", 0, &run.prompts_at) != NULL)
        fail(&run, "[prompts] line %zu was not asked", run.prompts_at);
    stage_settle(stage);
    check_report(&run, "vsc-check");
    check_report(&run, "vsc-card");
    check_report(&run, "vsc-tgt");
    check_log(&run, debug);
    check_env(&run);
    if (!marks_are(&run.script))
        fail(&run, "not [session]'s or [noted]'s: %s%s", marks_sessions, marks_noted);
    check_items(&run, user, authtok);
    fakepam_free(run.pamh);
    script_done(&run.script);
    stage_unlisten(stage);
    (void)stage_put(stage, "vsc-check");
    (void)stage_put(stage, "vsc-card");
    (void)stage_put(stage, "vsc-tgt");
    case_ids = (struct case_ids){-1, -1, -1};
    (void)unsetenv(GDM_EXTENSIONS);
    (void)unsetenv(ENV_CARD);
    (void)unsetenv(ENV_TOKEN);
    return run.ok;
}
