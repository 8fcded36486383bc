/* SPDX-License-Identifier: BSD-2-Clause */
/* Every PAM stack that loads the module: does a failure let somebody in, or nobody in at all? */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "vscmgr/doctor/doctor.h"
#include "vscmgr/stacks/judge.h"

#define SERVICES_MAX 512

/* Card-only on purpose: there is a service for the password beside it. */
static bool is_for_cards(const char *service)
{
    return strstr(service, "smartcard") != NULL;
}

static void check_service(struct doctor *doctor, const char *service, struct stack *stack)
{
    struct problem problem = {""};
    int code = PAM_SUCCESS;

    if (stack_read(doctor->pam_folder, service, "auth", stack, &problem) != VSC_OK) {
        if (stack_has(stack, STACK_MODULE))
            doctor_find(doctor, FINDING_PAM_UNREADABLE, NULL, "%s: %s", service, problem.text);
        return;
    }
    if (!stack_has(stack, STACK_MODULE))
        return;
    if (stack_lets_failure_through(stack, &code))
        doctor_find(doctor, FINDING_PAM_LETS_IN, NULL, "%s: after %s", service,
                    stack_code_name(code));
    if (!is_for_cards(service) && stack_locks_out(stack))
        doctor_find(doctor, FINDING_PAM_LOCKS_OUT, NULL, "%s", service);
}

/* Files that are parts of others are no services, but nothing tells them apart: Debian names them
 * common-*, others *-auth. They are judged as what they bring. */
static int is_service(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strncmp(entry->d_name, "common-", 7) != 0 &&
           strchr(entry->d_name, '~') == NULL;
}

void check_stacks(struct doctor *doctor)
{
    auto_free struct stack *stack = calloc(1, sizeof(*stack));
    struct dirent **services = NULL;
    int count = scandir(doctor->pam_folder, &services, is_service, alphasort);

    for (int i = 0; i < count; i++) {
        if (stack != NULL && i < SERVICES_MAX)
            check_service(doctor, services[i]->d_name, stack);
        free(services[i]);
    }
    free(services);
}
