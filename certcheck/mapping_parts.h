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
    bool failed;        /* a directory did not answer: whom it would have named, nobody knows */
    bool is_disputed;   /* a directory gives it to several: no name chooses among them */
    const char *remark; /* static: why nothing came of it; NULL */
};

/* The place of an account in it, or -1. */
int yield_index(const struct yield *yield, const struct account *account);
/* Of two bindings to one account the firmer counts. */
void yield_add(struct yield *yield, const struct account *account, enum binding binding);

/* Apply the rule with this index. */
void mapping_apply(const struct mapping *mapping, size_t index, const struct facts *facts,
                   struct yield *yield);

/*
 * The rules that ask the directory: whose the certificate's SID is, who has one of its
 * altSecurityIdentities, and whose its UPN is. The first is asked of winbind and SSSD, the others
 * of what refresh has fetched; the account is always the one that NSS has for the SID.
 */
void mapping_apply_directory_sid(const struct mapping *mapping, const struct facts *facts,
                                 struct yield *yield);
void mapping_apply_directory_altsecids(const struct mapping *mapping, const struct facts *facts,
                                       struct yield *yield);
void mapping_apply_directory_upn(const struct mapping *mapping, const struct facts *facts,
                                 struct yield *yield);

/* Does what refresh has fetched, old or not, give the certificate to one of its accounts? */
bool mapping_directory_has_owner(const struct mapping *mapping, const struct facts *facts);

/*
 * An account of the directory to which nothing but a UPN leads must be the one that has this UPN
 * there, as far as that is known. Adds account-mismatch.
 */
void mapping_check_upn(const struct mapping *mapping, const struct facts *facts,
                       const struct account *account, enum binding binding,
                       struct verdict *verdict);

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
