/* SPDX-License-Identifier: BSD-2-Clause */
/* certcheck(1): a table of commands; the one without a name checks certificates. */
#include <stdio.h>
#include <string.h>

#include "certcheck/cli/command.h"

static const struct command {
    const char *name;
    int (*run)(const struct request *request);
} commands[] = {
    {"explain", command_explain},
    {"facts", command_facts},
    {"refresh", command_refresh},
    {"test", command_test},
};

static bool has_option(int argc, char *const *argv, const char *option)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], option) == 0)
            return true;
    return false;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* certcheck -c CONF COMMAND ...: the command to the front. */
static void put_command_first(int argc, char **argv)
{
    char *command = argc > 2 ? argv[2] : NULL;

    if (command == NULL || strcmp(argv[0], "-c") != 0 || find_command(command) == NULL)
        return;
    argv[2] = argv[1];
    argv[1] = argv[0];
    argv[0] = command;
}

static int run(int argc, char **argv)
{
    const struct command *command;

    put_command_first(argc, argv);
    command = argc > 0 ? find_command(argv[0]) : NULL;
    if (has_option(argc, argv, "--help"))
        return command_usage(stdout);
    if (has_option(argc, argv, "--version"))
        return printf("certcheck %s\n", VSC_VERSION) > 0 ? 0 : 3;
    if (command != NULL)
        return command->run(&(struct request){argc - 1, argv + 1});
    return command_check(&(struct request){argc, argv});
}

int main(int argc, char **argv)
{
    int status = run(argc > 0 ? argc - 1 : 0, argv + (argc > 0));

    return fflush(stdout) == 0 ? status : 3;
}
