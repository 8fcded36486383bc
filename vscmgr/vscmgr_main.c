/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr, and tpmvscmgr by the name it is called with: a table of commands. */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "vscmgr/command.h"
#include "vscmgr/windows.h"

static const char usage[] =
    "usage: vscmgr create --name NAME [--pin default|prompt|stdin]\n"
    "              [--adminkey default|random|prompt|stdin] [--puk default|prompt|stdin]\n"
    "              [--owner USER] [--generate] [--key rsa2048|rsa3072|p256|p384]\n"
    "              [--pinpolicy \"minlen N maxlen N uppercase required ...\"] [--tries N]\n"
    "              [--must-change] [--ownerauth empty|prompt|stdin]\n"
    "              [--lockoutauth keep|random|prompt|stdin] [--helpdesk prompt|stdin]\n"
    "              [--helpdesk-key prompt|stdin]\n"
    "              [--attestation aik_only|aik_and_cert] [--json] [--quiet]\n"
    "       vscmgr destroy --instance ID | --name NAME [--yes] [--ownerauth empty|prompt|stdin]\n"
    "              [--quiet]\n"
    "       vscmgr list [--json]\n"
    "       vscmgr show NAME|ID [--json]\n"
    "       vscmgr set-owner NAME|ID USER | --none [--quiet]\n"
    "       vscmgr passwd NAME|ID [--pin prompt|stdin] [--quiet]\n"
    "       vscmgr unblock NAME|ID [--adminkey default|prompt|stdin|kept [--must-change]]\n"
    "              [--puk default|prompt|stdin] [--challenge] [--pin prompt|stdin] [--quiet]\n"
    "       vscmgr answer [--card CODE] [--challenge CODE | --card-key] [--master prompt|stdin]\n"
    "       vscmgr rotate-adminkey NAME|ID [--adminkey default|prompt|stdin|kept]\n"
    "              [--new prompt|stdin|random|kept] [--quiet]\n"
    "       vscmgr rotate-adminkey NAME|ID --profile PROFILE | --all [--quiet]\n"
    "       vscmgr change-puk NAME|ID [--puk prompt|stdin] [--quiet]\n"
    "       vscmgr generate NAME|ID [--key rsa2048|rsa3072|p256|p384] [--quiet]\n"
    "       vscmgr delete-key NAME|ID KEY [--yes] [--quiet]\n"
    "       vscmgr csr NAME|ID [--key-id KEY] [--subject DN] [--upn UPN] [--out FILE]\n"
    "              [--pin prompt|stdin]\n"
    "       vscmgr import NAME|ID FILE [--quiet]\n"
    "       vscmgr attest NAME|ID [--nonce HEX|FILE] [--csr FILE] [--keyless] [--out FILE]\n"
    "       vscmgr attest NAME|ID --activate CHALLENGE [--out FILE]\n"
    "       vscmgr attest --verify BUNDLE [--ek-roots PATH] [--ak NAME] [--nonce HEX|FILE]\n"
    "              [--csr FILE] [--json]\n"
    "       vscmgr attest --challenge BUNDLE --ek-roots PATH --out FILE --secret-out FILE\n"
    "       vscmgr doctor [--fix] [--lockoutauth random|prompt|stdin] [--json]\n"
    "       vscmgr stacks check [SERVICE...] [--folder DIR] [--json]\n"
    "       vscmgr stacks enable SERVICE... [--rollback TIME|never] [--from DIR] [--quiet]\n"
    "       vscmgr stacks disable SERVICE...\n"
    "       vscmgr stacks keep | rollback | settle [--wait]\n"
    "Every command takes -c CONF, before or after it. See vscmgr(8).\n";

struct command {
    const char *name;
    enum vsc_err (*run)(const struct request *request);
};

static const struct command commands[] = {
    {"create", command_create},
    {"destroy", command_destroy},
    {"list", command_list},
    {"show", command_show},
    {"set-owner", command_set_owner},
    {"passwd", command_passwd},
    {"unblock", command_unblock},
    {"rotate-adminkey", command_rotate_adminkey},
    {"change-puk", command_change_puk},
    {"generate", command_generate},
    {"delete-key", command_delete_key},
    {"csr", command_csr},
    {"import", command_import},
    {"answer", command_answer},
    {"attest", command_attest},
    {"doctor", command_doctor},
    {"stacks", command_stacks},
};

static bool wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return true;
    return false;
}

/* vscmgr -c CONF COMMAND ...: the command to the front. */
static void put_command_first(int argc, char **argv)
{
    char *command = argc > 2 ? argv[2] : NULL;

    if (command == NULL || strcmp(argv[0], "-c") != 0)
        return;
    argv[2] = argv[1];
    argv[1] = argv[0];
    argv[0] = command;
}

static enum vsc_err run(int argc, char **argv, struct problem *problem)
{
    struct request request = {.argc = argc - 1, .argv = argv + 1, .problem = problem};

    if (argc > 0 && strcmp(argv[0], "--version") == 0) {
        (void)puts("vscmgr " VSC_VERSION);
        return VSC_OK;
    }
    if (wants_help(argc, argv)) {
        (void)fputs(usage, stdout);
        return VSC_OK;
    }
    if (argc == 0)
        return problem_set(problem, VSC_USAGE, "a command is missing (see vscmgr --help)");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, argv[0]) == 0)
            return commands[i].run(&request);
    return problem_set(problem, VSC_USAGE, "%s: unknown command (see vscmgr --help)", argv[0]);
}

static enum vsc_err run_windows(int argc, char **argv, struct problem *problem)
{
    struct windows_line line;
    enum vsc_err err;

    if (windows_wants_help(argc, argv)) {
        windows_help();
        return argc > 0 ? VSC_OK : problem_set(problem, VSC_USAGE, "a command is missing");
    }
    if (windows_is_remote(argc, argv))
        return windows_remote(argc, argv, problem);
    err = windows_translate(argc, argv, &line, problem);
    return err == VSC_OK ? run(line.argc, line.argv, problem) : err;
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
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : argv[0];
    struct problem problem = {0};
    enum vsc_err err;

    harden();
    if (argc < 1)
        return vsc_exit_status(VSC_USAGE);
    put_command_first(argc - 1, argv + 1);
    if (strcmp(name, "tpmvscmgr") == 0)
        err = run_windows(argc - 1, argv + 1, &problem);
    else
        err = run(argc - 1, argv + 1, &problem);
    /* Who reads an empty list must not take it for the whole one. */
    if ((fflush(stdout) != 0 || ferror(stdout) != 0) && err == VSC_OK)
        err = problem_set(&problem, VSC_SYSTEM, "standard output cannot be written");
    if (err != VSC_OK)
        (void)fprintf(stderr, "%s: %s%s%s\n", name, vsc_strerror(err),
                      problem.text[0] != '\0' ? ": " : "", problem.text);
    return vsc_exit_status(err);
}
