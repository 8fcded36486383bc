/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/report.h"

#include <string.h>
#include <time.h>

#include "common/text.h"

#define TIME_SIZE 32
#define TEXT_SIZE 2600 /* room for a URL in any words */

static const char *const words[] = {
    [REPORT_STORED] = "stored", [REPORT_UNCHANGED] = "unchanged", [REPORT_KEPT] = "kept",
    [REPORT_FAILED] = "failed", [REPORT_SKIPPED] = "skipped",     [REPORT_STALE] = "stale",
};

const char *report_result_word(enum report_result result)
{
    return words[result];
}

void report_start(struct report *report, FILE *out, bool as_json, struct progress *progress)
{
    *report =
        (struct report){.out = out, .as_json = as_json, .current = true, .progress = progress};
    if (!as_json)
        return;
    json_init(&report->json, out);
    json_open_object(&report->json, NULL);
    json_open_array(&report->json, "sources");
}

static const char *time_text(int64_t seconds, char text[TIME_SIZE])
{
    const time_t time = (time_t)seconds;
    struct tm tm;

    if (seconds == 0 || gmtime_r(&time, &tm) == NULL ||
        strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        return NULL;
    return text;
}

static void tell_json(struct json *json, const struct report_line *line, const char *until)
{
    json_open_object(json, NULL);
    json_string(json, "result", words[line->result]);
    json_string(json, "kind", line->kind);
    json_foreign(json, "source", line->source);
    json_foreign(json, "subject", line->subject);
    json_foreign(json, "text", line->text);
    json_string(json, "until", until);
    json_close_object(json);
}

static void tell_people(FILE *out, const struct report_line *line, const char *until)
{
    char source[TEXT_SIZE], subject[TEXT_SIZE], text[TEXT_SIZE];

    text_clean(source, sizeof(source), line->source);
    text_clean(subject, sizeof(subject), line->subject);
    text_clean(text, sizeof(text), line->text);
    (void)fprintf(out, "%-9s %-7s %s", words[line->result], line->kind, source);
    if (*subject != '\0')
        (void)fprintf(out, " (%s)", subject);
    if (*text != '\0')
        (void)fprintf(out, ": %s", text);
    if (until != NULL)
        (void)fprintf(out, ", until %s", until);
    (void)fputc('\n', out);
    (void)fflush(out);
}

void report_tell(struct report *report, const struct report_line *line)
{
    char time[TIME_SIZE];
    const char *until = time_text(line->until, time);

    if (line->result != REPORT_STORED && line->result != REPORT_UNCHANGED &&
        line->result != REPORT_SKIPPED)
        report->current = false;
    if (report->progress != NULL)
        progress_clear(report->progress);
    if (report->as_json)
        tell_json(&report->json, line, until);
    else
        tell_people(report->out, line, until);
}

bool report_end(struct report *report)
{
    if (!report->as_json)
        return fflush(report->out) == 0 && ferror(report->out) == 0;
    json_close_array(&report->json);
    json_bool(&report->json, "current", report->current);
    json_close_object(&report->json);
    return json_end(&report->json);
}
