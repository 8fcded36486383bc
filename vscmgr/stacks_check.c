/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr stacks check: what each code of the module leads to, and what is wrong with it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "vscmgr/stacks.h"
#include "vscmgr/stacks/services.h"
#include "vscmgr/stacks_print.h"

struct check_options {
    const char *conf, *folder;
    bool json;
};

#define AT(member) offsetof(struct check_options, member)
static const struct option check_table[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"folder", OPTION_PATH, AT(folder), 0, 0, NULL},
    {"json", OPTION_FLAG, AT(json), 0, 0, NULL},
    {0},
};

struct checking {
    struct stack_folders folders;
    struct stack_services services;
    struct stack_report report;
    char *texts[STACK_SERVICES_MAX]; /* what is told of each service; NULL: nothing, or no more */
    bool named;                      /* the services were named */
    bool as_json;
    struct json json;
    size_t found, told;
};

static void checking_free(struct checking *checking)
{
    for (size_t i = 0; i < STACK_SERVICES_MAX; i++)
        free(checking->texts[i]);
    free(checking);
}
DEFINE_AUTO(struct checking, checking_free)

static enum vsc_err keep_text(struct checking *checking, size_t number)
{
    size_t len;
    FILE *stream = open_memstream(&checking->texts[number], &len);

    if (stream == NULL)
        return VSC_MEMORY;
    stacks_print(stream, &checking->report);
    return fclose(stream) == 0 ? VSC_OK : VSC_MEMORY;
}

/* With the pam-auth-update profile most services have the same to tell: it is told once. */
static void print_texts(struct checking *checking)
{
    for (size_t i = 0; i < checking->services.count; i++) {
        if (checking->texts[i] == NULL)
            continue;
        (void)fputs(checking->services.names[i], stdout);
        for (size_t j = i + 1; j < checking->services.count; j++) {
            if (checking->texts[j] == NULL || strcmp(checking->texts[i], checking->texts[j]) != 0)
                continue;
            (void)printf(", %s", checking->services.names[j]);
            free(checking->texts[j]);
            checking->texts[j] = NULL;
        }
        (void)printf("\n%s", checking->texts[i]);
    }
}

static enum vsc_err check_one(struct checking *checking, size_t number)
{
    const char *service = checking->services.names[number];
    enum vsc_err err = stack_report_make(&checking->folders, service, &checking->report);

    if (err != VSC_OK)
        return err;
    if (!checking->named && !stack_report_loads(&checking->report) &&
        checking->report.found_count == 0)
        return VSC_OK;
    checking->found += checking->report.found_count;
    checking->told++;
    if (!checking->as_json)
        return keep_text(checking, number);
    stacks_print_json(&checking->json, &checking->report);
    return VSC_OK;
}

static enum vsc_err take_services(struct checking *checking, const struct stacks_words *words,
                                  struct problem *problem)
{
    checking->named = words->count > 0;
    if (!checking->named)
        stack_services_list(&checking->folders, &checking->services);
    for (size_t i = 0; i < words->count; i++) {
        if (!stack_is_service_name(words->words[i]))
            return problem_set(problem, VSC_USAGE, "%s: no name of a service", words->words[i]);
        (void)snprintf(checking->services.names[checking->services.count++], STACK_NAME_SIZE, "%s",
                       words->words[i]);
    }
    return VSC_OK;
}

enum vsc_err stacks_check(const struct request *request)
{
    auto_by(checking_free) struct checking *checking = calloc(1, sizeof(*checking));
    struct check_options options = {0};
    struct stacks_words words = {.count = 0};
    enum vsc_err err = stacks_parse(request, check_table, &options, &words);

    if (err != VSC_OK || checking == NULL)
        return err != VSC_OK ? err : VSC_MEMORY;
    checking->folders = stack_folders_of(options.folder);
    checking->as_json = options.json;
    err = take_services(checking, &words, request->problem);
    if (err != VSC_OK)
        return err;
    json_init(&checking->json, stdout);
    if (options.json)
        json_open_array(&checking->json, NULL);
    for (size_t i = 0; err == VSC_OK && i < checking->services.count; i++)
        err = check_one(checking, i);
    if (options.json) {
        json_close_array(&checking->json);
        if (!json_end(&checking->json) && err == VSC_OK)
            err = problem_set(request->problem, VSC_SYSTEM, "standard output cannot be written");
    } else if (checking->told == 0) {
        (void)puts("No stack loads " STACK_MODULE ".");
    }
    print_texts(checking);
    if (err == VSC_OK && checking->found > 0)
        return problem_set(request->problem, VSC_UNWELL, "see above");
    return err;
}
