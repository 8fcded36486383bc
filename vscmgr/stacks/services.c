/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/stacks/services.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@+"

bool stack_is_service_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && name[0] != '-' && strlen(name) < STACK_NAME_SIZE &&
           strspn(name, NAME_CHARACTERS) == strlen(name);
}

static int is_service(const struct dirent *entry)
{
    return stack_is_service_name(entry->d_name) && strncmp(entry->d_name, "common-", 7) != 0;
}

static void add(struct stack_services *services, const char *name)
{
    for (size_t i = 0; i < services->count; i++)
        if (strcmp(services->names[i], name) == 0)
            return;
    if (services->count < STACK_SERVICES_MAX) /* its length: is_service */
        memcpy(services->names[services->count++], name, strlen(name) + 1);
}

static int compare(const void *left, const void *right)
{
    return strcmp(left, right);
}

void stack_services_list(const struct stack_folders *folders, struct stack_services *ret_services)
{
    ret_services->count = 0;
    for (size_t i = 0; folders->paths[i] != NULL; i++) {
        struct dirent **entries = NULL;
        int count = scandir(folders->paths[i], &entries, is_service, alphasort);

        for (int k = 0; k < count; k++) {
            add(ret_services, entries[k]->d_name);
            free(entries[k]);
        }
        free(entries);
    }
    qsort(ret_services->names, ret_services->count, STACK_NAME_SIZE, compare);
}
