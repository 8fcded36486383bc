/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a stack that loads pam_vsc.so makes of each code that the module may return, found out by
 * running it: with the modules that ask for a proof refusing and content, and with each way in
 * which those that look at who asks from where may answer.
 */
#ifndef VSC_VSCMGR_STACKS_JUDGE_H
#define VSC_VSCMGR_STACKS_JUDGE_H

#include "vscmgr/stacks/kind.h"
#include "vscmgr/stacks/stack.h"

enum stack_facility {
    FACILITY_AUTH,
    FACILITY_ACCOUNT,
    FACILITY_PASSWORD,
    FACILITY_COUNT
};

enum stack_end {
    END_LET_IN, /* whatever other modules say that ask for a proof */
    END_OTHERS, /* it goes on to those: they decide */
    END_REFUSED,
};

struct stack_verdict {
    int code; /* of our module */
    enum stack_end end;
    char file[STACK_FILE_SIZE]; /* of the line that decides, or that asks; "" where none does */
    unsigned number;
    char module[STACK_NAME_SIZE];
};

const char *stack_facility_name(enum stack_facility facility);
const char *stack_end_name(enum stack_end end);

/* The codes that the module may return there by pam_vsc(8): its success first. */
size_t stack_codes_of(enum stack_facility facility, const int **ret_codes);

/* How the modules of a run answer. */
struct stack_world {
    enum stack_facility facility;
    int ours, prover;
    unsigned refusal;    /* > 0: those that ask for a proof refuse, each in its way, instead */
    unsigned conditions; /* a bit for each in the order of the lines: content */
    bool root;           /* root asks: pam_rootok is content */
    bool is_setcred;
    bool absent; /* modules that need not be there are not */
    const struct stack *stack;
};

/* A stack_returns: arg is a struct stack_world. */
int stack_world_returns(void *arg, const struct stack_line *line);

/* In how many ways the modules that ask for a proof can refuse: `refusal` is at most that. */
unsigned stack_refusals(const struct stack *stack, enum stack_facility facility);

/* Is there an answer of the conditions with which such a run succeeds? Where one of them is content
 * our module must have been asked: else it is that rule that lets in. *ret_walk tells of that run,
 * or of the last one. */
bool stack_can_succeed(const struct stack *stack, struct stack_world *world,
                       struct stack_walk *ret_walk);

struct stack_verdict stack_judge(const struct stack *stack, enum stack_facility facility, int code);

#endif
