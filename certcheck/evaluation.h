/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole judgement of one certificate: facts, chain, usages, names, mapping. certcheck prints
 * it, vsc-check acts on it; both come through here.
 */
#ifndef VSC_CERTCHECK_EVALUATION_H
#define VSC_CERTCHECK_EVALUATION_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "certcheck/accounts.h"
#include "certcheck/chain.h"
#include "certcheck/clock.h"
#include "certcheck/crls.h"
#include "certcheck/facts.h"
#include "certcheck/mapping.h"
#include "certcheck/published.h"
#include "certcheck/source.h"
#include "certcheck/verdict.h"
#include "common/err.h"
#include "common/problem.h"
#include "conf/conf.h"

/* Where the evaluator reads. Paths are borrowed. */
struct evaluator_places {
    struct source anchors, intermediates, crls, ntauth;
    const char *mark;  /* the folder of common/mark.h; NULL: no mark is looked for */
    const char *cache; /* "" for none */
};

/* What the directory should have said. */
struct evaluator_published {
    bool asked, known;
    int64_t fetched; /* of one that is known */
};

/* What is trusted, in memory; not changed by an evaluation. */
struct evaluator {
    const struct conf *conf; /* borrowed */
    struct evaluator_places places;
    STACK_OF(X509) * anchors;       /* owned */
    STACK_OF(X509) * intermediates; /* owned */
    STACK_OF(X509) * ntauth;        /* owned; NULL where none is asked, or none is at hand */
    struct evaluator_published published[PUBLISHED_KINDS];
    struct crls *crls; /* owned */
    struct cache cache;
    struct mapping mapping;
    struct clock_seen seen;
    uint64_t fingerprint; /* of all files that were read */
};

/* The places that the configuration names, all trusted files; no mark. */
struct evaluator_places evaluator_places_of(const struct conf *conf);

/* Read everything. `conf` and the paths must live as long as the evaluator. The caller frees. */
must_check enum vsc_err evaluator_new(const struct conf *conf,
                                      const struct evaluator_places *places,
                                      const struct account_source *accounts,
                                      struct evaluator **ret_evaluator, struct problem *problem);
void evaluator_free(struct evaluator *evaluator);
/* Was a file changed, added or taken away since it was read? */
bool evaluator_is_outdated(const struct evaluator *evaluator);

struct evaluation_request {
    STACK_OF(X509) * certs; /* borrowed: the one to check, then its issuers; empty: malformed */
    int64_t at;
    bool at_is_clock;    /* `at` is what the computer's clock says */
    const char *user;    /* NULL where none was given */
    const char *service; /* NULL where none was given */
    enum conf_purpose purpose;
    enum conf_revocation revocation;
    bool no_mapping;  /* ask nothing of names */
    bool check_state; /* whether the directory has closed the account: after the proof only */
};

struct evaluation {
    bool accepted; /* set in one place, when everything else stands */
    struct verdict verdict;
    struct facts *facts;     /* owned; NULL for a malformed certificate */
    X509 *cert;              /* owned reference; NULL for one that does not parse */
    struct facts_list chain; /* subjects, the certificate's first */
    struct stale stale; /* lists past nextUpdate that were used, and what the directory said longer
                           ago than directory.max_age */
    bool mapped;        /* the rules give `account`, whatever else is wrong */
    struct account account;
};

/* Purpose and revocation mode are the configuration's. */
struct evaluation_request evaluation_request_of(const struct conf *conf);

/* Judge. Errors are of the machine; what is wrong with the certificate is in the verdict.
 * The caller frees. */
must_check enum vsc_err evaluation_new(const struct evaluator *evaluator,
                                       const struct evaluation_request *request,
                                       struct evaluation **ret_evaluation);
void evaluation_free(struct evaluation *evaluation);

#endif
