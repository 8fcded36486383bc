/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr doctor: examines, mends where asked for, and tells. */
#include <stdio.h>
#include <stdlib.h>

#include "common/json.h"
#include "common/own.h"
#include "vscmgr/command.h"
#include "vscmgr/doctor/doctor.h"
#include "vscmgr/doctor/fix.h"
#include "vscmgr/secrets.h"

struct doctor_options {
    const char *conf, *pam, *helpers;
    int lockoutauth;
    bool json, fix;
};

#define AT(member) offsetof(struct doctor_options, member)
static const struct option doctor_table[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"json", OPTION_FLAG, AT(json), 0, 0, NULL},
    {"fix", OPTION_FLAG, AT(fix), 0, 0, NULL},
    {"lockoutauth", OPTION_CHOICE, AT(lockoutauth), 0, 0, words_lockoutauth},
    {"pam", OPTION_PATH, AT(pam), 0, 0, NULL},
    {"helpers", OPTION_PATH, AT(helpers), 0, 0, NULL},
    {0},
};

DEFINE_AUTO(struct conf, conf_free)

/* Every kind that was found, once. */
static bool mend(struct doctor *doctor)
{
    bool mended = false;

    for (enum doctor_id id = 0; id < FINDING_COUNT; id++) {
        doctor_fix *fix = doctor_fix_of(id);
        struct problem problem = {""};
        enum vsc_err err;

        if (fix == NULL || !doctor_has(doctor, id))
            continue;
        err = fix(doctor, &problem);
        mended = mended || err == VSC_OK;
        if (err != VSC_OK)
            (void)fprintf(stderr, "vscmgr: %s: not mended: %s%s%s\n", doctor_id_name(id),
                          vsc_strerror(err), problem.text[0] != '\0' ? ": " : "", problem.text);
    }
    return mended;
}

/* What was found before and is no more, in front of what is found now. */
static void examine_again(struct doctor *doctor)
{
    auto_free struct doctor *before = malloc(sizeof(*before));

    if (before == NULL)
        return;
    *before = *doctor;
    tpm_close(&doctor->tpm);
    doctor_examine(doctor);
    for (size_t i = 0; i < before->count; i++) {
        struct doctor_finding *finding = &before->items[i];

        if (doctor_has(doctor, finding->id) || doctor->count == DOCTOR_MAX)
            continue;
        finding->fixed = true;
        doctor->items[doctor->count++] = *finding;
    }
}

/* The password is asked for, or made and told, only where a fix will use it. */
static enum vsc_err mend_all(const struct doctor_options *options, struct doctor *doctor,
                             struct problem *problem)
{
    bool needed = doctor_has(doctor, FINDING_LOCKOUT_OPEN) || doctor_has(doctor, FINDING_DA_LAX) ||
                  doctor_has(doctor, FINDING_DA_STRICT);
    enum vsc_err err = VSC_OK;

    if (needed)
        err =
            secret_get_lockout(words_lockoutauth[options->lockoutauth], &doctor->lockout, problem);
    if (err == VSC_OK && mend(doctor))
        examine_again(doctor);
    secret_done(&doctor->lockout);
    return err;
}

static void print_text(const struct doctor *doctor)
{
    size_t open = 0;

    for (size_t i = 0; i < doctor->count; i++) {
        const struct doctor_finding *finding = &doctor->items[i];

        (void)printf("%s %s%s%s: %s%s%s\n",
                     finding->fixed                 ? "mended "
                     : doctor_is_error(finding->id) ? "error  "
                                                    : "warning",
                     doctor_id_name(finding->id), finding->card[0] != '\0' ? ", card " : "",
                     finding->card, doctor_text(finding->id),
                     finding->detail[0] != '\0' ? ": " : "", finding->detail);
        if (finding->fixed)
            continue;
        open++;
        (void)printf("        remedy: %s\n", doctor_remedy(finding->id));
    }
    if (doctor->lost > 0)
        (void)printf("and %zu more\n", doctor->lost);
    if (open == 0)
        (void)puts("Nothing is wrong.");
}

static enum vsc_err print_json(const struct doctor *doctor, struct problem *problem)
{
    struct json json;

    json_init(&json, stdout);
    json_open_array(&json, NULL);
    for (size_t i = 0; i < doctor->count; i++) {
        const struct doctor_finding *finding = &doctor->items[i];

        json_open_object(&json, NULL);
        json_string(&json, "id", doctor_id_name(finding->id));
        json_string(&json, "severity", doctor_is_error(finding->id) ? "error" : "warning");
        json_string(&json, "card", finding->card[0] != '\0' ? finding->card : NULL);
        json_string(&json, "text", doctor_text(finding->id));
        json_string(&json, "detail", finding->detail[0] != '\0' ? finding->detail : NULL);
        json_string(&json, "remedy", doctor_remedy(finding->id));
        json_bool(&json, "fixable", doctor_fix_of(finding->id) != NULL);
        json_bool(&json, "fixed", finding->fixed);
        json_close_object(&json);
    }
    json_close_array(&json);
    if (!json_end(&json))
        return problem_set(problem, VSC_SYSTEM, "standard output cannot be written");
    return VSC_OK;
}

static bool is_healthy(const struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->count; i++)
        if (!doctor->items[i].fixed)
            return false;
    return true;
}

/* A configuration that cannot be read is a finding; all that needs none is looked at still. */
static void load(const struct doctor_options *options, struct conf **ret_conf,
                 struct problem *ret_fault)
{
    if (conf_load(options->conf, ret_conf, ret_fault) != VSC_OK && ret_fault->text[0] == '\0')
        (void)problem_set(ret_fault, VSC_CONFIG, "%s", options->conf);
}

enum vsc_err command_doctor(const struct request *request)
{
    struct doctor_options options = {.helpers = VSC_LIBEXECDIR};
    auto_free struct doctor *doctor = calloc(1, sizeof(*doctor));
    auto_by(conf_free) struct conf *conf = NULL;
    struct problem fault = {""};
    enum vsc_err err = command_parse(request, doctor_table, &options, NULL, 0);

    if (err != VSC_OK || doctor == NULL)
        return err != VSC_OK ? err : VSC_MEMORY;
    if (options.lockoutauth != 0 && !options.fix)
        return problem_set(request->problem, VSC_USAGE, "--lockoutauth is for --fix");
    load(&options, &conf, &fault);
    doctor->conf = conf;
    doctor->pam_folder = options.pam;
    doctor->helpers = options.helpers;
    doctor_examine(doctor);
    if (options.fix && conf != NULL)
        err = mend_all(&options, doctor, request->problem);
    if (conf == NULL)
        doctor_find(doctor, FINDING_CONF_FAULT, NULL, "%s", fault.text);
    tpm_close(&doctor->tpm);
    if (err == VSC_OK && options.json)
        err = print_json(doctor, request->problem);
    else if (err == VSC_OK)
        print_text(doctor);
    if (err == VSC_OK && !is_healthy(doctor))
        return problem_set(request->problem, VSC_UNWELL, "see above");
    return err;
}
