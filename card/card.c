/* SPDX-License-Identifier: BSD-2-Clause */
/* What every card source has in common. */
#include "card/card.h"

void card_source_free(struct card_source *source)
{
    if (source != NULL)
        source->ops->free(source);
}

enum vsc_err card_state_allows(const struct card_state *state, uint16_t keep,
                               struct problem *problem)
{
    if (keep == 0 || !state->tries_known || state->tries_left > keep)
        return VSC_OK;
    return problem_set(problem, VSC_DENIED, "the last %u tries are the owner's", keep);
}

enum vsc_err card_pin_check(const struct secret *pin, struct problem *problem)
{
    if (pin->len == 0)
        return problem_set(problem, VSC_PIN_POLICY, "the PIN is empty");
    if (pin->len > PIN_MAX)
        return problem_set(problem, VSC_PIN_POLICY, "the PIN is longer than %d characters",
                           PIN_MAX);
    for (size_t i = 0; i < pin->len; i++) {
        if (pin->bytes[i] < ' ' || pin->bytes[i] > '~')
            return problem_set(problem, VSC_PIN_POLICY,
                               "the PIN has a character that is not printable ASCII");
    }
    return VSC_OK;
}
