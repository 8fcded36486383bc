/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-enroll list, status and check: change nothing. */
#include <stdio.h>
#include <string.h>

#include "enroll/command.h"
#include "enroll/due.h"

enum vsc_err command_list(const struct choices *choices, struct problem *problem)
{
    auto_errand struct errand errand = {.folder = -1};
    struct json *json = choices->json;
    enum vsc_err err = open_errand(choices, &errand, problem);

    if (err != VSC_OK)
        return err;
    if (json != NULL)
        json_open_array(json, NULL);
    for (size_t i = 0; i < errand.profiles.count; i++) {
        const struct profile *profile = errand.profiles.items[i];

        if (!profile_allows(profile, &errand.person))
            continue;
        if (json == NULL) {
            (void)printf("%s (%s, %s)\n", profile->name, profile_backend_word(profile),
                         profile_key_word(profile));
            continue;
        }
        json_open_object(json, NULL);
        json_string(json, "name", profile->name);
        json_string(json, "backend", profile_backend_word(profile));
        json_string(json, "key", profile_key_word(profile));
        json_string(json, "upn", profile->upn);
        json_string(json, "template",
                    *profile->template_name != '\0' ? profile->template_name : NULL);
        json_bool(json, "prompt", profile->prompt);
        json_bool(json, "autoenroll", profile->autoenroll);
        json_close_object(json);
    }
    if (json != NULL)
        json_close_array(json);
    return VSC_OK;
}

/* One profile. `judge`: by the rules for an answer. */
static enum vsc_err look_at(struct errand *errand, const struct profile *profile,
                            const struct choices *choices, bool judge, struct problem *problem)
{
    auto_run struct run run;
    auto_issued struct issued issued = {.chain_len = 0};
    struct report report = {.run = &run};
    enum vsc_err err = run_open(errand, profile, choices->card, &run, problem);

    if (err != VSC_OK) {
        report.err = err;
        report.why = problem->text;
        if (choices->json != NULL)
            report_status(choices->json, &report);
        return err;
    }
    if (run_current(&run, &issued)) {
        report.issued = &issued;
        report.due = due_now(&run);
    }
    if (judge && report.issued != NULL)
        err = run_check(&run, &issued, problem);
    report.err = err;
    report.why = problem->text;
    report_status(choices->json, &report);
    return err;
}

static enum vsc_err look(const struct choices *choices, bool judge, struct problem *problem)
{
    auto_errand struct errand errand = {.folder = -1};
    const struct profile *named = NULL;
    enum vsc_err err = open_errand(choices, &errand, problem), first = VSC_OK;

    if (err == VSC_OK && choices->profile != NULL)
        err = find_profile(&errand, choices->profile, &named, problem);
    if (err == VSC_OK)
        err = state_open_to_read(&errand.person, &errand.folder, problem);
    if (err != VSC_OK)
        return err;
    if (choices->json != NULL)
        json_open_array(choices->json, NULL);
    for (size_t i = 0; i < errand.profiles.count; i++) {
        const struct profile *profile = errand.profiles.items[i];
        struct problem one = {""};

        if (!profile_allows(profile, &errand.person) || (named != NULL && named != profile))
            continue;
        err = look_at(&errand, profile, choices, judge, &one);
        if (err != VSC_OK && first == VSC_OK) {
            first = err;
            *problem = one;
        }
    }
    if (choices->json != NULL)
        json_close_array(choices->json);
    return first;
}

enum vsc_err command_status(const struct choices *choices, struct problem *problem)
{
    return look(choices, false, problem);
}

enum vsc_err command_check(const struct choices *choices, struct problem *problem)
{
    return look(choices, true, problem);
}
