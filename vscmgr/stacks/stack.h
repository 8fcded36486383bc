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

#define STACK_CODES     _PAM_RETURN_VALUES
#define STACK_LINES_MAX 256
#define STACK_DEPTH_MAX 16 /* files within files; libpam allows 16 substacks */
#define STACK_NAME_SIZE 64

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
    char file[STACK_NAME_SIZE];   /* where it stands, within the folder */
    unsigned number;              /* of the line there */
};

struct stack {
    struct stack_line lines[STACK_LINES_MAX];
    size_t count;
};

/*
 * Read the lines of `facility` ("auth") of the service `name` in `folder` (/etc/pam.d). VSC_INPUT
 * with file and line in `problem` for a file that is not there or a line that libpam would refuse;
 * libpam lets such a stack fail as a whole.
 */
must_check enum vsc_err stack_read(const char *folder, const char *name, const char *facility,
                                   struct stack *ret_stack, struct problem *problem);
bool stack_has(const struct stack *stack, const char *module);

/* What the module of a line returns. */
typedef int stack_returns(void *arg, const struct stack_line *line);

/* What pam_authenticate() returns when each module returns what `returns` says (pam_dispatch). */
int stack_run(const struct stack *stack, stack_returns *returns, void *arg);

#endif
