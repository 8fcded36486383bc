/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr stacks: looks at PAM stacks, and puts them in place. */
#include "vscmgr/stacks.h"

#include <string.h>

static const struct {
    const char *name;
    enum vsc_err (*run)(const struct request *request);
} subcommands[] = {
    {"check", stacks_check}, {"enable", stacks_enable},     {"disable", stacks_disable},
    {"keep", stacks_keep},   {"rollback", stacks_rollback}, {"settle", stacks_settle},
};

enum vsc_err stacks_parse(const struct request *request, const struct option *table, void *target,
                          struct stacks_words *ret_words)
{
    return options_parse_command(table, request->argc, request->argv, target, ret_words->words,
                                 STACKS_WORDS_MAX, &ret_words->count, request->problem);
}

/* "vscmgr -c CONF stacks check" and the like: the word may stand behind the option. */
enum vsc_err command_stacks(const struct request *request)
{
    int at = request->argc > 2 && strcmp(request->argv[0], "-c") == 0 ? 2 : 0;
    struct request inner = {request->argc - at - 1, request->argv + at + 1, request->problem};

    if (request->argc <= at)
        return problem_set(request->problem, VSC_USAGE, "stacks: what? (see vscmgr --help)");
    for (size_t i = 0; i < sizeof(subcommands) / sizeof(subcommands[0]); i++)
        if (strcmp(subcommands[i].name, request->argv[at]) == 0)
            return subcommands[i].run(&inner);
    return problem_set(request->problem, VSC_USAGE, "stacks %s: unknown (see vscmgr --help)",
                       request->argv[at]);
}
