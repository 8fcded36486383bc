/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vscmgr stacks settle: ends a trial that is due. With --wait it stays until there is none: so it
 * is started by "stacks enable", as a unit of systemd where that runs (it then outlives a session
 * that is ended whole), else in a session of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "common/own.h"
#include "vscmgr/stacks_trial.h"

#define WAIT_MAX_S 60 /* poll's clock stands still while the computer sleeps */
#define UNIT       "vsc-rollback.service"

static const struct option settle_table[] = {
    TRIAL_OPTION_STATE,
    {"wait", OPTION_FLAG, TRIAL_AT(wait), 0, 0, NULL},
    {0},
};

void stacks_tell(const struct trial *trial, const char *what, bool quiet)
{
    openlog("vscmgr", LOG_PID, LOG_AUTHPRIV);
    for (size_t i = 0; i < trial->count; i++) {
        syslog(LOG_NOTICE, "stacks: service=%s %s", trial->services[i].name, what);
        if (!quiet)
            (void)printf("%s: %s\n", trial->services[i].name, what);
    }
    closelog();
}

enum vsc_err stacks_settle_first(const struct trial_options *options, struct trial_place *ret_place,
                                 enum trial_state *ret_state, struct trial *ret_trial,
                                 struct problem *problem)
{
    int64_t left;
    enum vsc_err err = trial_open(options->state, ret_place, problem);

    if (err == VSC_OK)
        err = trial_settle(ret_place, ret_state, ret_trial, &left, problem);
    if (err != VSC_OK)
        return err;
    if (*ret_state == TRIAL_KEPT)
        stacks_tell(ret_trial, "stays: somebody signed in by card", options->quiet);
    if (*ret_state == TRIAL_TAKEN_BACK)
        stacks_tell(ret_trial, "taken back: nobody signed in by card in time", options->quiet);
    return VSC_OK;
}

/* Until something happens in the folder, or the time is over. */
static void wait_for_news(int notify, int64_t seconds)
{
    struct pollfd fds = {.fd = notify, .events = POLLIN};
    char events[4096];

    seconds = seconds < WAIT_MAX_S ? seconds : WAIT_MAX_S;
    if (poll(&fds, 1, (int)(seconds > 0 ? seconds : 1) * 1000) > 0)
        (void)!read(notify, events, sizeof(events));
}

static enum vsc_err settle(const struct trial_options *options, enum trial_state *ret_state,
                           int64_t *ret_left, struct problem *problem)
{
    auto_trial_place struct trial_place place = {.fd = -1, .lock = -1};
    struct trial trial;
    enum vsc_err err = stacks_settle_first(options, &place, ret_state, &trial, problem);

    if (err == VSC_OK && *ret_state == TRIAL_RUNS)
        (void)trial_is_over(&trial, ret_left);
    return err;
}

enum vsc_err stacks_settle(const struct request *request)
{
    struct trial_options options = TRIAL_DEFAULTS;
    struct stacks_words words = {.count = 0};
    enum vsc_err err = stacks_parse(request, settle_table, &options, &words);
    enum trial_state state = TRIAL_RUNS;
    auto_fd int notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    int64_t left = 0;

    if (err == VSC_OK && words.count > 0)
        err = problem_set(request->problem, VSC_USAGE, "\"%s\": one word too many", words.words[0]);
    if (err != VSC_OK)
        return err;
    if (notify < 0)
        return problem_set(request->problem, VSC_SYSTEM, "inotify: %s", strerror(errno));
    do { /* watched first, looked at then: nothing is missed */
        if (options.wait)
            (void)inotify_add_watch(notify, options.state,
                                    IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_ONLYDIR);
        err = settle(&options, &state, &left, request->problem);
        if (err == VSC_OK && options.wait && state == TRIAL_RUNS)
            wait_for_news(notify, left);
    } while (err == VSC_OK && options.wait && state == TRIAL_RUNS);
    if (err == VSC_OK && state == TRIAL_RUNS && !options.quiet)
        (void)printf("A trial runs for another %lld seconds.\n", (long long)left);
    return err;
}

static bool run_quietly(char *const *argv, bool wait)
{
    static char *const empty[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int status = 0;
    pid_t pid = -1;
    bool started;

    if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attributes) != 0)
        return false;
    for (int fd = 0; fd < 3; fd++)
        (void)posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    (void)posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    (void)posix_spawn_file_actions_addchdir_np(&actions, "/");
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    started = posix_spawn(&pid, argv[0], &actions, &attributes, argv, empty) == 0;
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    if (!started || !wait)
        return started;
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool start_unit(void)
{
    static char program[] = "/usr/bin/systemctl", verb[] = "start", now[] = "--no-block",
                unit[] = UNIT;
    char *argv[] = {program, verb, now, unit, NULL};

    return access("/run/systemd/system", F_OK) == 0 && run_quietly(argv, true);
}

enum vsc_err stacks_start_watch(const struct trial_options *options, struct problem *problem)
{
    static char program[] = "/proc/self/exe", stacks[] = "stacks", verb[] = "settle",
                wait[] = "--wait", quiet[] = "--quiet", state[] = "--state";
    char path[TRIAL_PATH_SIZE];
    char *argv[] = {program, stacks, verb, wait, quiet, state, path, NULL};

    if (strcmp(options->state, TRIAL_FOLDER) == 0 && start_unit())
        return VSC_OK;
    (void)snprintf(path, sizeof(path), "%s", options->state);
    return run_quietly(argv, false) ? VSC_OK
                                    : problem_set(problem, VSC_SYSTEM,
                                                  "the process that takes the stacks back cannot "
                                                  "be started");
}
