/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration: any text is refused with a message, or yields values within their bounds. */
#include <stdlib.h>
#include <string.h>

#include "conf/parse.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/libconfig_leaks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct problem problem = {""};
    struct conf *conf = NULL;
    enum vsc_err err = conf_parse("conf", data, len, &conf, &problem);

    if (err != VSC_OK) {
        if (conf != NULL || (err != VSC_MEMORY && strncmp(problem.text, "conf:", 5) != 0))
            abort();
        return 0;
    }
    if (conf->mapping.rule_count > CONF_RULES_MAX || conf->login.talk_count > CONF_LIST_MAX ||
        conf->login.timeout < 1 || conf->login.timeout > 600 || conf->policy.min_rsa_bits < 2048 ||
        conf->card.backend_count < 1 || conf->policy.policies.count > 0)
        abort();
    conf_free(conf);
    return 0;
}
