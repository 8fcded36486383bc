/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a certificate to an account, by the rules of the configuration (pam_vsc.conf.5, "mapping").
 * Names are compared as bytes, and looked up as whole names only: nothing from a certificate
 * becomes a part of a filter, a pattern or a path (CVE-2022-4254).
 */
#ifndef VSC_CERTCHECK_MAPPING_H
#define VSC_CERTCHECK_MAPPING_H

#include <stdbool.h>
#include <stdint.h>

#include "certcheck/accounts.h"
#include "certcheck/directory_accounts.h"
#include "certcheck/facts.h"
#include "certcheck/map_file.h"
#include "certcheck/verdict.h"
#include "common/err.h"
#include "common/problem.h"
#include "conf/conf.h"

#define MAPPING_ACCOUNTS_MAX 16 /* that one rule can yield */

struct mapping {
    const struct conf *conf;               /* borrowed */
    const struct account_source *source;   /* borrowed */
    struct map_file files[CONF_RULES_MAX]; /* of the rules by file */
    struct directory_accounts directory; /* what refresh has fetched of it; mapping_done() frees */
};

/* Read the files of the rules. The caller calls mapping_done() also after a failure. */
must_check enum vsc_err mapping_load(struct mapping *mapping, const struct conf *conf,
                                     const struct account_source *source, struct problem *problem);
void mapping_done(struct mapping *mapping);

/*
 * Find the account of `facts`. `user` is the name that was given at sign-in, or NULL: it chooses
 * among several accounts of one rule, and must be the account found. Adds its reasons to `verdict`.
 * True with *ret_account where the rules give an account, also one that is then refused.
 */
bool mapping_find(const struct mapping *mapping, const struct facts *facts, const char *user,
                  struct verdict *verdict, struct account *ret_account);

/*
 * Does the directory itself give this certificate to the account (NULL: to anybody), by a strong
 * form of its altSecurityIdentities, and does a rule go by that? Then no UPN is needed to say whose
 * it is.
 */
bool mapping_needs_no_upn(const struct mapping *mapping, const struct facts *facts,
                          const struct account *account);

/* When refresh last saw what the directory says of this account; false where it never did, or the
 * account is of /etc/passwd. */
bool mapping_seen(const struct mapping *mapping, const struct account *account, int64_t *ret_seen);

/*
 * Whether the directory has disabled, locked or removed the account, or the account's time is over
 * at `at`, as far as refresh has seen it; accounts of /etc/passwd are none of the directory's. How
 * old that is does not matter: it can only refuse.
 */
void mapping_check_state(const struct mapping *mapping, const struct account *account, int64_t at,
                         struct verdict *verdict);

#endif
