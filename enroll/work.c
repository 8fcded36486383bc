/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-enroll request, import, renew and cancel: one profile. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "enroll/attestation.h"
#include "enroll/command.h"
#include "enroll/tell.h"

/* A profile at work: the errand open, the state locked. */
static enum vsc_err begin(const struct choices *choices, struct errand *errand, struct run *run,
                          struct problem *problem)
{
    const struct profile *profile = NULL;
    enum vsc_err err = open_errand(choices, errand, problem);

    memset(run, 0, sizeof *run);
    if (err == VSC_OK)
        err = find_profile(errand, choices->profile, &profile, problem);
    if (err == VSC_OK)
        err = state_open(&errand->person, &errand->folder, problem);
    if (err == VSC_OK)
        err = run_open(errand, profile, choices->card, run, problem);
    return err;
}

static enum vsc_err tell(const struct choices *choices, const struct run *run, bool deleted,
                         enum vsc_err err, const struct problem *problem)
{
    const struct report report = {.run = run, .deleted = deleted, .err = err, .why = problem->text};

    tell_end(run, deleted, err, problem->text);
    report_result(choices->json, &report);
    return err;
}

static enum vsc_err put_file(const char *path, const void *bytes, size_t len,
                             struct problem *problem)
{
    auto_fd int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (file < 0 || io_write_all(file, bytes, len) != VSC_OK)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", path, strerror(errno));
    return VSC_OK;
}

/* Two files that belong together: standard output has room for one. Told before a key is made. */
static enum vsc_err check_out(const struct run *run, const char *out, struct problem *problem)
{
    if (!run->profile->attestation || run->profile->backend != PROFILE_FILE || out != NULL)
        return VSC_OK;
    return problem_set(problem, VSC_USAGE,
                       "%s: the request goes with an attestation: say --out FILE, and "
                       "FILE.attestation is written beside it",
                       run->profile->name);
}

static enum vsc_err put_attested(struct run *run, const char *out, struct problem *problem)
{
    auto_attested struct card_attested bundle = {.bundle = {0}};
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s.attestation", out);
    enum vsc_err err = VSC_OK;

    if (len <= 0 || (size_t)len >= sizeof path)
        return problem_set(problem, VSC_USAGE, "--out: the path is too long");
    err = attestation_make(run, &bundle, problem);
    if (err == VSC_OK)
        err = put_file(path, bundle.bundle.data, bundle.bundle.len, problem);
    return err == VSC_OK ? put_file(out, run->state.request, strlen(run->state.request), problem)
                         : err;
}

/* The request for whoever takes it to the CA; again as often as one likes. */
static enum vsc_err put_request(struct run *run, const char *out, bool json,
                                struct problem *problem)
{
    const char *request = run->state.request;

    if (run->profile->backend != PROFILE_FILE || request == NULL)
        return VSC_OK;
    if (out != NULL && run->profile->attestation)
        return put_attested(run, out, problem);
    if (out == NULL) {
        if (!json)
            (void)fputs(request, stdout);
        return VSC_OK;
    }
    return put_file(out, request, strlen(request), problem);
}

/* Before a key is made; later it is asked when the certificate is there. */
static enum vsc_err check_place(const struct choices *choices, struct run *run,
                                struct problem *problem)
{
    run->yes = choices->yes;
    return run->state.phase == STATE_IDLE ? run_may_replace(run, problem) : VSC_OK;
}

/* `renew`: somebody is enrolled already. */
static enum vsc_err go(const struct choices *choices, bool renew, struct problem *problem)
{
    auto_errand struct errand errand = {.folder = -1};
    auto_run struct run run = {.errand = NULL};
    auto_issued struct issued issued = {.chain_len = 0};
    bool deleted = false, enrolled;
    enum vsc_err err = begin(choices, &errand, &run, problem);

    if (err != VSC_OK)
        return err;
    err = run_tidy(&run, &deleted, problem);
    enrolled = run_current(&run, &issued);
    if (err == VSC_OK && renew && !enrolled && run.state.phase == STATE_IDLE)
        err = problem_set(problem, VSC_NO_KEY, "%s: there is nothing to renew: vsc-enroll request",
                          run.profile->name);
    if (err == VSC_OK && !renew && enrolled && run.state.phase == STATE_IDLE)
        err = problem_set(problem, VSC_EXISTS, "%s: you are enrolled: vsc-enroll renew",
                          run.profile->name);
    if (err == VSC_OK)
        err = check_out(&run, choices->out, problem);
    if (err == VSC_OK)
        err = check_place(choices, &run, problem);
    if (err == VSC_OK)
        err = run_begin(&run, problem);
    if (err == VSC_OK)
        err = run_on(&run, true, problem);
    if (err == VSC_OK && run.result == RUN_WAITING)
        err = put_request(&run, choices->out, choices->json != NULL, problem);
    /* A request on standard output is all that stands there. */
    if (err == VSC_OK && run.result == RUN_WAITING && run.profile->backend == PROFILE_FILE &&
        choices->out == NULL && choices->json == NULL)
        return VSC_OK;
    return tell(choices, &run, deleted, err, problem);
}

static enum vsc_err read_answer(const char *path, struct buf *ret_content, struct problem *problem)
{
    auto_fd int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum vsc_err err;

    if (file < 0)
        return problem_set(problem, VSC_INPUT, "%s: %s", path, strerror(errno));
    err = io_read_all(file, ANSWER_MAX, ret_content);
    if (err == VSC_INPUT && errno == EFBIG)
        return problem_set(problem, VSC_DENIED, "answer-too-large: %s has more than %d bytes", path,
                           ANSWER_MAX);
    return err == VSC_INPUT ? problem_set(problem, err, "%s: %s", path, strerror(errno)) : err;
}

static enum vsc_err import(const struct choices *choices, struct problem *problem)
{
    auto_errand struct errand errand = {.folder = -1};
    auto_run struct run run = {.errand = NULL};
    auto_buf struct buf content = {0};
    enum vsc_err err = begin(choices, &errand, &run, problem);

    if (err != VSC_OK)
        return err;
    err = read_answer(choices->import, &content, problem);
    if (err == VSC_DENIED)
        (void)snprintf(run.code, sizeof run.code, "answer-too-large");
    if (err == VSC_OK)
        err = run_import(&run, content.data, content.len, problem);
    return tell(choices, &run, false, err, problem);
}

enum vsc_err command_request(const struct choices *choices, struct problem *problem)
{
    return choices->import != NULL ? import(choices, problem) : go(choices, false, problem);
}

enum vsc_err command_import(const struct choices *choices, struct problem *problem)
{
    if (choices->import == NULL)
        return problem_set(problem, VSC_USAGE, "import: which FILE?");
    return import(choices, problem);
}

enum vsc_err command_renew(const struct choices *choices, struct problem *problem)
{
    return go(choices, true, problem);
}

enum vsc_err command_cancel(const struct choices *choices, struct problem *problem)
{
    auto_errand struct errand errand = {.folder = -1};
    auto_run struct run run = {.errand = NULL};
    struct report report = {.run = &run, .why = problem->text};
    enum vsc_err err = begin(choices, &errand, &run, problem);

    if (err == VSC_OK)
        err = run_cancel(&run, problem);
    else if (run.errand != NULL && run_is_orphan(&run))
        err = run_forget(&run, problem);
    else
        return err;
    report.err = err;
    report_result(choices->json, &report);
    return err;
}
