/* SPDX-License-Identifier: BSD-2-Clause */
/* The command lines of Windows' tpmvscmgr.exe, turned into ours. */
#ifndef VSC_VSCMGR_WINDOWS_H
#define VSC_VSCMGR_WINDOWS_H

#include <stdbool.h>

#include "common/err.h"
#include "common/problem.h"

#define WINDOWS_ARGS_MAX 64

struct windows_line {
    char *argv[WINDOWS_ARGS_MAX + 2]; /* borrowed or from `text`; NULL at the end */
    int argc;
    char text[4096]; /* room for what was rewritten */
};

/* Is help wanted (/?, anywhere), or nothing said at all? */
bool windows_wants_help(int argc, char **argv);
/* How the commands are called, in the shape that the Windows tool has. */
void windows_help(void);

/*
 * argv[0..argc-1] follow the program's name: "create /name X /pin DEFAULT ...", options and their
 * fixed values in any case, names as they are; /pinpolicy takes all words up to the next option, or
 * one that is quoted; options of ours (-c, --json) may stand behind.
 */
must_check enum vsc_err windows_translate(int argc, char **argv, struct windows_line *ret_line,
                                          struct problem *problem);
/*
 * The same command line for another machine (`argv` has a /machine): what a shell must be given so
 * that ssh runs it there, on standard output. Nothing is done: always an error.
 */
must_check enum vsc_err windows_remote(int argc, char **argv, struct problem *problem);
bool windows_is_remote(int argc, char **argv);

#endif
