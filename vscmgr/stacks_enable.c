/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr stacks enable: puts stacks in place for a trial, if nothing is wrong with them. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/own.h"
#include "vscmgr/stacks/services.h"
#include "vscmgr/stacks_print.h"
#include "vscmgr/stacks_trial.h"

#define STACK_FILE_MAX (64 * 1024)
#define ROLLBACK_MAX   (24 * 60 * 60)

static const struct option enable_table[] = {
    TRIAL_OPTION_STATE,
    TRIAL_OPTION_FOLDER,
    {"from", OPTION_PATH, TRIAL_AT(from), 0, 0, NULL},
    {"rollback", OPTION_STRING, TRIAL_AT(rollback), 0, 0, NULL},
    {0},
};

/* "90s", "10m", "1h", or "never". */
static bool read_time(const char *text, int64_t *ret_seconds)
{
    char *end = NULL;
    long number;

    if (strcmp(text, "never") == 0) {
        *ret_seconds = TRIAL_NEVER;
        return true;
    }
    if (text[0] < '0' || text[0] > '9')
        return false;
    number = strtol(text, &end, 10);
    if (number < 1 || number > ROLLBACK_MAX || strlen(end) != 1)
        return false;
    *ret_seconds = number * (*end == 's' ? 1 : *end == 'm' ? 60 : *end == 'h' ? 3600 : 0);
    return *ret_seconds > 0 && *ret_seconds <= ROLLBACK_MAX;
}

/* The stack to the folder of what is to be put in place. */
static enum vsc_err stage_one(const struct trial_options *options, int stage, const char *service,
                              struct problem *problem)
{
    auto_buf struct buf content;
    char path[2 * TRIAL_PATH_SIZE];
    enum vsc_err err;

    buf_init(&content, 0);
    (void)snprintf(path, sizeof(path), "%s/%s", options->from, service);
    err = io_read_trusted(path, STACK_FILE_MAX, &content, problem);
    if (err == VSC_INPUT)
        return problem_set(
            problem, VSC_USAGE, "%s: there is no stack for it in %s%s", service, options->from,
            strcmp(service, "gdm-smartcard") == 0 ? " (it is an alternative: pam_vsc(8), STACKS)"
                                                  : "");
    if (err == VSC_OK)
        err = io_write_at(stage, service, content.data, content.len, 0600);
    return err;
}

static enum vsc_err stage(const struct trial_options *options, const struct trial_place *place,
                          const struct stacks_words *words, struct trial *trial,
                          struct problem *problem)
{
    auto_fd int fd = -1;
    enum vsc_err err = trial_open_stage(place, &fd, problem);

    if (err != VSC_OK)
        return err;
    for (size_t i = 0; i < words->count; i++) {
        const char *service = words->words[i];
        bool replaced;

        if (!stack_is_service_name(service))
            return problem_set(problem, VSC_USAGE, "%s: no name of a service", service);
        if (trial_is_enabled(place, service, &replaced))
            return problem_set(problem, VSC_EXISTS, "%s: in place already (vscmgr stacks disable)",
                               service);
        for (size_t k = 0; k < i; k++)
            if (strcmp(words->words[k], service) == 0)
                return problem_set(problem, VSC_USAGE, "%s: named twice", service);
        err = stage_one(options, fd, service, problem);
        if (err != VSC_OK)
            return err;
        (void)snprintf(trial->services[trial->count++].name, STACK_NAME_SIZE, "%s", service);
    }
    return VSC_OK;
}

/* How all stands, and how it would. */
struct comparing {
    char staged[TRIAL_PATH_SIZE + sizeof(TRIAL_STAGED)];
    struct stack_folders now, then;
    struct stack_services services;
    struct stack_report before, after;
};

static bool is_named(const struct trial *trial, const char *service)
{
    for (size_t i = 0; i < trial->count; i++)
        if (strcmp(trial->services[i].name, service) == 0)
            return true;
    return false;
}

static void add_named(struct stack_services *services, const struct trial *trial)
{
    for (size_t i = 0; i < trial->count; i++) {
        bool listed = false;

        for (size_t k = 0; k < services->count; k++)
            listed = listed || strcmp(services->names[k], trial->services[i].name) == 0;
        if (!listed && services->count < STACK_SERVICES_MAX)
            (void)snprintf(services->names[services->count++], STACK_NAME_SIZE, "%s",
                           trial->services[i].name);
    }
}

