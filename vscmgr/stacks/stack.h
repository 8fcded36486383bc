/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PAM stack as libpam reads it (pam.conf.5): the lines of one facility of one service, with what
 * "include" and "substack" bring, and what becomes of each return code.
 */
#ifndef VSC_VSCMGR_STACKS_STACK_H
#define VSC_VSCMGR_STACKS_STACK_H

#include <security/_pam_types.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/problem.h"

#define STACK_CODES       _PAM_RETURN_VALUES
#define STACK_LINES_MAX   256
#define STACK_DEPTH_MAX   16 /* files within files; libpam allows 16 substacks */
#define STACK_NAME_SIZE   64
#define STACK_FILE_SIZE   256
#define STACK_FOLDERS_MAX 3
#define STACK_UNASKED     (-1) /* the code of a line that was jumped over */

/* Above 0: so many lines are jumped over. */
enum stack_action {
    ACTION_IGNORE = 0,
    ACTION_OK = -1,
    ACTION_DONE = -2,
    ACTION_BAD = -3,
    ACTION_DIE = -4,
    ACTION_RESET = -5,
    ACTION_UNSET = -6, /* while a line is read */
};

struct stack_line {
    char module[STACK_NAME_SIZE]; /* "pam_unix.so", without its folder; "" opens a substack */
    int actions[STACK_CODES];     /* enum stack_action, or a jump */
    unsigned level;               /* of substacks: 0 is the service's own file */
    char file[STACK_FILE_SIZE];   /* where it stands, with its folder */
    unsigned number;              /* of the line there */
    bool use_authtok;             /* it takes the new password that another module asked for */
    bool ask_authtok;             /* it asks for one (pam_vsc.8) */
    bool may_be_absent;           /* "-auth": the module need not be there */
};

struct stack {
    struct stack_line lines[STACK_LINES_MAX];
    size_t count;
};

/* Where the files of services are: the first folder that has one counts. */
struct stack_folders {
    const char *paths[STACK_FOLDERS_MAX + 1]; /* NULL at the end */
};

/* `folder` alone; NULL: those of the system, as libpam looks. */
struct stack_folders stack_folders_of(const char *folder);

/*
 * Read the lines of `facility` ("auth") of the service `name`; where it has none, those of the
 * service "other" count. VSC_INPUT with file and line in `problem` for a file that is not there or
 * a line that libpam would refuse; libpam lets such a stack fail.
 */
must_check enum vsc_err stack_read(const struct stack_folders *folders, const char *name,
                                   const char *facility, struct stack *ret_stack,
                                   struct problem *problem);
bool stack_has(const struct stack *stack, const char *module);

/* "authinfo_unavail": a code as pam.conf(5) writes it, and back (-1 for a name that is none). */
const char *stack_code_name(int code);
int stack_code_of(const char *name);

/* What the module of a line returns. */
typedef int stack_returns(void *arg, const struct stack_line *line);

/* How a stack ran. */
struct stack_walk {
    int codes[STACK_LINES_MAX];  /* of each line, STACK_UNASKED where it was not asked */
    const struct stack_line *by; /* whose code the result is; NULL: no line has decided */
};

/*
 * What pam_authenticate() returns when each module returns what `returns` says (pam_dispatch).
 * `ret_walk` may be NULL.
 */
int stack_run(const struct stack *stack, stack_returns *returns, void *arg,
              struct stack_walk *ret_walk);
/*
 * What pam_setcred() returns after the authenticate of which `before` tells: libpam goes the way
 * that it went then, whatever the modules say now. Without one (cron) `before` is NULL.
 */
int stack_run_again(const struct stack *stack, const struct stack_walk *before,
                    stack_returns *returns, void *arg);

#endif
