/* SPDX-License-Identifier: BSD-2-Clause */
/* The services that have a PAM stack. */
#ifndef VSC_VSCMGR_STACKS_SERVICES_H
#define VSC_VSCMGR_STACKS_SERVICES_H

#include "vscmgr/stacks/stack.h"

#define STACK_SERVICES_MAX 512

struct stack_services {
    char names[STACK_SERVICES_MAX][STACK_NAME_SIZE];
    size_t count;
};

/* May a service have this name? No path, nothing hidden, nothing that could be an option. */
bool stack_is_service_name(const char *name);
/*
 * Each once, in the order of their names. Files that are parts of others look alike; Debian names
 * them common-*, and they are left out: they are judged as what they bring. Allocated by the
 * caller.
 */
void stack_services_list(const struct stack_folders *folders, struct stack_services *ret_services);

#endif
