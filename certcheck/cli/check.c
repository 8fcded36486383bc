/* SPDX-License-Identifier: BSD-2-Clause */
/* certcheck CERT...: would these certificates do to sign in, and if not, why. */
#include <stdio.h>

#include "certcheck/cli/command.h"
#include "certcheck/cli/judge.h"
#include "certcheck/cli/print.h"
#include "common/json.h"
#include "common/own.h"

DEFINE_AUTO(struct judge, judge_free)
DEFINE_AUTO(struct evaluation, evaluation_free)

static int check_file(const struct judge *judge, const struct judge_choices *choices,
                      const char *file)
{
    auto_by(evaluation_free) struct evaluation *evaluation = NULL;
    struct judgement judgement;
    struct problem problem = {""};
    struct json json;
    enum vsc_err err = judge_file(judge, &choices->question, file, &judgement, &problem);

    if (err != VSC_OK)
        return command_failed(err, &problem);
    evaluation = judgement.evaluation;
    if (choices->json) {
        json_init(&json, stdout);
        print_evaluation_json(&json, file, evaluation, choices->question.no_mapping);
        if (!json_end(&json))
            return 3;
    } else {
        print_evaluation(stdout, file, &judgement.request, evaluation);
    }
    return evaluation->accepted ? 0 : 1;
}

static int check_files(const struct judge_choices *choices, const struct words *files)
{
    auto_by(judge_free) struct judge *judge = NULL;
    struct problem problem = {""};
    int status = 0;
    enum vsc_err err = judge_new(choices, &judge, &problem);

    if (err != VSC_OK)
        return command_failed(err, &problem);
    for (size_t i = 0; i < files->count; i++) {
        if (i > 0 && !choices->json)
            (void)fputc('\n', stdout);
        status = command_worse(status, check_file(judge, choices, files->items[i]));
    }
    return status;
}

int command_check(const struct request *request)
{
    struct judge_choices choices = {.question = QUESTION_NONE};
    auto_words struct words files = {0};
    enum vsc_err err = command_parse(request, judge_options, &choices, &files);

    if (err != VSC_OK)
        return vsc_exit_status(err);
    return files.count > 0 ? check_files(&choices, &files) : command_misused();
}
