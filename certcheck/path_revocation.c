/* SPDX-License-Identifier: BSD-2-Clause */
/* What the answers about revocation mean for a path, by the mode hard, soft or off. */
#include "certcheck/chain_path.h"
#include "certcheck/facts_parts.h"
#include "certcheck/revocation.h"
#include "common/own.h"

/* `soft` lets pass that nothing is known, never that something is. */
static void weigh_answer(const struct revocation_answer *answer, enum conf_revocation mode,
                         unsigned depth, const char *subject, struct verdict *verdict)
{
    enum reason reason = REASON_REVOCATION_UNKNOWN;
    const char *colon = *answer->detail != '\0' ? ": " : "";

    switch (answer->status) {
    case ANSWER_GOOD:
        return;
    case ANSWER_GOOD_STALE:
        verdict_warn(verdict, REASON_CRL_STALE, depth, "%s", subject);
        return;
    case ANSWER_REVOKED:
        verdict_refuse(verdict, REASON_REVOKED, depth, "%s%s%s", subject, colon, answer->detail);
        return;
    case ANSWER_TOO_OLD:
        reason = REASON_CRL_STALE;
        break;
    case ANSWER_NONE:
        break;
    }
    if (mode == REVOCATION_SOFT)
        verdict_warn(verdict, reason, depth, "%s%s%s", subject, colon, answer->detail);
    else
        verdict_refuse(verdict, reason, depth, "%s%s%s", subject, colon, answer->detail);
}

static void note_stale(struct chain_path *path, unsigned depth,
                       const struct revocation_answer *answer)
{
    auto_free char *issuer = facts_common_name(path->certs[depth + 1]);

    stale_add(&path->stale, answer->by_ocsp ? STALE_ANSWER : STALE_LIST,
              issuer != NULL ? issuer : "", answer->next_update);
}

/* Of a certificate whose issuer is not proven nothing can be known. */
void path_check_revocation(struct chain_path *path, const struct chain_pool *pool,
                           const struct chain_rules *rules, struct verdict *verdict)
{
    if (rules->revocation == REVOCATION_OFF || !path->anchored || path->len < 2)
        return;
    for (unsigned i = 0; i + 1 < path->len; i++) {
        const struct revocation_question question = {path, i, pool, rules};
        struct revocation_answer answer;
        char subject[128] = "";

        if (path_has_bad_signature(verdict, i))
            continue;
        verdict_passed(verdict, CHECK_REVOCATION);
        revocation_ask(&question, &answer);
        if (answer.status == ANSWER_GOOD_STALE ||
            (answer.status == ANSWER_TOO_OLD && rules->revocation == REVOCATION_SOFT))
            note_stale(path, i, &answer);
        facts_subject(path->certs[i], subject, sizeof(subject));
        weigh_answer(&answer, rules->revocation, i, subject, verdict);
    }
}
