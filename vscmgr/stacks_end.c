/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr stacks keep, rollback, disable: the end of a trial by hand, and of what stayed. */
#include <stdio.h>

#include "vscmgr/stacks/services.h"
#include "vscmgr/stacks_trial.h"

static const struct option end_table[] = {TRIAL_OPTION_STATE, {0}};
static const struct option disable_table[] = {TRIAL_OPTION_STATE, TRIAL_OPTION_FOLDER, {0}};

/* The trial that runs, its place open. */
static enum vsc_err find_trial(const struct request *request, struct trial_options *options,
                               struct trial_place *ret_place, struct trial *ret_trial)
{
    struct stacks_words words = {.count = 0};
    enum trial_state state = TRIAL_NONE;
    enum vsc_err err = stacks_parse(request, end_table, options, &words);

    if (err == VSC_OK && words.count > 0)
        err = problem_set(request->problem, VSC_USAGE, "\"%s\": one word too many", words.words[0]);
    if (err == VSC_OK)
        err = stacks_settle_first(options, ret_place, &state, ret_trial, request->problem);
    if (err == VSC_OK && state != TRIAL_RUNS)
        err = problem_set(request->problem, VSC_USAGE, "no trial runs");
    return err;
}

enum vsc_err stacks_keep(const struct request *request)
{
    auto_trial_place struct trial_place place = {.fd = -1, .lock = -1};
    struct trial_options options = TRIAL_DEFAULTS;
    struct trial trial;
    enum vsc_err err = find_trial(request, &options, &place, &trial);

    if (err == VSC_OK)
        err = trial_keep(&place, &trial);
    if (err == VSC_OK)
        stacks_tell(&trial, "stays", options.quiet);
    return err;
}

enum vsc_err stacks_rollback(const struct request *request)
{
    auto_trial_place struct trial_place place = {.fd = -1, .lock = -1};
    struct trial_options options = TRIAL_DEFAULTS;
    struct trial trial;
    enum vsc_err err = find_trial(request, &options, &place, &trial);

    if (err == VSC_OK)
        err = trial_take_back(&place, &trial, request->problem);
    if (err == VSC_OK)
        stacks_tell(&trial, "taken back", options.quiet);
    return err;
}

enum vsc_err stacks_disable(const struct request *request)
{
    auto_trial_place struct trial_place place = {.fd = -1, .lock = -1};
    struct trial_options options = TRIAL_DEFAULTS;
    struct stacks_words words = {.count = 0};
    struct trial trial;
    enum trial_state state = TRIAL_NONE;
    enum vsc_err err = stacks_parse(request, disable_table, &options, &words);

    if (err == VSC_OK && words.count == 0)
        err = problem_set(request->problem, VSC_USAGE, "a service is missing");
    if (err == VSC_OK)
        err = stacks_settle_first(&options, &place, &state, &trial, request->problem);
    if (err == VSC_OK && state == TRIAL_RUNS)
        err = problem_set(request->problem, VSC_EXISTS,
                          "a trial runs (vscmgr stacks keep, or rollback)");
    for (size_t i = 0; err == VSC_OK && i < words.count; i++) {
        struct trial one = {.count = 1};

        if (!stack_is_service_name(words.words[i]))
            return problem_set(request->problem, VSC_USAGE, "%s: no name of a service",
                               words.words[i]);
        (void)snprintf(one.services[0].name, STACK_NAME_SIZE, "%s", words.words[i]);
        err = trial_disable(&place, options.folder, words.words[i], request->problem);
        if (err == VSC_OK)
            stacks_tell(&one, "taken back", options.quiet);
    }
    return err;
}