/* Other services may take these in: one that was in order must stay so. */
static enum vsc_err check_all(const struct trial_options *options, const struct trial_place *place,
                              const struct trial *trial, struct problem *problem)
{
    auto_free struct comparing *all = calloc(1, sizeof(*all));
    bool is_system = strcmp(options->folder, "/etc/pam.d") == 0;
    size_t wrong = 0;

    if (all == NULL)
        return VSC_MEMORY;
    (void)snprintf(all->staged, sizeof(all->staged), "%s/" TRIAL_STAGED, place->path);
    all->now = stack_folders_of(is_system ? NULL : options->folder);
    all->then = all->now;
    memmove(&all->then.paths[1], &all->then.paths[0], sizeof(char *) * 2);
    all->then.paths[0] = all->staged;
    stack_services_list(&all->now, &all->services);
    add_named(&all->services, trial);
    for (size_t i = 0; i < all->services.count; i++) {
        const char *service = all->services.names[i];
        enum vsc_err err = stack_report_make(&all->then, service, &all->after);

        if (err == VSC_OK)
            err = stack_report_make(&all->now, service, &all->before);
        if (err != VSC_OK)
            return err;
        if (is_named(trial, service)
                ? all->after.found_count == 0
                : !stack_report_has_error(&all->after) || stack_report_has_error(&all->before))
            continue;
        (void)fprintf(stderr, "%s\n", service);
        stacks_print_findings(stderr, &all->after, !is_named(trial, service));
        wrong += stack_report_has_error(&all->after) ? 1 : 0;
    }
    return wrong == 0 ? VSC_OK : problem_set(problem, VSC_UNWELL, "nothing was changed, see above");
}

/* The process that ends the trial is there, and waits for the lock, before a stack is touched. */
static enum vsc_err put(const struct trial_options *options, const struct trial_place *place,
                        struct trial *trial, int64_t seconds, struct problem *problem)
{
    enum vsc_err err = trial_set_end(trial, seconds == TRIAL_NEVER ? ROLLBACK_MAX : seconds);

    if (err != VSC_OK)
        return err;
    err = trial_begin(place, trial, problem);
    if (err != VSC_OK)
        return err;
    err = stacks_start_watch(options, problem);
    if (err != VSC_OK) {
        struct problem second = {""};

        return trial_take_back(place, trial, &second) == VSC_OK ? err : VSC_SYSTEM;
    }
    err = trial_put(place, trial, problem);
    if (err == VSC_OK && seconds == TRIAL_NEVER)
        err = trial_keep(place, trial);
    return err;
}

enum vsc_err stacks_enable(const struct request *request)
{
    auto_trial_place struct trial_place place = {.fd = -1, .lock = -1};
    struct trial_options options = TRIAL_DEFAULTS;
    struct stacks_words words = {.count = 0};
    struct trial trial, before;
    enum trial_state state;
    char what[128];
    int64_t seconds = TRIAL_NEVER;
    enum vsc_err err = stacks_parse(request, enable_table, &options, &words);

    if (err == VSC_OK && words.count == 0)
        err = problem_set(request->problem, VSC_USAGE, "a service is missing");
    if (err == VSC_OK && !read_time(options.rollback, &seconds))
        err = problem_set(request->problem, VSC_USAGE,
                          "--rollback %s: a time such as 90s, 10m or 1h (24h at most), or never",
                          options.rollback);
    if (err == VSC_OK)
        err = stacks_settle_first(&options, &place, &state, &before, request->problem);
    if (err != VSC_OK)
        return err;
    if (state == TRIAL_RUNS)
        return problem_set(request->problem, VSC_EXISTS,
                           "a trial runs already (vscmgr stacks keep, or rollback)");
    trial = (struct trial){.count = 0};
    (void)snprintf(trial.folder, sizeof(trial.folder), "%s", options.folder);
    err = stage(&options, &place, &words, &trial, request->problem);
    if (err == VSC_OK)
        err = check_all(&options, &place, &trial, request->problem);
    if (err == VSC_OK)
        err = put(&options, &place, &trial, seconds, request->problem);
    if (err != VSC_OK)
        return err;
    (void)snprintf(what, sizeof(what),
                   seconds == TRIAL_NEVER
                       ? "in place"
                       : "in place; taken back in %lld seconds unless somebody signs in by card",
                   (long long)seconds);
    stacks_tell(&trial, what, options.quiet);
    return VSC_OK;
}
