/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-enroll: a user gets and renews the certificate of the own card. */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "common/options.h"
#include "enroll/command.h"
#include "enroll/texts.h"

static const char usage[] =
    "usage: vsc-enroll list [--json]\n"
    "       vsc-enroll templates [--profile P]\n"
    "       vsc-enroll request [--profile P] [--card NAME|ID] [--yes] [--out FILE]\n"
    "                          [--import FILE]\n"
    "       vsc-enroll import FILE [--profile P] [--card NAME|ID]\n"
    "       vsc-enroll renew [--profile P] [--card NAME|ID] [--yes] [--out FILE]\n"
    "       vsc-enroll cancel [--profile P] [--card NAME|ID]\n"
    "       vsc-enroll status | check | pulse [--profile P] [--card NAME|ID]\n"
    "       vsc-enroll pulse --notify [--wait SECONDS]\n"
    "Every command takes -c CONF, --json, --pin prompt|stdin, --password prompt|stdin and\n"
    "--at YYYY-MM-DDTHH:MM:SSZ. See vsc-enroll(1).\n";

#define WAIT_MAX 28800 /* seconds: until the next pulse */

static const char *const pin_words[] = {"prompt", "stdin", NULL};

#define AT(member) offsetof(struct choices, member)
static const struct option options[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"profile", OPTION_STRING, AT(profile), 0, 0, NULL},
    {"card", OPTION_STRING, AT(card), 0, 0, NULL},
    {"out", OPTION_STRING, AT(out), 0, 0, NULL},
    {"import", OPTION_STRING, AT(import), 0, 0, NULL},
    {"at", OPTION_STRING, AT(at), 0, 0, NULL},
    {"pin", OPTION_CHOICE, AT(pin), 0, 0, pin_words},
    {"password", OPTION_CHOICE, AT(password), 0, 0, pin_words},
    {"json", OPTION_FLAG, AT(want_json), 0, 0, NULL},
    {"yes", OPTION_FLAG, AT(yes), 0, 0, NULL},
    {"notify", OPTION_FLAG, AT(notify), 0, 0, NULL},
    {"wait", OPTION_NUMBER, AT(wait), 1, WAIT_MAX, NULL},
    {0},
};

struct command {
    const char *name;
    enum vsc_err (*run)(const struct choices *choices, struct problem *problem);
};

static const struct command commands[] = {
    {"list", command_list},   {"request", command_request}, {"import", command_import},
    {"renew", command_renew}, {"cancel", command_cancel},   {"status", command_status},
    {"check", command_check}, {"pulse", command_pulse},     {"templates", command_templates},
};

/* That JSON is wanted counts where something else on the command line is wrong, too. */
static bool has_json(int argc, char **argv)
{
    bool found = false;

    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        found |= strcmp(argv[i], "--json") == 0;
    return found;
}

static enum vsc_err run(int argc, char **argv, struct choices *choices, struct json *json,
                        struct problem *problem)
{
    const char *words[2] = {NULL, NULL};
    size_t count = 0;
    enum vsc_err err;

    err = options_parse_command(options, argc, argv, choices, words, 2, &count, problem);
    if (choices->want_json || (err != VSC_OK && has_json(argc, argv)))
        choices->json = json;
    if (err != VSC_OK)
        return err;
    if (count == 0)
        return problem_set(problem, VSC_USAGE, "a command is missing (see vsc-enroll --help)");
    if (count == 2 && (strcmp(words[0], "import") != 0 || choices->import != NULL))
        return problem_set(problem, VSC_USAGE, "\"%s\": one word too many", words[1]);
    if (choices->notify &&
        (choices->want_json || choices->pin != 0 || strcmp(words[0], "pulse") != 0))
        return problem_set(problem, VSC_USAGE, "--notify is pulse's, without --json and --pin");
    if (choices->yes && strcmp(words[0], "request") != 0 && strcmp(words[0], "renew") != 0)
        return problem_set(problem, VSC_USAGE, "--yes is of request and renew");
    if (count == 2)
        choices->import = words[1];
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, words[0]) == 0)
            return commands[i].run(choices, problem);
    return problem_set(problem, VSC_USAGE, "%s: unknown command (see vsc-enroll --help)", words[0]);
}

/* A PIN is in this process for a while: no core dump, no ptrace by processes of the same user. */
static void harden(void)
{
    const struct rlimit none = {0};

    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    (void)umask(022);
}

int main(int argc, char **argv)
{
    struct choices choices = {.wait = WAIT_MAX};
    struct json json;
    struct problem problem = {""};
    bool written;
    enum vsc_err err;

    harden();
    texts_open();
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        (void)puts("vsc-enroll " VSC_VERSION);
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        (void)fputs(usage, stdout);
        return 0;
    }
    json_init(&json, stdout);
    err = run(argc - 1, argv + 1, &choices, &json, &problem);
    if (choices.json != NULL && err != VSC_OK && !json_has_begun(&json))
        report_failure(&json, err, problem.text);
    written = choices.json != NULL ? json_end(&json) : fflush(stdout) == 0 && ferror(stdout) == 0;
    if (!written && err == VSC_OK)
        err = problem_set(&problem, VSC_SYSTEM, "standard output cannot be written");
    if (err != VSC_OK)
        (void)fprintf(stderr, "vsc-enroll: %s%s%s\n", vsc_strerror(err),
                      problem.text[0] != '\0' ? ": " : "", problem.text);
    return vsc_exit_status(err);
}
