/* SPDX-License-Identifier: BSD-2-Clause */
/* certcheck explain: what a code means, who can fix it, and how. */
#include <stdio.h>
#include <string.h>

#include "certcheck/cli/command.h"
#include "certcheck/cli/explanation.h"
#include "certcheck/cli/lines.h"
#include "certcheck/verdict.h"
#include "common/json.h"

#define INDENT     12 /* of the text behind a heading */
#define CODE_WIDTH 27 /* of the longest code and two blanks */
#define TEXT_SIZE  256

static const enum fixer fixers[] = {FIX_USER, FIX_HELP_DESK, FIX_ADMIN, FIX_CA};
#define FIXER_COUNT (sizeof(fixers) / sizeof(fixers[0]))

struct choices {
    bool json;
};

static const struct option options[] = {
    {"json", OPTION_FLAG, offsetof(struct choices, json), .min = 0},
    {NULL, OPTION_FLAG, 0, .min = 0},
};

static const char *page_of(const struct explanation *explanation)
{
    return explanation->is_reason ? "certcheck(1), REASONS" : "pam_vsc(8), DIAGNOSTICS";
}

/* "the user or the help desk" */
static void name_fixers(unsigned who, char *to, size_t size)
{
    size_t used = 0;

    (void)snprintf(to, size, "nobody needs to");
    for (size_t i = 0; i < FIXER_COUNT; i++)
        if ((who & fixers[i]) != 0)
            used += (size_t)snprintf(to + used, size - used, "%s%s", used > 0 ? ", or " : "",
                                     fixer_name(fixers[i]));
}

static void put_one(const struct explanation *explanation)
{
    char shown[REASON_SHOWN], text[TEXT_SIZE];

    code_shown(explanation->code, shown);
    (void)snprintf(text, sizeof(text), "%s: %s.", shown, explanation->text);
    lines_put(stdout, "", 0, text);
    (void)fputc('\n', stdout);
    lines_put(stdout, "  Meaning", INDENT, explanation->meaning);
    name_fixers(explanation->fixers, text, sizeof(text));
    lines_put(stdout, "  Who", INDENT, text);
    lines_put(stdout, "  Remedy", INDENT, explanation->fix);
    if (explanation->is_reason) {
        enum cert_check check = cert_check_of(explanation->reason);

        (void)snprintf(text, sizeof(text), "%s: %s", cert_check_name(check),
                       cert_check_rule(check));
        lines_put(stdout, "  Check", INDENT, text);
    }
    (void)snprintf(text, sizeof(text), "code=%s", explanation->code);
    lines_put(stdout, "  Log", INDENT, text);
    lines_put(stdout, "  Manual", INDENT, page_of(explanation));
}

static void put_list(void)
{
    char shown[REASON_SHOWN], head[REASON_SHOWN + 2];

    (void)puts("Why a certificate is refused (certcheck, the login screen, the log):");
    for (size_t i = 0; i < explanation_count(); i++) {
        const struct explanation explanation = explanation_at(i);

        if (i == REASON_COUNT)
            (void)puts("\nHow else a sign-in can end (the login screen, the log):");
        code_shown(explanation.code, shown);
        (void)snprintf(head, sizeof(head), "  %s", shown);
        lines_put(stdout, head, CODE_WIDTH + 2, explanation.text);
    }
    (void)puts("\ncertcheck explain CODE tells who can fix it, and how.");
}

static void put_json(struct json *json, const struct explanation *explanation)
{
    char shown[REASON_SHOWN];
    const enum cert_check check = cert_check_of(explanation->reason);

    code_shown(explanation->code, shown);
    json_open_object(json, NULL);
    json_string(json, "code", explanation->code);
    json_string(json, "shown", shown);
    json_string(json, "text", explanation->text);
    json_string(json, "meaning", explanation->meaning);
    json_open_array(json, "who");
    for (size_t i = 0; i < FIXER_COUNT; i++)
        if ((explanation->fixers & fixers[i]) != 0)
            json_string(json, NULL, fixer_name(fixers[i]));
    json_close_array(json);
    json_string(json, "remedy", explanation->fix);
    json_string(json, "check", explanation->is_reason ? cert_check_name(check) : NULL);
    json_string(json, "rule", explanation->is_reason ? cert_check_rule(check) : NULL);
    json_string(json, "page", page_of(explanation));
    json_close_object(json);
}

static int list(bool as_json)
{
    struct json json;

    if (!as_json) {
        put_list();
        return 0;
    }
    json_init(&json, stdout);
    json_open_array(&json, NULL);
    for (size_t i = 0; i < explanation_count(); i++) {
        const struct explanation explanation = explanation_at(i);

        put_json(&json, &explanation);
    }
    json_close_array(&json);
    return json_end(&json) ? 0 : 3;
}

/* Nobody knows it: say so, and what may have been meant. */
static int unknown(const char *code)
{
    const char *near[EXPLANATION_NEAR_MAX];
    size_t count = explanation_near(code, near);
    char text[TEXT_SIZE] = "";
    struct problem problem;
    size_t used = 0;

    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
                                 i > 0 ? " or " : "; did you mean ", near[i]);
    return command_failed(problem_set(&problem, VSC_USAGE, "%s: there is no such code%s%s", code,
                                      text, count > 0 ? "?" : " (certcheck explain lists them)"),
                          &problem);
}

int command_explain(const struct request *request)
{
    struct choices choices = {0};
    auto_words struct words codes = {0};
    struct explanation explanation;
    int status = 0;
    enum vsc_err err = command_parse(request, options, &choices, &codes);

    if (err != VSC_OK)
        return vsc_exit_status(err);
    if (codes.count == 0)
        return list(choices.json);
    for (size_t i = 0; i < codes.count; i++) {
        struct json json;

        if (!explanation_find(codes.items[i], &explanation)) {
            status = command_worse(status, unknown(codes.items[i]));
        } else if (choices.json) {
            json_init(&json, stdout);
            put_json(&json, &explanation);
            status = command_worse(status, json_end(&json) ? 0 : 3);
        } else {
            if (i > 0)
                (void)fputc('\n', stdout);
            put_one(&explanation);
        }
    }
    return status;
}
