/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges a stack by running it, see the header. */
#include "vscmgr/stacks/judge.h"

#include <stdio.h>
#include <string.h>

#define CONDITIONS_MAX 8 /* those behind them answer as the last */
#define PROVERS_MAX    3 /* the same */

static const int auth_codes[] = {PAM_SUCCESS,           PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR,
                                 PAM_CRED_INSUFFICIENT, PAM_MAXTRIES,         PAM_USER_UNKNOWN,
                                 PAM_SERVICE_ERR,       PAM_CONV_ERR,         PAM_BUF_ERR};
static const int account_codes[] = {PAM_SUCCESS,      PAM_IGNORE,      PAM_NEW_AUTHTOK_REQD,
                                    PAM_ACCT_EXPIRED, PAM_PERM_DENIED, PAM_SERVICE_ERR,
                                    PAM_CONV_ERR,     PAM_BUF_ERR};
static const int password_codes[] = {
    PAM_SUCCESS,  PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR,    PAM_AUTHTOK_ERR, PAM_PERM_DENIED,
    PAM_MAXTRIES, PAM_USER_UNKNOWN,     PAM_SERVICE_ERR, PAM_CONV_ERR,    PAM_BUF_ERR};

/* How a module that asks for a proof may refuse: some do not know the user at all, and one may not
 * be there. */
static const int auth_refusals[] = {PAM_AUTH_ERR, PAM_USER_UNKNOWN, PAM_AUTHINFO_UNAVAIL,
                                    PAM_IGNORE, PAM_MODULE_UNKNOWN};
static const int account_refusals[] = {PAM_ACCT_EXPIRED, PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL,
                                       PAM_MODULE_UNKNOWN};
static const int password_refusals[] = {PAM_AUTHTOK_ERR, PAM_AUTH_ERR, PAM_USER_UNKNOWN,
                                        PAM_PERM_DENIED, PAM_MODULE_UNKNOWN};

