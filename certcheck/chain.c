/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/chain.h"

#include "certcheck/chain_path.h"
#include "common/own.h"

struct judging {
    const struct chain_pool *pool;
    const struct chain_rules *rules;
    struct verdict *verdict; /* of the path at hand */
    struct verdict *best;
    struct chain_path best_path;
    bool any;
    enum vsc_err err;
};

static bool judge_one(void *arg, const struct chain_path *found)
{
    struct judging *judging = arg;
    struct chain_path path = *found;

    verdict_init(judging->verdict);
    judging->err = path_judge(&path, judging->pool, judging->rules, judging->verdict);
    if (judging->err != VSC_OK)
        return true;
    if (!judging->any || judging->verdict->count < judging->best->count) {
        *judging->best = *judging->verdict;
        judging->best_path = path;
        judging->any = true;
    }
    return judging->best->count == 0;
}

enum vsc_err chain_check(X509 *cert, const struct chain_pool *pool, const struct chain_rules *rules,
                         struct verdict *verdict, struct chain_path *ret_path)
{
    auto_free struct verdict *at_hand = malloc(sizeof(*at_hand));
    auto_free struct verdict *best = malloc(sizeof(*best));
    struct judging judging = {.pool = pool, .rules = rules, .verdict = at_hand, .best = best};

    if (at_hand == NULL || best == NULL)
        return VSC_MEMORY;
    path_find(cert, pool, rules, judge_one, &judging);
    if (judging.err != VSC_OK)
        return judging.err;
    if (!judging.any)
        return VSC_SYSTEM;
    verdict_merge(verdict, best);
    *ret_path = judging.best_path;
    return VSC_OK;
}
