/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/cli/print.h"
#include "common/text.h"

/* The checks that certcheck makes: a proof needs a card. */
#define CHECKS_SHOWN CHECK_PROOF

static const char *result_word(enum check_result result)
{
    switch (result) {
    case RESULT_PASS:
        return "pass";
    case RESULT_FAIL:
        return "fail";
    case RESULT_NOT_APPLICABLE:
        break;
    }
    return "not applicable";
}

/* What is wrong and what to do, on the line of the check. */
static void put_failures(FILE *out, enum cert_check check, const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->count; i++) {
        const struct finding *finding = &verdict->items[i];

        if (cert_check_of(finding->reason) == check)
            (void)fprintf(out, " | %s: %s; remedy: %s", reason_code(finding->reason), finding->text,
                          reason_remedy(finding->reason));
    }
}

void print_evaluation(FILE *out, const char *file, const struct evaluation *evaluation,
                      bool no_mapping)
{
    const struct verdict *verdict = &evaluation->verdict;
    char account[USER_NAME_SIZE];

    text_clean(account, sizeof(account), evaluation->account.name);
    if (!evaluation->accepted)
        (void)fprintf(out, "%s: refused\n", file);
    else if (no_mapping)
        (void)fprintf(out, "%s: accepted\n", file);
    else
        (void)fprintf(out, "%s: accepted for %s\n", file, account);
    for (enum cert_check check = 0; check < CHECKS_SHOWN; check++) {
        (void)fprintf(out, "  %-15s%s: %s", result_word(verdict->results[check]),
                      cert_check_name(check), cert_check_rule(check));
        put_failures(out, check, verdict);
        (void)fputc('\n', out);
    }
    for (size_t i = 0; i < verdict->warning_count; i++)
        (void)fprintf(out, "  warning: %s: %s; remedy: %s\n",
                      reason_code(verdict->warnings[i].reason), verdict->warnings[i].text,
                      reason_remedy(verdict->warnings[i].reason));
}

static void json_findings(struct json *json, const char *name, const struct finding *findings,
                          size_t count)
{
    json_open_array(json, name);
    for (size_t i = 0; i < count; i++) {
        json_open_object(json, NULL);
        json_string(json, "code", reason_code(findings[i].reason));
        json_string(json, "check", cert_check_name(cert_check_of(findings[i].reason)));
        json_string(json, "text", findings[i].text);
        json_string(json, "remedy", reason_remedy(findings[i].reason));
        json_number(json, "depth", findings[i].depth);
        json_close_object(json);
    }
    json_close_array(json);
}

void print_evaluation_json(struct json *json, const char *file, const struct evaluation *evaluation,
                           bool no_mapping)
{
    const struct verdict *verdict = &evaluation->verdict;
    bool has_account = evaluation->mapped && !no_mapping;

    json_open_object(json, NULL);
    json_string(json, "file", file);
    json_bool(json, "accepted", evaluation->accepted);
    json_string(json, "account", has_account ? evaluation->account.name : NULL);
    json_findings(json, "reasons", verdict->items, verdict->count);
    json_findings(json, "warnings", verdict->warnings, verdict->warning_count);
    json_open_array(json, "checks");
    for (enum cert_check check = 0; check < CHECKS_SHOWN; check++) {
        json_open_object(json, NULL);
        json_string(json, "check", cert_check_name(check));
        json_string(json, "result", result_word(verdict->results[check]));
        json_close_object(json);
    }
    json_close_array(json);
    json_open_object(json, "facts");
    if (evaluation->facts != NULL)
        print_facts_json(json, evaluation->facts);
    json_close_object(json);
    json_open_array(json, "chain");
    for (size_t i = 0; i < evaluation->chain.count; i++)
        json_foreign(json, NULL, evaluation->chain.items[i]);
    json_close_array(json);
    json_close_object(json);
}
