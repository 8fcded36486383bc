/* SPDX-License-Identifier: BSD-2-Clause */
/* What a policy server answers. */
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "enroll/xcep/policies.h"
#include "tests/fuzz/fuzz.h"

static void must(int claim)
{
    if (!claim)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_policies struct xcep_policies policies = {.count = 0};
    char code[CODE_MAX] = "";
    enum vsc_err err = xcep_read_policies(data, len, &policies, code, NULL);

    must((err == VSC_DENIED) == (code[0] != '\0'));
    if (err != VSC_OK)
        return 0;
    must(policies.count <= XCEP_TEMPLATES_MAX && policies.uri_count <= XCEP_URIS_MAX);
    for (size_t i = 0; i < policies.count; i++) {
        const struct xcep_template *template = &policies.templates[i];

        must(template->name[0] != '\0' && text_is_printable(template->name));
        must(strspn(template->oid, "0123456789.") == strlen(template->oid));
        must(xcep_find(&policies, template->name) != NULL);
        (void)xcep_where(&policies, template);
    }
    return 0;
}
