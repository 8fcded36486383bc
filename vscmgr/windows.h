/* SPDX-License-Identifier: BSD-2-Clause */
/* The command lines of Windows' tpmvscmgr.exe, turned into ours. */
#ifndef VSC_VSCMGR_WINDOWS_H
#define VSC_VSCMGR_WINDOWS_H

#include "common/err.h"
#include "common/problem.h"

#define WINDOWS_ARGS_MAX 64

struct windows_line {
    char *argv[WINDOWS_ARGS_MAX + 2]; /* borrowed or from `text`; NULL at the end */
    int argc;
    char text[4096]; /* room for what was rewritten */
};

/*
 * argv[0..argc-1] follow the program's name: "create /name X /pin DEFAULT ...", options and their
 * fixed values in any case, names as they are; options of ours (-c, --json) may stand behind.
 */
must_check enum vsc_err windows_translate(int argc, char **argv, struct windows_line *ret_line,
                                          struct problem *problem);

#endif
