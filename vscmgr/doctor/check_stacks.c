/* SPDX-License-Identifier: BSD-2-Clause */
/* Every PAM stack that loads the module: what "vscmgr stacks check" finds, in the doctor's words.
 */
#include <stdlib.h>

#include "common/own.h"
#include "vscmgr/doctor/doctor.h"
#include "vscmgr/stacks/report.h"
#include "vscmgr/stacks/services.h"

static enum doctor_id id_of(enum stack_finding_id id)
{
    switch (id) {
    case STACK_FINDING_LETS_IN:
    case STACK_FINDING_ACCOUNT_LETS_IN:
    case STACK_FINDING_ACCOUNT_SKIPS:
        return FINDING_PAM_LETS_IN;
    case STACK_FINDING_LOCKS_OUT:
    case STACK_FINDING_NO_PROMPT:
    case STACK_FINDING_ROOT_ASKED:
    case STACK_FINDING_ACCOUNT_LOCKS_OUT:
    case STACK_FINDING_PASSWORD_LOCKS:
    case STACK_FINDING_PASSWORD_UNASKED:
        return FINDING_PAM_LOCKS_OUT;
    case STACK_FINDING_UNREADABLE:
        return FINDING_PAM_UNREADABLE;
    case STACK_FINDING_CARD_REFUSED:
    case STACK_FINDING_SETCRED_FAILS:
    case STACK_FINDING_PASSWORD_LIES:
    case STACK_FINDING_ASKED_TWICE:
    case STACK_FINDING_COUNT:
        break;
    }
    return FINDING_PAM_STACK;
}

static void tell(struct doctor *doctor, const struct stack_report *report)
{
    for (size_t i = 0; i < report->found_count; i++) {
        const struct stack_found *found = &report->found[i];

        if (found->id == STACK_FINDING_UNREADABLE)
            doctor_find(doctor, id_of(found->id), NULL, "%s: %s", report->service, found->why.text);
        else if (found->code != NULL)
            doctor_find(doctor, id_of(found->id), NULL, "%s (%s) after %s, %s:%u", report->service,
                        stack_finding_name(found->id), found->code, found->file, found->number);
        else
            doctor_find(doctor, id_of(found->id), NULL, "%s (%s) %s:%u", report->service,
                        stack_finding_name(found->id), found->file, found->number);
    }
}

void check_stacks(struct doctor *doctor)
{
    auto_free struct stack_services *services = calloc(1, sizeof(*services));
    auto_free struct stack_report *report = calloc(1, sizeof(*report));
    struct stack_folders folders = stack_folders_of(doctor->pam_folder);

    if (services == NULL || report == NULL)
        return;
    stack_services_list(&folders, services);
    for (size_t i = 0; i < services->count; i++)
        if (stack_report_make(&folders, services->names[i], report) == VSC_OK &&
            stack_report_loads(report))
            tell(doctor, report);
}
