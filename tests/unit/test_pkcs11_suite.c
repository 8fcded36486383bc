/* SPDX-License-Identifier: BSD-2-Clause */
/* The card suite over PKCS#11 with SoftHSM: a token with an RSA and two EC keys. */
#include <stdio.h>

#include "card/pkcs11/source.h"
#include "tests/support/softhsm_rig.h"
#include "tests/unit/card_suite.h"

static const char script[] = "softhsm_token \"Another\" 87654321;"
                             "softhsm_token \"TestVSC\" 12345678;"
                             "softhsm_self_signed rsa:2048 alice $D/a.key $D/a.pem;"
                             "softhsm_self_signed ec:P-256 bob $D/b.key $D/b.pem;"
                             "softhsm_self_signed ec:P-384 carol $D/c.key $D/c.pem;"
                             "softhsm_key TestVSC 12345678 01 $D/a.key $D/a.pem;"
                             "softhsm_key TestVSC 12345678 02 $D/b.key $D/b.pem;"
                             "softhsm_key TestVSC 12345678 03 $D/c.key $D/c.pem";

static int reset(void *context)
{
    return softhsm_restore(context);
}

static enum vsc_err open_source(void *context, struct card_source **ret_source)
{
    const struct softhsm *rig = context;

    return p11_source_new(rig->module, 10, ret_source, NULL);
}

int main(void)
{
    struct softhsm rig = {.folder = ""};
    struct card_rig suite = {
        .name = "pkcs11",
        .context = &rig,
        .reset = reset,
        .open = open_source,
        .card_name = "TestVSC",
        .pin = SOFTHSM_PIN,
        .keys = 3,
        .kind = CARD_TOKEN,
    };
    int failed;

    if (softhsm_missing() != NULL) {
        (void)printf("1..0 # SKIP %s\n", softhsm_missing());
        return 0;
    }
    failed = softhsm_run(&rig, script) != 0 || softhsm_keep(&rig) != 0;
    if (failed == 0) {
        (void)softhsm_module(&rig, "token", "");
        failed = card_suite_run(&suite);
    }
    softhsm_end(&rig);
    return failed;
}
