/* SPDX-License-Identifier: BSD-2-Clause */
/* A certificate of a card, as a login screen shows it: what comes out may be shown. */
#include <stdlib.h>
#include <string.h>

#include "card/cert_glance.h"
#include "common/own.h"
#include "tests/fuzz/fuzz.h"

static void must(bool claim)
{
    if (!claim)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_free unsigned char *copy = malloc(len > 0 ? len : 1);
    struct watch_cert cert = {.key = "00"};
    struct der der = {.data = copy, .len = len};

    if (copy == NULL)
        return 0;
    if (len > 0)
        memcpy(copy, data, len);
    if (!cert_glance(&der, &cert))
        return 0;
    must(len <= CERT_MAX && strcmp(cert.key, "00") == 0);
    must(cert.not_after >= 0 && cert.not_after <= WATCH_TIME_MAX);
    must(memchr(cert.upn, '\0', sizeof(cert.upn)) != NULL && text_is_printable(cert.upn));
    return 0;
}
