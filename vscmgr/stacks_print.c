/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/stacks_print.h"

static const char *end_text(enum stack_facility facility, enum stack_end end)
{
    switch (end) {
    case END_LET_IN:
        return facility == FACILITY_PASSWORD ? "done" : "let in";
    case END_OTHERS:
        return facility == FACILITY_AUTH ? "goes on to the password" : "goes on to other modules";
    case END_REFUSED:
        break;
    }
    return "refused";
}

static void print_facility(FILE *stream, const struct stack_report *report,
                           enum stack_facility facility)
{
    (void)fprintf(stream, "  %s\n", stack_facility_name(facility));
    for (size_t i = 0; i < report->verdict_count[facility]; i++) {
        const struct stack_verdict *verdict = &report->verdicts[facility][i];

        (void)fprintf(stream, "    %-18s %-24s", stack_code_name(verdict->code),
                      end_text(facility, verdict->end));
        if (verdict->number > 0)
            (void)fprintf(stream, " %s:%u %s", verdict->file, verdict->number, verdict->module);
        (void)fputc('\n', stream);
    }
}

void stacks_print_findings(FILE *stream, const struct stack_report *report, bool errors_only)
{
    for (size_t i = 0; i < report->found_count; i++) {
        const struct stack_found *found = &report->found[i];

        if (errors_only && !stack_finding_is_error(found->id))
            continue;
        (void)fprintf(stream, "  %s %s: %s",
                      stack_finding_is_error(found->id) ? "error  " : "warning",
                      stack_finding_name(found->id), stack_finding_text(found->id));
        if (found->why.text[0] != '\0')
            (void)fprintf(stream, ": %s", found->why.text);
        if (found->code != NULL)
            (void)fprintf(stream, ": after %s", found->code);
        if (found->number > 0)
            (void)fprintf(stream, "%s %s:%u", found->code != NULL ? "," : ":", found->file,
                          found->number);
        (void)fprintf(stream, "\n          remedy: %s\n", stack_finding_remedy(found->id));
    }
}

void stacks_print(FILE *stream, const struct stack_report *report)
{
    for (enum stack_facility facility = 0; facility < FACILITY_COUNT; facility++)
        if (report->loads[facility])
            print_facility(stream, report, facility);
    if (!stack_report_loads(report) && report->found_count == 0)
        (void)fputs("  does not load " STACK_MODULE "\n", stream);
    stacks_print_findings(stream, report, false);
}

static void print_line(struct json *json, const char *file, unsigned number)
{
    json_string(json, "file", number > 0 ? file : NULL);
    if (number > 0)
        json_number(json, "line", number);
    else
        json_null(json, "line");
}

static void print_json_facility(struct json *json, const struct stack_report *report,
                                enum stack_facility facility)
{
    json_open_array(json, stack_facility_name(facility));
    for (size_t i = 0; i < report->verdict_count[facility]; i++) {
        const struct stack_verdict *verdict = &report->verdicts[facility][i];

        json_open_object(json, NULL);
        json_string(json, "code", stack_code_name(verdict->code));
        json_string(json, "end", stack_end_name(verdict->end));
        print_line(json, verdict->file, verdict->number);
        json_string(json, "module", verdict->number > 0 ? verdict->module : NULL);
        json_close_object(json);
    }
    json_close_array(json);
}

void stacks_print_json(struct json *json, const struct stack_report *report)
{
    json_open_object(json, NULL);
    json_string(json, "service", report->service);
    for (enum stack_facility facility = 0; facility < FACILITY_COUNT; facility++)
        print_json_facility(json, report, facility);
    json_open_array(json, "findings");
    for (size_t i = 0; i < report->found_count; i++) {
        const struct stack_found *found = &report->found[i];

        json_open_object(json, NULL);
        json_string(json, "id", stack_finding_name(found->id));
        json_string(json, "severity", stack_finding_is_error(found->id) ? "error" : "warning");
        json_string(json, "text", stack_finding_text(found->id));
        json_string(json, "code", found->code);
        json_string(json, "detail", found->why.text[0] != '\0' ? found->why.text : NULL);
        print_line(json, found->file, found->number);
        json_string(json, "remedy", stack_finding_remedy(found->id));
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}
