/* SPDX-License-Identifier: BSD-2-Clause */
/* The contract of certcheck(1), "JSON". */
#include "certcheck/cli/print.h"
#include "certcheck/cli/print_parts.h"

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
        json_string(json, "result", print_result_word(verdict->results[check]));
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
