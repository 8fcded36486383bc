/* SPDX-License-Identifier: BSD-2-Clause */
/* Strong mapping (KB5014754, CVE-2022-26923): SIDs and not names say who somebody is. */
#include <string.h>

#include "certcheck/mapping_parts.h"

/* The certificate has a SID, and the account is a directory's: they agree, or it is refused. */
static void compare(const struct mapping *mapping, const struct facts *facts,
                    const struct account *account, struct verdict *verdict)
{
    char sid[SID_SIZE];

    switch (directory_sid_of(mapping->source->directory, account->uid, sid)) {
    case DIRECTORY_FOUND:
        if (strcmp(sid, facts->sid) != 0)
            verdict_refuse(verdict, REASON_SID_MISMATCH, 0, "the certificate has %s, and %s has %s",
                           facts->sid, account->name, sid);
        return;
    case DIRECTORY_NONE:
        verdict_refuse(verdict, REASON_SID_MISMATCH, 0,
                       "%s is not in /etc/passwd, and no directory knows its SID", account->name);
        return;
    case DIRECTORY_FAILED:
        break;
    }
    verdict_refuse(verdict, REASON_SID_MISMATCH, 0,
                   "the directory did not say in time, or not clearly, which SID %s has",
                   account->name);
}

void mapping_check_sid(const struct mapping *mapping, const struct facts *facts,
                       const struct account *account, enum binding binding, struct verdict *verdict)
{
    const enum conf_strong_mapping policy = mapping->conf->policy.strong_mapping;
    const bool has_sid = facts->sid_state == SID_ONE;
    bool local;

    /* A malformed SID is refused by itself. */
    if (facts->sid_state == SID_MALFORMED || (policy == STRONG_NEVER && !has_sid))
        return;
    local = account_is_local(mapping->source, account);
    if (has_sid && !local) {
        verdict_passed(verdict, CHECK_SID);
        compare(mapping, facts, account, verdict);
        return;
    }
    if (policy == STRONG_NEVER || (policy == STRONG_DIRECTORY && local))
        return;
    verdict_passed(verdict, CHECK_SID);
    if (binding == BINDING_STRONG)
        return;
    verdict_refuse(verdict, REASON_SID_MISMATCH, 0,
                   local ? "policy.strong_mapping asks for a strong rule, and %s has no SID"
                         : "the certificate has none, and no strong rule yields %s",
                   account->name);
}
