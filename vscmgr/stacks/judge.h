/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is wrong with a stack that loads pam_vsc.so: a failure of the module that lets somebody in
 * (CVE-2025-24531), and a stack that nobody without a card gets through.
 */
#ifndef VSC_VSCMGR_STACKS_JUDGE_H
#define VSC_VSCMGR_STACKS_JUDGE_H

#include "vscmgr/stacks/stack.h"

#define STACK_MODULE "pam_vsc.so"

/*
 * Does the stack let somebody in who gave no proof: pam_vsc fails, every other module that asks for
 * one does too, and all that ask for none are content? *ret_code is the code of pam_vsc that does.
 */
bool stack_lets_failure_through(const struct stack *stack, int *ret_code);

/* Does it refuse somebody who has no card, but whatever else is asked for? */
bool stack_locks_out(const struct stack *stack);

/* "authinfo_unavail": a code as pam.conf(5) writes it. */
const char *stack_code_name(int code);

#endif
