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
    const struct stack_line *by;
};

struct running {
    const struct stack *stack;
    struct state now;
    struct state before[STACK_DEPTH_MAX + 1]; /* as it was when the substack of a level began */
};

/* A line that was asked: what it says now, and by which code the way is chosen. */
struct said {
    const struct stack_line *line;
    int code, chosen;
};

static bool is_open(const struct state *state)
{
    return state->impression == IMPRESSION_NONE ||
           (state->impression == IMPRESSION_POSITIVE && state->status == PAM_SUCCESS);
}

/* A module that has nothing to say now, and did before, leaves it at that. */
static bool is_silent(const struct said *said)
{
    return said->code == PAM_IGNORE && said->chosen != said->code;
}

static void take_good(struct state *state, const struct said *said)
{
    if (is_open(state) && !is_silent(said))
        *state = (struct state){IMPRESSION_POSITIVE, said->code, said->line};
}

static void take_bad(struct state *state, const struct said *said)
{
    if (state->impression == IMPRESSION_NEGATIVE)
        return;
    *state = (struct state){IMPRESSION_NEGATIVE, said->code == PAM_IGNORE ? MUST_FAIL : said->code,
                            said->line};
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
        running->now = (struct state){IMPRESSION_NEGATIVE, MUST_FAIL, &stack->lines[at]};
    return next;
}

/* What follows from one code; returns the next line. */
static size_t act(struct running *running, size_t at, const struct said *said)
{
    const struct stack_line *line = said->line;
    int action =
        said->chosen >= 0 && said->chosen < STACK_CODES ? line->actions[said->chosen] : ACTION_BAD;

    if (action > 0)
        return jump(running, at, action);
    if (action == ACTION_OK || action == ACTION_DONE)
        take_good(&running->now, said);
    else if (action == ACTION_BAD || action == ACTION_DIE)
        take_bad(&running->now, said);
    else if (action == ACTION_RESET)
        running->now = running->before[line->level];
    if (action == ACTION_DIE ||
        (action == ACTION_DONE && running->now.impression == IMPRESSION_POSITIVE))
        return end_of_level(running->stack, at + 1, line->level);
    return at + 1;
}

static int run(struct running *running, const struct stack_walk *before, stack_returns *returns,
               void *arg, struct stack_walk *walk)
{
    const struct stack *stack = running->stack;
    size_t at = 0;

    running->now = running->before[0] = (struct state){IMPRESSION_NONE, MUST_FAIL, NULL};
    for (size_t i = 0; i < stack->count; i++)
        walk->codes[i] = STACK_UNASKED;
    while (at < stack->count) {
        const struct stack_line *line = &stack->lines[at];
        struct said said = {.line = line};

        if (line->module[0] == '\0') {
            running->before[line->level + 1] = running->now;
            at++;
            continue;
        }
        said.code = walk->codes[at] = returns(arg, line);
        said.chosen =
            before != NULL && before->codes[at] != STACK_UNASKED ? before->codes[at] : said.code;
        at = act(running, at, &said);
    }
    walk->by = running->now.by;
    if (running->now.status == PAM_SUCCESS && running->now.impression != IMPRESSION_POSITIVE)
        return MUST_FAIL;
    return running->now.status;
}

int stack_run(const struct stack *stack, stack_returns *returns, void *arg,
              struct stack_walk *ret_walk)
{
    struct running running = {.stack = stack};
    struct stack_walk walk;

    return run(&running, NULL, returns, arg, ret_walk != NULL ? ret_walk : &walk);
}

int stack_run_again(const struct stack *stack, const struct stack_walk *before,
                    stack_returns *returns, void *arg)
{
    struct running running = {.stack = stack};
    struct stack_walk walk;

    return run(&running, before, returns, arg, &walk);
}
