/* SPDX-License-Identifier: BSD-2-Clause */
/* What a stack makes of its modules' return codes: the rules of libpam's dispatcher (pam.conf.5).
 */
#include "vscmgr/stacks/stack.h"

/* libpam's answer where nothing has decided. */
#define MUST_FAIL PAM_PERM_DENIED

enum impression {
    IMPRESSION_NONE,
    IMPRESSION_POSITIVE,
    IMPRESSION_NEGATIVE,
};

struct state {
    enum impression impression;
    int status;
};

struct running {
    const struct stack *stack;
    struct state now;
    struct state before[STACK_DEPTH_MAX + 1]; /* as it was when the substack of a level began */
};

static void take_good(struct state *state, int code)
{
    bool open = state->impression == IMPRESSION_NONE ||
                (state->impression == IMPRESSION_POSITIVE && state->status == PAM_SUCCESS);

    if (!open)
        return;
    state->impression = IMPRESSION_POSITIVE;
    state->status = code;
}

static void take_bad(struct state *state, int code)
{
    if (state->impression == IMPRESSION_NEGATIVE)
        return;
    state->impression = IMPRESSION_NEGATIVE;
    state->status = code == PAM_IGNORE ? MUST_FAIL : code;
}

/* The line after those of the same substack, or deeper: a decision ends a substack only. */
static size_t end_of_level(const struct stack *stack, size_t at, unsigned level)
{
    if (level == 0)
        return stack->count;
    while (at < stack->count && stack->lines[at].level >= level)
        at++;
    return at;
}

/* Over `count` lines of this level (a substack counts as one); past the end nothing can succeed. */
static size_t jump(struct running *running, size_t at, int count)
{
    const struct stack *stack = running->stack;
    unsigned level = stack->lines[at].level;
    size_t next = at + 1;

    for (; count > 0 && next < stack->count && stack->lines[next].level >= level; count--) {
        next++;
        while (next < stack->count && stack->lines[next].level > level)
            next++;
    }
    if (count > 0)
        running->now = (struct state){IMPRESSION_NEGATIVE, MUST_FAIL};
    return next;
}

/* What follows from one code; returns the next line. */
static size_t act(struct running *running, size_t at, int code)
{
    const struct stack_line *line = &running->stack->lines[at];
    int action = code >= 0 && code < STACK_CODES ? line->actions[code] : ACTION_BAD;

    if (action > 0)
        return jump(running, at, action);
    if (action == ACTION_OK || action == ACTION_DONE)
        take_good(&running->now, code);
    else if (action == ACTION_BAD || action == ACTION_DIE)
        take_bad(&running->now, code);
    else if (action == ACTION_RESET)
        running->now = running->before[line->level];
    if (action == ACTION_DIE ||
        (action == ACTION_DONE && running->now.impression == IMPRESSION_POSITIVE))
        return end_of_level(running->stack, at + 1, line->level);
    return at + 1;
}

int stack_run(const struct stack *stack, stack_returns *returns, void *arg)
{
    struct running running = {.stack = stack, .now = {IMPRESSION_NONE, MUST_FAIL}};
    size_t at = 0;

    running.before[0] = running.now;
    while (at < stack->count) {
        const struct stack_line *line = &stack->lines[at];

        if (line->module[0] == '\0')
            running.before[line->level + 1] = running.now;
        at = line->module[0] == '\0' ? at + 1 : act(&running, at, returns(arg, line));
    }
    if (running.now.status == PAM_SUCCESS && running.now.impression != IMPRESSION_POSITIVE)
        return MUST_FAIL;
    return running.now.status;
}
