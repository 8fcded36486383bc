/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vsc-watch: cards, and what becomes of them, as lines for login screens and scripts (vsc-watch.1).
 * It sees what vsc-card shows to the user who runs it, holds no secret, and decides nothing.
 */
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "common/dial.h"
#include "common/options.h"
#include "greeter/watch/watch.h"

struct arguments {
    const char *socket;
    bool json, once, version;
};

static const struct option options[] = {
    {.name = "json", .kind = OPTION_FLAG, .offset = offsetof(struct arguments, json)},
    {.name = "socket", .kind = OPTION_PATH, .offset = offsetof(struct arguments, socket)},
    {.name = "once", .kind = OPTION_FLAG, .offset = offsetof(struct arguments, once)},
    {.name = "version", .kind = OPTION_FLAG, .offset = offsetof(struct arguments, version)},
    {.name = NULL},
};

static enum vsc_err run(int argc, char **argv, struct problem *problem)
{
    struct arguments arguments = {.socket = DIAL_SOCKET};
    struct watch_options watch;
    const char *words[1];
    size_t word_count = 0;
    enum vsc_err err = options_parse_command(options, argc - 1, argv + 1, &arguments, words, 1,
                                             &word_count, problem);

    if (err != VSC_OK)
        return err;
    if (word_count > 0)
        return problem_set(problem, VSC_USAGE, "unexpected argument %s", words[0]);
    if (arguments.version)
        return printf("vsc-watch %s\n", VSC_VERSION) > 0 && fflush(stdout) == 0 ? VSC_OK
                                                                                : VSC_SYSTEM;
    watch = (struct watch_options){.socket = arguments.socket,
                                   .json = arguments.json,
                                   .once = arguments.once,
                                   .out = STDOUT_FILENO,
                                   .poll_ms = WATCH_POLL_MS,
                                   .answer_ms = WATCH_ANSWER_MS};
    err = watch_run(&watch);
    if (err == VSC_HELPER)
        return problem_set(problem, err, "%s: cannot be asked (is vsc-card.socket started?)",
                           arguments.socket);
    return err == VSC_OK ? VSC_OK : problem_set(problem, err, "%s", arguments.socket);
}

/* 0 or, for usage, 2; whatever keeps a picture from being shown is one thing to who wants it. */
static int status_of(enum vsc_err err)
{
    if (err == VSC_OK)
        return 0;
    return err == VSC_USAGE ? 2 : 3;
}

int main(int argc, char **argv)
{
    struct problem problem = {""};
    enum vsc_err err;

    (void)signal(SIGPIPE, SIG_IGN);
    err = run(argc, argv, &problem);
    if (err != VSC_OK)
        (void)fprintf(stderr, "vsc-watch: %s: %s\n", problem.text, vsc_strerror(err));
    return status_of(err);
}
