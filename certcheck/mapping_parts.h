/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts that mapping_find() and mapping_load() are made of. */
#ifndef VSC_CERTCHECK_MAPPING_PARTS_H
#define VSC_CERTCHECK_MAPPING_PARTS_H

#include "certcheck/mapping.h"

/* The accounts that one rule yields: all exist. */
struct yield {
    struct account accounts[MAPPING_ACCOUNTS_MAX];
    enum binding bindings[MAPPING_ACCOUNTS_MAX]; /* how each is bound */
    size_t count;
    bool failed; /* a directory did not answer: whom it would have named, nobody knows */
};

/* The place of an account in it, or -1. */
int yield_index(const struct yield *yield, const struct account *account);

/* Apply the rule with this index. */
void mapping_apply(const struct mapping *mapping, size_t index, const struct facts *facts,
                   struct yield *yield);

/*
 * policy.strong_mapping: whether the security identifiers of certificate and account agree, and
 * whether the account is bound firmly enough. Adds sid-mismatch (KB5014754).
 */
void mapping_check_sid(const struct mapping *mapping, const struct facts *facts,
                       const struct account *account, enum binding binding,
                       struct verdict *verdict);

/*
 * Two rules that name different accounts for the same certificate, key, SID or name, where that
 * stands in the files: VSC_CONFIG with file:line. Nothing is said with mapping.conflict = "first".
 */
must_check enum vsc_err mapping_find_conflicts(const struct mapping *mapping,
                                               struct problem *problem);

#endif
