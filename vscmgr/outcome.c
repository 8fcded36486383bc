/* SPDX-License-Identifier: BSD-2-Clause */
/* What a card's answers are in words. */
#include "vscmgr/outcome.h"

#include <time.h>

static const char *tries(const struct card_state *state)
{
    return state->tries_left == 1 ? "try" : "tries";
}

enum vsc_err outcome_result(const struct card_outcome *outcome, const struct card_info *card,
                            struct problem *problem)
{
    const struct card_state *state = &outcome->state;

    if (outcome->result == VSC_PIN || outcome->result == VSC_PUK)
        return problem_set(problem, outcome->result, "%u %s left", state->tries_left, tries(state));
    if (outcome->result == VSC_PIN_BLOCKED)
        return problem_set(problem, VSC_PIN_BLOCKED,
                           "%s is blocked after %u wrong PINs (VSC-BLOCKED)", card->name,
                           state->tries_max);
    if (outcome->result == VSC_PUK_BLOCKED)
        return problem_set(problem, VSC_PUK_BLOCKED,
                           "of %s, after %u wrong ones; the administrator key still helps "
                           "(VSC-BLOCKED)",
                           card->name, state->tries_max);
    if (outcome->result == VSC_ADMIN_KEY)
        return problem_set(problem, VSC_ADMIN_KEY, "of %s; the TPM does not count these",
                           card->name);
    if (outcome->result == VSC_TPM_LOCKED)
        return problem_set(problem, VSC_TPM_LOCKED,
                           "try again in at most %u minutes (VSC-TPM-LOCKED)",
                           (state->locked_seconds + 59) / 60);
    if (outcome->result == VSC_CARD_GONE)
        return problem_set(problem, VSC_CARD_GONE, "enroll again (VSC-CARD-GONE)");
    return outcome->result;
}

void outcome_slow_down(enum vsc_err result)
{
    static const struct timespec pause = {.tv_sec = 1};

    if (result == VSC_ADMIN_KEY)
        (void)nanosleep(&pause, NULL);
}
