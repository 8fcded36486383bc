/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a helper. */
#include "enroll/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/io.h"
#include "common/own.h"
#include "common/spawn.h"
#include "common/text.h"
#include "enroll/helper_listen.h"
#include "enroll/issued.h"

#define ENV_MAX 16

struct environment {
    char *items[ENV_MAX + 1]; /* owned; NULL at the end */
    size_t count;
    bool failed;
};

static void environment_done(struct environment *environment)
{
    for (size_t i = 0; i < environment->count; i++)
        free(environment->items[i]);
}

/* A NULL value leaves it out. */
static void put(struct environment *environment, const char *name, const char *value)
{
    char *item = NULL;

    if (value == NULL || *value == '\0')
        return;
    if (environment->count == ENV_MAX || asprintf(&item, "%s=%s", name, value) < 0) {
        environment->failed = true;
        return;
    }
    environment->items[environment->count++] = item;
}

static enum vsc_err make_environment(const struct profile *profile,
                                     const struct helper_question *question,
                                     struct environment *environment)
{
    put(environment, "PATH", "/usr/bin:/bin");
    put(environment, "HOME", question->home);
    put(environment, "LANG", secure_getenv("LANG"));
    put(environment, "KRB5CCNAME", secure_getenv("KRB5CCNAME"));
    put(environment, "CERTMONGER_OPERATION", question->cookie != NULL ? "POLL" : "SUBMIT");
    put(environment, "CERTMONGER_CSR", question->request);
    put(environment, "CERTMONGER_CERTIFICATE", question->certificate);
    put(environment, "CERTMONGER_CA_COOKIE", question->cookie);
    put(environment, "CERTMONGER_CA_PROFILE", profile->template_name);
    put(environment, "CERTMONGER_REQ_PRINCIPAL", question->upn);
    put(environment, "VSC_ATTESTATION_FILE", question->attestation);
    return environment->failed ? VSC_MEMORY : VSC_OK;
}

static bool set_actions(posix_spawn_file_actions_t *actions, int output, int errors)
{
    return posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0) == 0 &&
           posix_spawn_file_actions_adddup2(actions, output, 1) == 0 &&
           posix_spawn_file_actions_adddup2(actions, errors, 2) == 0 &&
           posix_spawn_file_actions_addclosefrom_np(actions, 3) == 0;
}

/* `outputs`: what becomes its standard output and error, both of them moved up. */
static bool spawn(const struct profile *profile, char *const *environment, const int outputs[2],
                  pid_t *ret_pid)
{
    char *argv[CONF_LIST_MAX + 2];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    bool good = false;

    argv[0] = profile->helper;
    for (size_t i = 0; i < profile->arguments.count; i++)
        argv[i + 1] = profile->arguments.items[i];
    argv[profile->arguments.count + 1] = NULL;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    if (posix_spawnattr_init(&attributes) == 0) {
        good = set_actions(&actions, outputs[0], outputs[1]) && spawn_attributes(&attributes) &&
               posix_spawn(ret_pid, profile->helper, &actions, &attributes, argv, environment) == 0;
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return good;
}

/* A pipe: our end does not block, theirs is out of the way of the child's set-up. */
static bool make_pipe(int *ret_ours, int *ret_theirs)
{
    auto_fd int ours = -1, theirs = -1;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    ours = ends[0];
    theirs = ends[1];
    if (spawn_move_up(&theirs) < 0 || fcntl(ours, F_SETFL, O_NONBLOCK) != 0)
        return false;
    *ret_ours = take_fd(ours);
    *ret_theirs = take_fd(theirs);
    return true;
}

static enum vsc_err start(const struct profile *profile, const struct helper_question *question,
                          struct listener *listener, struct problem *problem)
{
    __attribute__((cleanup(environment_done))) struct environment environment = {.count = 0};
    auto_fd int program = -1, output = -1, errors = -1;
    enum vsc_err err = io_open_trusted(profile->helper, &program, problem);

    if (err != VSC_OK)
        return VSC_HELPER;
    err = make_environment(profile, question, &environment);
    if (err != VSC_OK)
        return err;
    if (!make_pipe(&listener->output, &output) || !make_pipe(&listener->errors, &errors))
        return problem_set(problem, VSC_SYSTEM, "no pipe: %s", strerror(errno));
    if (!spawn(profile, environment.items, (const int[2]){output, errors}, &listener->pid))
        return problem_set(problem, VSC_HELPER, "%s: cannot be started", profile->helper);
    return VSC_OK;
}

enum vsc_err helper_ask(const struct profile *profile, const struct helper_question *question,
                        struct helper_answer *ret_answer, struct problem *problem)
{
    const struct deadline deadline = deadline_in(HELPER_SECONDS * 1000);
    auto_listener struct listener listener = {.output = -1, .errors = -1, .pid = -1};
    char words[sizeof ret_answer->words] = "";
    int status = -1;
    enum vsc_err err;

    *ret_answer = (struct helper_answer){.result = HELPER_BROKEN};
    buf_init(&ret_answer->answer, ANSWER_MAX);
    err = start(profile, question, &listener, problem);
    if (err != VSC_OK)
        return err;
    err = listener_hear(&listener, &deadline, &ret_answer->answer, &status);
    text_clean(words, sizeof words, last_line(&listener.said));
    if (err == VSC_TIMEOUT)
        return problem_set(problem, err, "%s: no answer in %d seconds%s%s", profile->helper,
                           HELPER_SECONDS, *words != '\0' ? ": " : "", words);
    if (err == VSC_DENIED)
        return problem_set(problem, err, "answer-too-large: %s says more than %d bytes",
                           profile->helper, ANSWER_MAX);
    if (err == VSC_OK)
        helper_read(status, words, ret_answer);
    return err;
}
