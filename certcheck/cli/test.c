/* SPDX-License-Identifier: BSD-2-Clause */
/* certcheck test: does the policy give the verdicts that are expected of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "certcheck/cli/command.h"
#include "certcheck/cli/expectation.h"
#include "certcheck/cli/judge.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/text.h"

#define GOT_SIZE 1024

DEFINE_AUTO(struct evaluation, evaluation_free)

struct tests {
    const struct judge_choices *choices;
    struct judge *judge;
    struct expectations *files; /* one for each word of the command line */
    unsigned number, failed;    /* cases so far */
    struct json json;
};

static enum vsc_err read_file(const char *file, const struct question *question,
                              struct expectations *expectations, struct problem *problem)
{
    auto_fd int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    auto_buf struct buf content;
    enum vsc_err err = VSC_INPUT;

    buf_init(&content, 0);
    if (fd >= 0)
        err = io_read_all(fd, EXPECTATION_FILE_MAX, &content);
    if (err == VSC_INPUT)
        return problem_set(problem, err, "%s: %s", file, strerror(errno));
    if (err != VSC_OK)
        return err;
    return expectations_parse(file, content.data, content.len, question, expectations, problem);
}

/* "accepted alice", "refused expired revoked" */
static void describe(const struct evaluation *evaluation, char got[GOT_SIZE])
{
    size_t used;

    if (evaluation->accepted) {
        (void)snprintf(got, GOT_SIZE, "accepted%s%.256s", evaluation->mapped ? " " : "",
                       evaluation->account.name);
        return;
    }
    used = (size_t)snprintf(got, GOT_SIZE, "refused");
    for (enum reason reason = 0; reason < REASON_COUNT && used < GOT_SIZE; reason++)
        if (verdict_has(&evaluation->verdict, reason))
            used += (size_t)snprintf(got + used, GOT_SIZE - used, " %s", reason_code(reason));
}

static void put_json_case(struct json *json, const struct expectation *expectation, bool holds,
                          const char *got)
{
    json_open_object(json, NULL);
    json_number(json, "line", expectation->line);
    json_string(json, "case", expectation->text);
    json_bool(json, "as_expected", holds);
    json_foreign(json, "got", got);
    json_close_object(json);
}

/* TAP would take what stands behind a # for a directive. */
static void put_escaped(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '#')
            (void)fputc('\\', stdout);
        (void)fputc(*text, stdout);
    }
    (void)fputc('\n', stdout);
}

static void put_findings(const struct evaluation *evaluation)
{
    for (size_t i = 0; i < evaluation->verdict.count; i++)
        (void)printf("#   %s: %s\n", reason_code(evaluation->verdict.items[i].reason),
                     evaluation->verdict.items[i].text);
}

/* One case; the exit status. A certificate that cannot be read makes it fail, and the status 2. */
static int run_case(struct tests *tests, const char *file, const struct expectation *expectation)
{
    auto_by(evaluation_free) struct evaluation *evaluation = NULL;
    struct judgement judgement;
    struct problem problem = {""};
    char got[GOT_SIZE], clean[GOT_SIZE];
    bool holds = false;
    enum vsc_err err = judge_file(tests->judge, &expectation->question, expectation->certificate,
                                  &judgement, &problem);

    if (err == VSC_OK) {
        evaluation = judgement.evaluation;
        holds = expectation_holds(expectation, evaluation);
        describe(evaluation, got);
    } else {
        (void)snprintf(got, sizeof(got), "%s",
                       *problem.text != '\0' ? problem.text : vsc_strerror(err));
    }
    tests->number++;
    tests->failed += holds ? 0 : 1;
    text_clean(clean, sizeof(clean), got);
    if (tests->choices->json) {
        put_json_case(&tests->json, expectation, holds, got);
    } else {
        (void)printf("%sok %u - %s:%u: ", holds ? "" : "not ", tests->number, file,
                     expectation->line);
        put_escaped(expectation->text);
        if (!holds)
            (void)printf("# but: %s\n", clean);
        if (!holds && evaluation != NULL)
            put_findings(evaluation);
    }
    if (err != VSC_OK)
        return command_failed(err, &problem);
    return holds ? 0 : 1;
}

static int run_file(struct tests *tests, const char *file, const struct expectations *expectations)
{
    const unsigned before = tests->failed;
    int status = 0;

    if (tests->choices->json) {
        json_init(&tests->json, stdout);
        json_open_object(&tests->json, NULL);
        json_string(&tests->json, "file", file);
        json_open_array(&tests->json, "cases");
    }
    for (size_t i = 0; i < expectations->count; i++)
        status = command_worse(status, run_case(tests, file, &expectations->items[i]));
    if (tests->choices->json) {
        json_close_array(&tests->json);
        json_number(&tests->json, "failed", tests->failed - before);
        json_close_object(&tests->json);
        status = command_worse(status, json_end(&tests->json) ? 0 : 3);
    }
    return status;
}

/* All files are read before the first case is tried. */
static int run_files(struct tests *tests, const struct words *files)
{
    struct problem problem = {""};
    int status = 0;
    enum vsc_err err = VSC_OK;

    for (size_t i = 0; err == VSC_OK && i < files->count; i++)
        err = read_file(files->items[i], &tests->choices->question, &tests->files[i], &problem);
    if (err == VSC_OK)
        err = judge_new(tests->choices, &tests->judge, &problem);
    if (err != VSC_OK)
        return command_failed(err, &problem);
    for (size_t i = 0; i < files->count; i++)
        status = command_worse(status, run_file(tests, files->items[i], &tests->files[i]));
    if (!tests->choices->json)
        (void)printf("1..%u\n# %u as expected, %u not\n", tests->number,
                     tests->number - tests->failed, tests->failed);
    return status;
}

int command_test(const struct request *request)
{
    struct judge_choices choices = {.question = QUESTION_NONE};
    auto_words struct words files = {0};
    struct tests tests = {.choices = &choices};
    enum vsc_err err = command_parse(request, judge_options, &choices, &files);
    int status;

    if (err != VSC_OK)
        return vsc_exit_status(err);
    if (files.count == 0)
        return command_misused();
    tests.files = calloc(files.count, sizeof(*tests.files));
    if (tests.files == NULL)
        return vsc_exit_status(VSC_MEMORY);
    status = run_files(&tests, &files);
    judge_free(tests.judge);
    for (size_t i = 0; i < files.count; i++)
        expectations_done(&tests.files[i]);
    free(tests.files);
    return status;
}
