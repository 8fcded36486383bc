/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A case for the whole judgement of a chain: the certificates, and the codes that must come out.
 * tests/lint/cases.sh counts the cases of each code, by `.codes`.
 */
#ifndef VSC_TESTS_SUPPORT_PATH_CASE_H
#define VSC_TESTS_SUPPORT_PATH_CASE_H

#include <stddef.h>

#include "conf/conf.h"
#include "tests/support/issue.h"

#define PATH_CASE_CERTS 16

/* Rows that many cases begin with. */
#define ROW_ROOT                                                                                   \
    {                                                                                              \
        .name = "root"                                                                             \
    }
#define ROW_SUB                                                                                    \
    {                                                                                              \
        .name = "sub", .by = "root"                                                                \
    }
#define ROW_END                                                                                    \
    {                                                                                              \
        .name = "end", .by = "sub"                                                                 \
    }

struct path_case {
    const char *name;  /* the step of RFC 5280, or what it is about */
    const char *codes; /* of all reasons in their order, with a blank between; "": accepted */
    enum conf_purpose purpose;
    const char *policies[4];  /* policy.policies */
    const char *templates[4]; /* policy.templates */
    const char *ntauth;       /* the row that is in NTAuth; "" for an empty one, NULL: not asked */
    const char *at;           /* 20260615120000Z where it is NULL */
    const struct conf_rule *rules; /* mapping.rules, of the accounts of pki.h; NULL: no mapping */
    size_t rule_count;
    const char *user; /* who was named */
    enum conf_strong_mapping strong;
    bool at_is_clock;        /* what the computer's clock shows */
    const char *service;     /* the PAM service; NULL: none */
    const char *services[4]; /* login.services */
    struct issue certs[PATH_CASE_CERTS];
};

/* Run all cases, each under its name, as one cmocka group; what main() returns. */
int path_cases_run(const struct path_case *cases, size_t count);

#endif
