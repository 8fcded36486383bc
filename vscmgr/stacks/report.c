/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/stacks/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"

enum severity {
    SEVERITY_ERROR,
    SEVERITY_WARNING,
};

static const struct {
    const char *name;
    enum severity severity;
    const char *text, *remedy;
} rows[STACK_FINDING_COUNT] = {
#define STACK_ROW(name, id, severity, text, remedy)                                                \
    [STACK_FINDING_##name] = {id, SEVERITY_##severity, text, remedy},
    STACK_FINDINGS(STACK_ROW)
#undef STACK_ROW
};

/* Services that ask nobody: they call pam_acct_mgmt and pam_setcred without pam_authenticate. */
static const char *const promptless[] = {"cron", "crond", "atd", "at", "anacron", "systemd-user"};

const char *stack_finding_name(enum stack_finding_id id)
{
    return rows[id].name;
}

bool stack_finding_is_error(enum stack_finding_id id)
{
    return rows[id].severity == SEVERITY_ERROR;
}

const char *stack_finding_text(enum stack_finding_id id)
{
    return rows[id].text;
}

const char *stack_finding_remedy(enum stack_finding_id id)
{
    return rows[id].remedy;
}

static bool is_promptless(const char *service)
{
    for (size_t i = 0; i < sizeof(promptless) / sizeof(promptless[0]); i++)
        if (strcmp(promptless[i], service) == 0)
            return true;
    return false;
}

/* Card-only on purpose: there is a service for the password beside it. */
static bool is_for_cards(const char *service)
{
    return strstr(service, "smartcard") != NULL;
}

static struct stack_found *find(struct stack_report *report, enum stack_finding_id id,
                                const struct stack_verdict *verdict)
{
    static struct stack_found lost;
    struct stack_found *found = &lost;

    if (report->found_count < STACK_FOUND_MAX)
        found = &report->found[report->found_count++];
    *found = (struct stack_found){.id = id};
    if (verdict == NULL)
        return found;
    found->code = stack_code_name(verdict->code);
    (void)snprintf(found->file, sizeof(found->file), "%s", verdict->file);
    found->number = verdict->number;
    return found;
}

/* Where our module stands. */
static const struct stack_line *our_line(const struct stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        if (stack_kind_of(stack->lines[i].module) == KIND_OURS)
            return &stack->lines[i];
    return NULL;
}

static void find_at(struct stack_report *report, enum stack_finding_id id,
                    const struct stack_line *line)
{
    struct stack_found *found = find(report, id, NULL);

    if (line == NULL)
        return;
    (void)snprintf(found->file, sizeof(found->file), "%s", line->file);
    found->number = line->number;
}

/* The first verdict behind the success that ends so. */
static const struct stack_verdict *failure_that(const struct stack_report *report,
                                                enum stack_facility facility, enum stack_end end)
{
    for (size_t i = 1; i < report->verdict_count[facility]; i++)
        if (report->verdicts[facility][i].end == end)
            return &report->verdicts[facility][i];
    return NULL;
}

static const struct stack_verdict *verdict_of(const struct stack_report *report,
                                              enum stack_facility facility, int code)
{
    for (size_t i = 0; i < report->verdict_count[facility]; i++)
        if (report->verdicts[facility][i].code == code)
            return &report->verdicts[facility][i];
    return NULL;
}

static bool asks_root(const struct stack *stack)
{
    struct stack_world world = {.facility = FACILITY_AUTH,
                                .ours = PAM_CONV_ERR,
                                .prover = PAM_AUTH_ERR,
                                .root = true,
                                .conditions = ~0U,
                                .stack = stack};
    bool has_rootok = false, asked = false;
    struct stack_walk walk;

    for (size_t i = 0; i < stack->count; i++)
        has_rootok = has_rootok || stack_kind_of(stack->lines[i].module) == KIND_ROOTOK;
    (void)stack_run(stack, stack_world_returns, &world, &walk);
    for (size_t i = 0; i < stack->count; i++)
        asked = asked || (walk.codes[i] != STACK_UNASKED &&
                          stack_kind_of(stack->lines[i].module) == KIND_OURS);
    return has_rootok && asked;
}

static bool asks_twice(const struct stack *stack)
{
    struct stack_world world = {.facility = FACILITY_AUTH, .ours = PAM_AUTHINFO_UNAVAIL};
    struct stack_walk walk;
    unsigned asked = 0;

    (void)stack_can_succeed(stack, &world, &walk);
    for (size_t i = 0; i < stack->count; i++)
        asked +=
            walk.codes[i] != STACK_UNASKED && stack_kind_of(stack->lines[i].module) == KIND_OURS;
    return asked > 1;
}

/* pam_setcred after a sign-in by card; and, `alone`, without one. */
static bool has_setcred(const struct stack *stack, bool alone)
{
    struct stack_world world = {.facility = FACILITY_AUTH, .prover = PAM_AUTH_ERR, .absent = true};
    struct stack_walk walk;

    if (!alone && !stack_can_succeed(stack, &world, &walk)) {
        world.prover = PAM_SUCCESS; /* the card and the password */
        if (!stack_can_succeed(stack, &world, &walk))
            return true; /* told as CARD_REFUSED */
    }
    world.prover = PAM_SUCCESS;
    world.is_setcred = true;
    world.stack = stack;
    return stack_run_again(stack, alone ? NULL : &walk, stack_world_returns, &world) == PAM_SUCCESS;
}

static void look_at_auth(struct stack_report *report, const struct stack *stack)
{
    const struct stack_verdict *way_in = failure_that(report, FACILITY_AUTH, END_LET_IN);
    const struct stack_verdict *none = verdict_of(report, FACILITY_AUTH, PAM_AUTHINFO_UNAVAIL);
    const struct stack_verdict *card = &report->verdicts[FACILITY_AUTH][0];

    if (is_promptless(report->service)) {
        if (!has_setcred(stack, true))
            find_at(report, STACK_FINDING_NO_PROMPT, our_line(stack));
        return;
    }
    if (way_in != NULL)
        (void)find(report, STACK_FINDING_LETS_IN, way_in);
    if (none->end == END_REFUSED && !is_for_cards(report->service))
        (void)find(report, STACK_FINDING_LOCKS_OUT, none);
    if (card->end == END_REFUSED)
        (void)find(report, STACK_FINDING_CARD_REFUSED, card);
    if (!has_setcred(stack, false))
        find_at(report, STACK_FINDING_SETCRED_FAILS, our_line(stack));
    if (asks_root(stack))
        find_at(report, STACK_FINDING_ROOT_ASKED, our_line(stack));
    if (asks_twice(stack))
        find_at(report, STACK_FINDING_ASKED_TWICE, our_line(stack));
}

static void look_at_account(struct stack_report *report, const struct stack *stack)
{
    const struct stack_verdict *good = &report->verdicts[FACILITY_ACCOUNT][0];
    const struct stack_verdict *not_ours = verdict_of(report, FACILITY_ACCOUNT, PAM_IGNORE);

    (void)stack;
    for (size_t i = 1; i < report->verdict_count[FACILITY_ACCOUNT]; i++) {
        const struct stack_verdict *verdict = &report->verdicts[FACILITY_ACCOUNT][i];

        if (verdict->code == PAM_IGNORE || verdict->code == PAM_NEW_AUTHTOK_REQD ||
            verdict->end == END_REFUSED)
            continue;
        (void)find(report, STACK_FINDING_ACCOUNT_LETS_IN, verdict);
        break;
    }
    if (good->end == END_LET_IN && not_ours->end != END_LET_IN)
        (void)find(report, STACK_FINDING_ACCOUNT_SKIPS, good);
    if (not_ours->end == END_REFUSED)
        (void)find(report,
                   is_promptless(report->service) ? STACK_FINDING_NO_PROMPT
                                                  : STACK_FINDING_ACCOUNT_LOCKS_OUT,
                   not_ours);
}

/* Who has no card: is a module asked for a password that another one should have asked for? */
static const struct stack_line *unasked(const struct stack *stack)
{
    struct stack_world world = {.facility = FACILITY_PASSWORD, .ours = PAM_AUTHINFO_UNAVAIL};
    struct stack_walk walk;

    if (!stack_can_succeed(stack, &world, &walk))
        return NULL;
    for (size_t i = 0; i < stack->count; i++) {
        const struct stack_line *line = &stack->lines[i];
        enum stack_kind kind = stack_kind_of(line->module);

        if (walk.codes[i] == STACK_UNASKED ||
            (kind != KIND_PROVER && kind != KIND_QUALITY && kind != KIND_OURS))
            continue;
        if (kind == KIND_OURS ? line->ask_authtok : !line->use_authtok)
            return NULL;
        if (kind != KIND_OURS)
            return line;
    }
    return NULL;
}

static void look_at_password(struct stack_report *report, const struct stack *stack)
{
    const struct stack_verdict *lie = failure_that(report, FACILITY_PASSWORD, END_LET_IN);
    const struct stack_verdict *none = verdict_of(report, FACILITY_PASSWORD, PAM_AUTHINFO_UNAVAIL);
    const struct stack_line *line = unasked(stack);

    if (lie != NULL)
        (void)find(report, STACK_FINDING_PASSWORD_LIES, lie);
    /* Where a card's PIN cannot be changed either, the service changes nothing on purpose. */
    if (none->end == END_REFUSED && !is_for_cards(report->service) &&
        report->verdicts[FACILITY_PASSWORD][0].end != END_REFUSED)
        (void)find(report, STACK_FINDING_PASSWORD_LOCKS, none);
    if (line != NULL)
        find_at(report, STACK_FINDING_PASSWORD_UNASKED, line);
}

static void look_at(struct stack_report *report, const struct stack *stack,
                    enum stack_facility facility)
{
    static void (*const looks[])(struct stack_report *, const struct stack *) = {
        [FACILITY_AUTH] = look_at_auth,
        [FACILITY_ACCOUNT] = look_at_account,
        [FACILITY_PASSWORD] = look_at_password,
    };
    const int *codes;
    size_t count = stack_codes_of(facility, &codes);

    for (size_t i = 0; i < count && i < STACK_CODES_MAX; i++)
        report->verdicts[facility][report->verdict_count[facility]++] =
            stack_judge(stack, facility, codes[i]);
    looks[facility](report, stack);
}

/* Once, where a file cannot be read for any facility. */
static void find_unreadable(struct stack_report *report, const struct problem *why)
{
    for (size_t i = 0; i < report->found_count; i++)
        if (strcmp(report->found[i].why.text, why->text) == 0)
            return;
    find(report, STACK_FINDING_UNREADABLE, NULL)->why = *why;
}

enum vsc_err stack_report_make(const struct stack_folders *folders, const char *service,
                               struct stack_report *ret_report)
{
    auto_free struct stack *stack = calloc(1, sizeof(*stack));

    if (stack == NULL)
        return VSC_MEMORY;
    *ret_report = (struct stack_report){.found_count = 0};
    (void)snprintf(ret_report->service, sizeof(ret_report->service), "%s", service);
    for (enum stack_facility facility = 0; facility < FACILITY_COUNT; facility++) {
        struct problem problem = {""};
        enum vsc_err err =
            stack_read(folders, service, stack_facility_name(facility), stack, &problem);

        if (err == VSC_MEMORY)
            return err;
        ret_report->loads[facility] = stack_has(stack, STACK_MODULE);
        if (err != VSC_OK)
            find_unreadable(ret_report, &problem);
        else if (ret_report->loads[facility])
            look_at(ret_report, stack, facility);
    }
    return VSC_OK;
}

bool stack_report_loads(const struct stack_report *report)
{
    for (size_t i = 0; i < FACILITY_COUNT; i++)
        if (report->loads[i])
            return true;
    return false;
}

bool stack_report_has_error(const struct stack_report *report)
{
    for (size_t i = 0; i < report->found_count; i++)
        if (stack_finding_is_error(report->found[i].id))
            return true;
    return false;
}
