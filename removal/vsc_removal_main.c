/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vsc-removal: locks or ends sessions whose token was removed (vsc-removal.8). Runs as root while
 * there are records of sessions, and ends with the last of them.
 */
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/drop.h"
#include "common/log.h"
#include "common/options.h"
#include "common/own.h"
#include "removal/watch.h"

#define PROGRAM     "vsc-removal"
#define INTERVAL_MS 2000
#define ONCE_POLLS  WATCH_MISSES

DEFINE_AUTO(struct conf, conf_free)

struct arguments {
    const char *config, *helpers, *loginctl, *sessions;
    bool once;
};

static const struct option options[] = {
    {.name = "c", .kind = OPTION_PATH, .offset = offsetof(struct arguments, config)},
    {.name = "once", .kind = OPTION_FLAG, .offset = offsetof(struct arguments, once)},
    {.name = "helpers", .kind = OPTION_PATH, .offset = offsetof(struct arguments, helpers)},
    {.name = "loginctl", .kind = OPTION_PATH, .offset = offsetof(struct arguments, loginctl)},
    {.name = "sessions", .kind = OPTION_PATH, .offset = offsetof(struct arguments, sessions)},
    {.name = NULL},
};

struct removal {
    const struct arguments *arguments;
    enum conf_removal removal;
    struct asker asker;
};

static enum presence ask(void *context, const char *card)
{
    struct removal *removal = context;

    return asker_ask(&removal->asker, card);
}

static enum standing look(void *context, const struct session_record *record)
{
    const struct removal *removal = context;

    return logind_look(removal->arguments->loginctl, record);
}

static enum vsc_err act(void *context, const struct session_record *record)
{
    const struct removal *removal = context;

    return logind_act(removal->arguments->loginctl, removal->removal, record);
}

static void forget(void *context, const struct session_record *record)
{
    const struct removal *removal = context;
    struct problem problem = {""};

    if (session_record_remove(removal->arguments->sessions, record->session, &problem) != VSC_OK)
        vsc_log(LOG_ERR, "session=%s its record stays: %s", record->session, problem.text);
}

static const struct watch_ops ops = {.ask = ask, .look = look, .act = act, .forget = forget};

/* Nothing shall be done: then nobody needs the records. */
static void forget_all(struct removal *removal, const struct records *records)
{
    for (size_t i = 0; i < records->count; i++)
        forget(removal, &records->items[i]);
}

static enum vsc_err watch_sessions(struct removal *removal, struct problem *problem)
{
    auto_free struct records *records = calloc(1, sizeof(*records));
    auto_free struct watch *watch = calloc(1, sizeof(*watch));
    unsigned polls = 0;

    if (records == NULL || watch == NULL)
        return VSC_MEMORY;
    watch->ops = &ops;
    watch->context = removal;
    for (;;) {
        enum vsc_err err = records_read(removal->arguments->sessions, records, problem);

        if (err != VSC_OK || records->folder_empty)
            return err;
        if (removal->removal == REMOVAL_NONE) {
            forget_all(removal, records);
        } else {
            watch_poll(watch, records);
            polls++;
        }
        if (removal->arguments->once && (polls >= ONCE_POLLS || !watch_is_pending(watch)))
            return VSC_OK;
        (void)poll(NULL, 0, INTERVAL_MS);
    }
}

static enum vsc_err run(const struct arguments *arguments, struct problem *problem)
{
    auto_by(conf_free) struct conf *conf = NULL;
    struct removal removal = {.arguments = arguments};
    enum vsc_err err = conf_load(arguments->config, &conf, problem);

    if (err != VSC_OK)
        return err;
    removal.removal = conf->login.removal;
    removal.asker = (struct asker){.helpers = arguments->helpers,
                                   .config = arguments->config,
                                   .timeout_ms = (int64_t)conf->login.timeout * 1000,
                                   .helper = HELPER_NONE};
    err = watch_sessions(&removal, problem);
    asker_done(&removal.asker);
    return err;
}

int main(int argc, char **argv)
{
    /* vsc-card and loginctl inherit the limits. */
    const struct drop_limits limits = {.file_mib = 16, .data_mib = 512, .memory_mib = 2048};
    struct arguments arguments = {
        .helpers = VSC_LIBEXECDIR, .loginctl = LOGIND_PROGRAM, .sessions = SESSION_FOLDER};
    const char *words[1];
    size_t word_count = 0;
    struct problem problem = {""};
    enum vsc_err err = options_parse_command(options, argc - 1, argv + 1, &arguments, words, 1,
                                             &word_count, &problem);

    if (err == VSC_OK && word_count > 0)
        err = problem_set(&problem, VSC_USAGE, "unexpected argument %s", words[0]);
    if (drop_prepare_within(-1, &limits) != VSC_OK)
        return vsc_exit_status(VSC_SYSTEM);
    log_open(PROGRAM, isatty(STDERR_FILENO) != 0 || err != VSC_OK || arguments.once);
    if (err == VSC_OK)
        err = run(&arguments, &problem);
    if (err != VSC_OK)
        vsc_log(LOG_ERR, "%s: %s", vsc_strerror(err), problem.text);
    return vsc_exit_status(err);
}
