/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands tell. */
#include <stdio.h>

#include "common/text.h"
#include "enroll/command.h"
#include "enroll/due.h"

static const char *result_word(const struct report *report)
{
    if (report->err != VSC_OK)
        return "failed";
    switch (report->run->result) {
    case RUN_DONE:
        return "enrolled";
    case RUN_WAITING:
        return "waiting";
    case RUN_FAILED:
        return "failed";
    case RUN_NOTHING:
        break;
    }
    return "nothing";
}

static void put_certificate(struct json *json, const struct report *report)
{
    const struct issued *issued = report->issued;
    char before[TEXT_TIME], after[TEXT_TIME], renew[TEXT_TIME];

    if (issued == NULL) {
        json_null(json, "certificate");
        return;
    }
    text_time(issued->not_before, before);
    text_time(issued->not_after, after);
    text_time(due_renew_at(report->run, issued), renew);
    json_open_object(json, "certificate");
    json_foreign(json, "issuer", issued->issuer);
    json_foreign(json, "serial", issued->serial);
    json_string(json, "not_before", before);
    json_string(json, "not_after", after);
    json_string(json, "renew_at", renew);
    json_close_object(json);
}

static void put_common(struct json *json, const struct report *report)
{
    const struct run *run = report->run;

    json_string(json, "profile", run->profile->name);
    json_foreign(json, "card", run->card != NULL ? run->card->name : NULL);
    json_string(json, "phase", state_phase_word(run->state.phase));
    json_bool(json, "old_key", run->state.old[0] != '\0');
}

static void put_why(struct json *json, enum vsc_err err, const char *why)
{
    if (err == VSC_OK)
        json_null(json, "why");
    else
        json_foreign(json, "why", *why != '\0' ? why : vsc_strerror(err));
}

/* What somebody has to carry to the CA. */
static const char *request_of(const struct run *run)
{
    return run->profile->backend == PROFILE_FILE && run->state.phase == STATE_REQUESTED
               ? run->state.request
               : NULL;
}

void report_result(struct json *json, const struct report *report)
{
    const struct run *run = report->run;

    if (json != NULL) {
        json_open_object(json, NULL);
        put_common(json, report);
        json_string(json, "result", result_word(report));
        json_bool(json, "old_key_deleted", report->deleted);
        json_string(json, "request", request_of(run));
        json_string(json, "code", run->code[0] != '\0' ? run->code : NULL);
        put_why(json, report->err, report->why);
        json_close_object(json);
        return;
    }
    if (report->deleted)
        (void)printf("%s: the key before is deleted.\n", run->profile->name);
    if (report->err != VSC_OK)
        return; /* main() tells */
    if (run->result == RUN_DONE)
        (void)printf("%s: enrolled on %s.\n", run->profile->name, run->card->name);
    if (run->result == RUN_WAITING)
        (void)printf("%s: %s\n", run->profile->name,
                     run->profile->backend == PROFILE_FILE
                         ? "the request waits for its answer (vsc-enroll import FILE)"
                         : "the CA has not decided yet");
}

void report_status(struct json *json, const struct report *report)
{
    const struct run *run = report->run;
    char after[TEXT_TIME];

    if (json != NULL) {
        json_open_object(json, NULL);
        put_common(json, report);
        json_bool(json, "due", report->due);
        put_certificate(json, report);
        json_string(json, "code", run->code[0] != '\0' ? run->code : NULL);
        put_why(json, report->err, report->why);
        json_close_object(json);
        return;
    }
    (void)printf("%s on %s: ", run->profile->name, run->card->name);
    if (report->issued == NULL) {
        (void)printf("not enrolled");
    } else {
        text_time(report->issued->not_after, after);
        (void)printf("enrolled until %s%s", after, report->due ? ", to be renewed" : "");
    }
    if (run->state.phase != STATE_IDLE)
        (void)printf("; a request is %s", state_phase_word(run->state.phase));
    if (run->state.old[0] != '\0')
        (void)printf("; the key before stays until a sign-in with this one");
    if (report->err != VSC_OK)
        (void)printf("; %s", report->why);
    (void)putchar('\n');
}

void report_failure(struct json *json, enum vsc_err err, const char *why)
{
    json_open_object(json, NULL);
    json_string(json, "result", "failed");
    json_null(json, "code");
    put_why(json, err, why);
    json_close_object(json);
}
