/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/cli/command.h"

static const char usage[] =
    "usage: certcheck [-c CONF] [--json] [--at YYYY-MM-DDTHH:MM:SSZ] [--user NAME]\n"
    "                 [--service NAME] [--anchors PATH] [--intermediates PATH] [--crl PATH]\n"
    "                 [--purpose smartcard-logon|client-auth|any]\n"
    "                 [--revocation hard|soft|off] [--no-mapping] CERT...\n"
    "       certcheck explain [--json] [CODE...]\n"
    "       certcheck facts [--json] CERT...\n"
    "       certcheck refresh [-c CONF] [--json]\n"
    "       certcheck test [-c CONF] [--json] [OPTION...] FILE...\n"
    "See certcheck(1).\n";

int command_usage(FILE *out)
{
    return fputs(usage, out) >= 0 ? 0 : 3;
}

int command_failed(enum vsc_err err, const struct problem *problem)
{
    (void)fprintf(stderr, "certcheck: %s%s\n", err == VSC_CERT ? "malformed-certificate: " : "",
                  *problem->text != '\0' ? problem->text : vsc_strerror(err));
    return vsc_exit_status(err);
}

int command_misused(void)
{
    (void)command_usage(stderr);
    return vsc_exit_status(VSC_USAGE);
}

int command_worse(int a, int b)
{
    return a > b ? a : b;
}

enum vsc_err command_parse(const struct request *request, const struct option *table, void *target,
                           struct words *words)
{
    struct problem problem = {""};
    enum vsc_err err = VSC_MEMORY;

    words->items = calloc(WORDS_MAX, sizeof(*words->items));
    if (words->items != NULL)
        err = options_parse_command(table, request->argc, request->argv, target, words->items,
                                    WORDS_MAX, &words->count, &problem);
    if (err == VSC_OK)
        return VSC_OK;
    (void)command_failed(err, &problem);
    if (err == VSC_USAGE)
        (void)command_misused();
    return err;
}
