/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of expected verdicts: any bytes are refused with FILE:LINE, or yield cases within bounds.
 */
#include <stdlib.h>
#include <string.h>

#include "certcheck/cli/expectation.h"
#include "common/text.h"
#include "tests/fuzz/fuzz.h"

static void check_case(const struct expectation *expectation)
{
    const struct question *question = &expectation->question;
    int64_t seconds;

    if (expectation->certificate == NULL || *expectation->certificate == '\0' ||
        !text_is_printable(expectation->text) || strncmp(expectation->certificate, "d/", 2) != 0)
        if (expectation->certificate == NULL || *expectation->certificate != '/')
            abort();
    if (question->purpose < -1 || question->purpose > 2 || question->revocation < -1 ||
        question->revocation > 2)
        abort();
    if (question->at != NULL && judge_time("", question->at, &seconds, NULL) != VSC_OK)
        abort();
    if ((question->user != NULL && *question->user == '\0') ||
        (question->service != NULL && *question->service == '\0'))
        abort();
    for (size_t i = 0; i < REASON_COUNT; i++)
        if (expectation->codes[i] && (expectation->accepted || expectation->any_code))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const struct question none = QUESTION_NONE;
    auto_expectations struct expectations expectations = {0};
    struct problem problem = {""};
    enum vsc_err err;

    if (len > EXPECTATION_FILE_MAX)
        return 0;
    err = expectations_parse("d/f", data, len, &none, &expectations, &problem);
    if (err != VSC_OK && (err != VSC_INPUT || strncmp(problem.text, "d/f:", 4) != 0))
        abort();
    if (err == VSC_OK && (expectations.count == 0 || expectations.count > EXPECTATIONS_MAX))
        abort();
    for (size_t i = 0; err == VSC_OK && i < expectations.count; i++)
        check_case(&expectations.items[i]);
    return 0;
}
