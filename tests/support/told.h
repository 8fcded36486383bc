/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stacks of real modules, run by the real libpam: each module in them gives way to pam_told.so
 * (tests/modules), which returns what a world of vscmgr/stacks/judge.h says for that line.
 */
#ifndef VSC_TESTS_SUPPORT_TOLD_H
#define VSC_TESTS_SUPPORT_TOLD_H

#include <limits.h>

#include "vscmgr/stacks/judge.h"

/* The stacks of one test, as they are ("plain") and with told modules ("told"), below *state. */
struct told {
    void **state;
    char module[PATH_MAX]; /* pam_told.so, absolute */
    char plain[256], told[256];
};

void told_begin(struct told *told, void **state, const char *module);
void told_file(const struct told *told, const char *name, const char *text, size_t len);
/* What libpam answers for the facility where each line answers as in `world`. */
int told_run(const struct told *told, const char *service, const struct stack *stack,
             struct stack_world *world);
/* pam_setcred() after a pam_authenticate() in `world` (of which *ret_auth tells); NULL: without. */
int told_setcred(const struct told *told, const char *service, const struct stack *stack,
                 struct stack_world *world, int *ret_auth);
/* stack_judge(), but by libpam's answers. Each answer is compared with stack_run()'s as well. */
enum stack_end told_judge(const struct told *told, const char *service, const struct stack *stack,
                          enum stack_facility facility, int code);

#endif
