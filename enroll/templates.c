/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-enroll templates: what AD CS offers this user. */
#include <stdio.h>

#include "enroll/command.h"
#include "enroll/xcep/xcep.h"

#define DAY 86400

static void put_words(const struct xcep_template *template)
{
    (void)printf("%s (%s, version %u.%u): %llu days, renewed in the last %llu%s%s%s\n",
                 template->name, template->oid[0] != '\0' ? template->oid : "no OID",
                 template->major, template->minor, (unsigned long long)template->validity / DAY,
                 (unsigned long long)template->renewal / DAY,
                 template->may_enroll ? "" : "; not for you",
                 (template->enrollment_flags & XCEP_PEND_ALL) != 0 ? "; wants approval" : "",
                 (template->private_key_flags & XCEP_ATTEST_REQUIRED) != 0
                     ? "; requires attestation, which is not possible here"
                     : "");
}

static void put_json(struct json *json, const struct xcep_template *template)
{
    json_open_object(json, NULL);
    json_foreign(json, "name", template->name);
    json_string(json, "oid", template->oid[0] != '\0' ? template->oid : NULL);
    json_number(json, "schema", template->schema);
    json_number(json, "major", template->major);
    json_number(json, "minor", template->minor);
    json_number(json, "validity_seconds", (int64_t) template->validity);
    json_number(json, "renewal_seconds", (int64_t) template->renewal);
    json_bool(json, "enroll", template->may_enroll);
    json_bool(json, "auto_enroll", template->may_auto_enroll);
    json_number(json, "key_bits", template->key_bits);
    json_bool(json, "approval", (template->enrollment_flags & XCEP_PEND_ALL) != 0);
    json_bool(json, "prompt", (template->enrollment_flags & XCEP_USER_INTERACTION) != 0);
    json_bool(json, "same_key", (template->private_key_flags & XCEP_SAME_KEY) != 0);
    json_bool(json, "attestation", (template->private_key_flags & XCEP_ATTEST_REQUIRED) != 0);
    json_bool(json, "subject_supplied",
              (template->subject_name_flags & XCEP_SUBJECT_SUPPLIED) != 0);
    json_open_array(json, "supersedes");
    for (size_t i = 0; i < template->supersedes_count; i++)
        json_foreign(json, NULL, template->supersedes[i]);
    json_close_array(json);
    json_close_object(json);
}

enum vsc_err command_templates(const struct choices *choices, struct problem *problem)
{
    auto_errand struct errand errand = {.folder = -1};
    auto_policies struct xcep_policies policies = {.count = 0};
    const struct profile *profile = NULL;
    char code[CODE_MAX] = "";
    enum vsc_err err = open_errand(choices, &errand, problem);

    if (err == VSC_OK)
        err = find_profile(&errand, choices->profile, &profile, problem);
    if (err == VSC_OK && profile->backend != PROFILE_XCEP)
        err = problem_set(problem, VSC_USAGE, "%s: its back end is not \"xcep-wstep\"",
                          profile->name);
    if (err == VSC_OK)
        err = xcep_policies(profile, &policies, code, problem);
    if (err != VSC_OK)
        return err;
    if (choices->json != NULL)
        json_open_array(choices->json, NULL);
    for (size_t i = 0; i < policies.count; i++) {
        if (choices->json != NULL)
            put_json(choices->json, &policies.templates[i]);
        else
            put_words(&policies.templates[i]);
    }
    if (choices->json != NULL)
        json_close_array(choices->json);
    return VSC_OK;
}