#define ROW(name)                                                                                  \
    {                                                                                              \
#name, name##_codes, sizeof(name##_codes) / sizeof(int), name##_refusals,                  \
            sizeof(name##_refusals) / sizeof(int)                                                  \
    }
static const struct {
    const char *name;
    const int *codes;
    size_t code_count;
    const int *refusals;
    size_t refusal_count;
} facilities[FACILITY_COUNT] = {
    [FACILITY_AUTH] = ROW(auth),
    [FACILITY_ACCOUNT] = ROW(account),
    [FACILITY_PASSWORD] = ROW(password),
};

const char *stack_facility_name(enum stack_facility facility)
{
    return facilities[facility].name;
}

const char *stack_end_name(enum stack_end end)
{
    static const char *const names[] = {
        [END_LET_IN] = "let-in", [END_OTHERS] = "others", [END_REFUSED] = "refused"};

    return names[end];
}

size_t stack_codes_of(enum stack_facility facility, const int **ret_codes)
{
    *ret_codes = facilities[facility].codes;
    return facilities[facility].code_count;
}

static unsigned count_before(const struct stack *stack, const struct stack_line *end,
                             enum stack_kind kind, unsigned max)
{
    unsigned count = 0;

    for (const struct stack_line *line = stack->lines; line < end; line++)
        count += stack_kind_of(line->module) == kind;
    return count < max ? count : max;
}

static unsigned count_of(const struct stack *stack, enum stack_kind kind, unsigned max)
{
    return count_before(stack, stack->lines + stack->count, kind, max);
}

unsigned stack_refusals(const struct stack *stack, enum stack_facility facility)
{
    unsigned ways = 1;

    for (unsigned i = count_of(stack, KIND_PROVER, PROVERS_MAX); i > 0; i--)
        ways *= (unsigned)facilities[facility].refusal_count;
    return ways;
}

/* The number of the refusal has a digit for each of them. */
static int prover_returns(const struct stack_world *world, const struct stack_line *line)
{
    const unsigned base = (unsigned)facilities[world->facility].refusal_count;
    unsigned digits = world->refusal;
    int code = world->prover;

    if (world->refusal > 0) {
        digits--;
        for (unsigned i = count_before(world->stack, line, KIND_PROVER, PROVERS_MAX - 1); i > 0;
             i--)
            digits /= base;
        code = facilities[world->facility].refusals[digits % base];
    }
    if (code == PAM_MODULE_UNKNOWN && !line->may_be_absent)
        return PAM_AUTH_ERR;
    /* Some ignore whom they do not know, but not this one. */
    return code == PAM_IGNORE && strcmp(line->module, "pam_unix.so") == 0 ? PAM_USER_UNKNOWN : code;
}

static int condition_returns(const struct stack_world *world, const struct stack_line *line)
{
    /* A rule that is enough by itself ("these may") is not our module's fault. */
    if (world->facility == FACILITY_AUTH && line->actions[PAM_SUCCESS] == ACTION_DONE)
        return PAM_AUTH_ERR;
    return (world->conditions >>
                count_before(world->stack, line, KIND_CONDITION, CONDITIONS_MAX - 1) &
            1) != 0
               ? PAM_SUCCESS
               : PAM_AUTH_ERR;
}

int stack_world_returns(void *arg, const struct stack_line *line)
{
    const struct stack_world *world = arg;

    if (world->absent && line->may_be_absent)
        return PAM_MODULE_UNKNOWN;
    switch (stack_kind_of(line->module)) {
    case KIND_OURS:
        return world->ours;
    case KIND_PROVER:
        return prover_returns(world, line);
    case KIND_CONDITION:
        return world->is_setcred ? PAM_IGNORE : condition_returns(world, line);
    case KIND_ROOTOK:
        return world->root || world->is_setcred ? PAM_SUCCESS : PAM_AUTH_ERR;
    case KIND_DENY:
        return world->is_setcred ? PAM_CRED_ERR : PAM_AUTH_ERR;
    case KIND_QUALITY:
    case KIND_OTHER:
        break;
    }
    return PAM_SUCCESS;
}

static bool has_asked_ours(const struct stack *stack, const struct stack_walk *walk)
{
    for (size_t i = 0; i < stack->count; i++)
        if (walk->codes[i] != STACK_UNASKED && stack_kind_of(stack->lines[i].module) == KIND_OURS)
            return true;
    return false;
}

bool stack_can_succeed(const struct stack *stack, struct stack_world *world,
                       struct stack_walk *ret_walk)
{
    const unsigned count = count_of(stack, KIND_CONDITION, CONDITIONS_MAX);

    world->stack = stack;
    for (unsigned answers = 0; answers < 1U << count; answers++) { /* the last: all are content */
        world->conditions = answers;
        if (stack_run(stack, stack_world_returns, world, ret_walk) == PAM_SUCCESS &&
            (answers == 0 || has_asked_ours(stack, ret_walk)))
            return true;
    }
    return false;
}

static void tell(struct stack_verdict *verdict, const struct stack_line *line)
{
    if (line == NULL)
        return;
    (void)snprintf(verdict->file, sizeof(verdict->file), "%s", line->file);
    (void)snprintf(verdict->module, sizeof(verdict->module), "%s", line->module);
    verdict->number = line->number;
}

/* The first module behind ours that was asked for a proof. */
static const struct stack_line *first_prover(const struct stack *stack,
                                             const struct stack_walk *walk)
{
    bool behind = false;

    for (size_t i = 0; i < stack->count; i++) {
        enum stack_kind kind = stack_kind_of(stack->lines[i].module);

        if (walk->codes[i] == STACK_UNASKED)
            continue;
        if (behind && kind == KIND_PROVER)
            return &stack->lines[i];
        behind = behind || kind == KIND_OURS;
    }
    return NULL;
}

struct stack_verdict stack_judge(const struct stack *stack, enum stack_facility facility, int code)
{
    struct stack_verdict verdict = {.code = code, .end = END_LET_IN};
    struct stack_world world = {.facility = facility, .ours = code};
    struct stack_walk walk;

    for (world.refusal = 1; world.refusal <= stack_refusals(stack, facility); world.refusal++)
        if (stack_can_succeed(stack, &world, &walk)) {
            tell(&verdict, walk.by);
            return verdict;
        }
    world.refusal = 0;
    world.prover = PAM_SUCCESS;
    if (stack_can_succeed(stack, &world, &walk)) {
        verdict.end = END_OTHERS;
        tell(&verdict, first_prover(stack, &walk));
        return verdict;
    }
    verdict.end = END_REFUSED;
    tell(&verdict, walk.by);
    return verdict;
}
