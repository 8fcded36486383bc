/* SPDX-License-Identifier: BSD-2-Clause */
/* certcheck refresh: fetch revocation lists into the cache. */
#include "certcheck/cli/command.h"

struct choices {
    const char *conf;
    bool json;
};

#define AT(member) offsetof(struct choices, member)
static const struct option options[] = {
    {"c", OPTION_STRING, AT(conf), .min = 0},
    {"json", OPTION_FLAG, AT(json), .min = 0},
    {NULL, OPTION_FLAG, 0, .min = 0},
};

int command_refresh(const struct request *request)
{
    struct choices choices = {0};
    auto_words struct words words = {0};
    struct problem problem = {""};
    enum vsc_err err = command_parse(request, options, &choices, &words);

    if (err != VSC_OK)
        return vsc_exit_status(err);
    if (words.count > 0)
        return command_misused();
    err = problem_set(&problem, VSC_NOT_BUILT,
                      "refresh is not built yet: put CRLs into revocation.crls by hand");
    return command_failed(err, &problem);
}
