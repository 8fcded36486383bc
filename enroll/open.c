/* SPDX-License-Identifier: BSD-2-Clause */
/* Where every command begins. */
#include "enroll/command.h"

enum vsc_err open_errand(const struct choices *choices, struct errand *ret_errand,
                         struct problem *problem)
{
    enum vsc_err err = errand_open(choices->conf, choices->at, ret_errand, problem);

    ret_errand->pin_from = choices->pin == 1 ? ASK_STDIN : ASK_TERMINAL;
    ret_errand->password_from = choices->password == 1 ? ASK_STDIN : ASK_TERMINAL;
    return err;
}

enum vsc_err find_profile(const struct errand *errand, const char *name,
                          const struct profile **ret_profile, struct problem *problem)
{
    const struct profile *found = NULL;

    if (name != NULL) {
        found = profiles_find(&errand->profiles, name);
        if (found == NULL)
            return problem_set(problem, VSC_USAGE, "there is no profile \"%s\"", name);
        if (!profile_allows(found, &errand->person))
            return problem_set(problem, VSC_DENIED, "the profile \"%s\" is not for you", name);
        *ret_profile = found;
        return VSC_OK;
    }
    for (size_t i = 0; i < errand->profiles.count; i++) {
        if (!profile_allows(errand->profiles.items[i], &errand->person))
            continue;
        if (found != NULL)
            return problem_set(problem, VSC_USAGE,
                               "there are several profiles: say --profile (see vsc-enroll list)");
        found = errand->profiles.items[i];
    }
    if (found == NULL)
        return problem_set(problem, VSC_DENIED, "there is no profile for you in %s",
                           errand->conf->enroll.profiles);
    *ret_profile = found;
    return VSC_OK;
}
