/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/pin_policy.h"

#include <stddef.h>

enum pin_class {
    CLASS_UPPERCASE,
    CLASS_LOWERCASE,
    CLASS_DIGITS,
    CLASS_SPECIAL,
    CLASS_COUNT
};

/* Not isupper() and its kin: the host's locale must not change what a PIN is. */
static enum pin_class class_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return CLASS_UPPERCASE;
    if (c >= 'a' && c <= 'z')
        return CLASS_LOWERCASE;
    if (c >= '0' && c <= '9')
        return CLASS_DIGITS;
    return CLASS_SPECIAL;
}

enum vsc_err pin_policy_check(const struct pin_policy *policy, const struct secret *pin,
                              struct problem *problem)
{
    static const char *const names[CLASS_COUNT] = {"uppercase letters", "lowercase letters",
                                                   "digits", "special characters"};
    const enum pin_rule rules[CLASS_COUNT] = {policy->uppercase, policy->lowercase, policy->digits,
                                              policy->specialchars};
    size_t counts[CLASS_COUNT] = {0};

    if (pin->len == 0 || pin->len < policy->minlen)
        return problem_set(problem, VSC_PIN_POLICY, "the PIN needs at least %u characters",
                           policy->minlen > 0 ? policy->minlen : 1);
    if (pin->len > policy->maxlen || pin->len > PIN_MAX)
        return problem_set(problem, VSC_PIN_POLICY, "the PIN may have at most %u characters",
                           policy->maxlen < PIN_MAX ? policy->maxlen : PIN_MAX);
    for (size_t i = 0; i < pin->len; i++) {
        if (pin->bytes[i] < ' ' || pin->bytes[i] > '~')
            return problem_set(problem, VSC_PIN_POLICY,
                               "the PIN may hold printable ASCII characters only");
        counts[class_of(pin->bytes[i])]++;
    }
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        if (rules[i] == PIN_REQUIRED && counts[i] == 0)
            return problem_set(problem, VSC_PIN_POLICY, "the PIN needs %s", names[i]);
        if (rules[i] == PIN_DISALLOWED && counts[i] > 0)
            return problem_set(problem, VSC_PIN_POLICY, "the PIN may not hold %s", names[i]);
    }
    return VSC_OK;
}
