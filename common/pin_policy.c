/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/pin_policy.h"

#include <stddef.h>

/* Not isupper() and its kin: the host's locale must not change what a PIN is. */
static enum pin_class class_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return PIN_UPPERCASE;
    if (c >= 'a' && c <= 'z')
        return PIN_LOWERCASE;
    if (c >= '0' && c <= '9')
        return PIN_DIGITS;
    return PIN_SPECIAL;
}

struct pin_flaw pin_policy_flaw(const struct pin_policy *policy, const struct secret *pin)
{
    const enum pin_rule rules[PIN_CLASSES] = {policy->uppercase, policy->lowercase, policy->digits,
                                              policy->specialchars};
    size_t counts[PIN_CLASSES] = {0};

    if (pin->len == 0 || pin->len < policy->minlen)
        return (struct pin_flaw){.kind = FLAW_SHORT,
                                 .limit = policy->minlen > 0 ? policy->minlen : 1};
    if (pin->len > policy->maxlen || pin->len > PIN_MAX)
        return (struct pin_flaw){.kind = FLAW_LONG,
                                 .limit = policy->maxlen < PIN_MAX ? policy->maxlen : PIN_MAX};
    for (size_t i = 0; i < pin->len; i++) {
        if (pin->bytes[i] < ' ' || pin->bytes[i] > '~')
            return (struct pin_flaw){.kind = FLAW_CHARACTER};
        counts[class_of(pin->bytes[i])]++;
    }
    for (enum pin_class i = PIN_UPPERCASE; i < PIN_CLASSES; i++) {
        if (rules[i] == PIN_REQUIRED && counts[i] == 0)
            return (struct pin_flaw){.kind = FLAW_LACKS, .class = i};
        if (rules[i] == PIN_DISALLOWED && counts[i] > 0)
            return (struct pin_flaw){.kind = FLAW_HOLDS, .class = i};
    }
    return (struct pin_flaw){.kind = FLAW_NONE};
}

enum vsc_err pin_policy_check(const struct pin_policy *policy, const struct secret *pin,
                              struct problem *problem)
{
    static const char *const names[PIN_CLASSES] = {"uppercase letters", "lowercase letters",
                                                   "digits", "special characters"};
    const struct pin_flaw flaw = pin_policy_flaw(policy, pin);

    switch (flaw.kind) {
    case FLAW_NONE:
        return VSC_OK;
    case FLAW_SHORT:
        return problem_set(problem, VSC_PIN_POLICY, "the PIN needs at least %u characters",
                           flaw.limit);
    case FLAW_LONG:
        return problem_set(problem, VSC_PIN_POLICY, "the PIN may have at most %u characters",
                           flaw.limit);
    case FLAW_CHARACTER:
        return problem_set(problem, VSC_PIN_POLICY,
                           "the PIN may hold printable ASCII characters only");
    case FLAW_LACKS:
        return problem_set(problem, VSC_PIN_POLICY, "the PIN needs %s", names[flaw.class]);
    case FLAW_HOLDS:
        return problem_set(problem, VSC_PIN_POLICY, "the PIN may not hold %s", names[flaw.class]);
    }
    return VSC_PIN_POLICY;
}
