/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A case for revocation: certificates, lists, and the codes that must come out. Each is run twice:
 * with the lists as they come, and with an index for each of them.
 * tests/lint/cases.sh counts the cases of each code, by `.codes`.
 */
#ifndef VSC_TESTS_SUPPORT_REVOCATION_CASE_H
#define VSC_TESTS_SUPPORT_REVOCATION_CASE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"
#include "tests/support/mill.h"

#define CASE_CERTS   8
#define CASE_CRLS    6
#define CASE_ENTRIES 4

enum case_place {
    PLACE_USUAL, /* the first is the anchor, the last the end certificate, others between */
    PLACE_ANCHOR,
    PLACE_BETWEEN,
    PLACE_ABSENT,
};

struct case_cert {
    const char *name;    /* others name it */
    const char *subject; /* the common name; NULL: the name */
    const char *by;      /* who signs; NULL: itself */
    const char *key;     /* whose key it has; NULL: one of its own */
    const char *serial;  /* hexadecimal */
    const char *usage;   /* keyUsage; NULL: as a CA or an end certificate has it; "": none */
    const char *extensions;
    int until_days; /* from now; 0: a year */
    bool end;       /* an end certificate, where it is not the last */
    enum case_place place;
};

struct case_entry {
    const char *of;     /* the certificate; NULL ends the list */
    const char *issuer; /* certificateIssuer: the certificate whose subject it is; NULL: none */
    const char *serial; /* another one than that of `of` */
    int reason;         /* MILL_REASON(); 0: none */
    bool strange;       /* with something critical that nobody knows */
    const char *date;
};

struct case_crl {
    const char *by;            /* whose key signs */
    const char *as;            /* whose name it bears; NULL: the signer's */
    int from_days, until_days; /* 0: -1 and 7; until 9999: none */
    const char *number, *base;
    const char *extensions;
    bool spoiled, sha1, no_aki;
    struct case_entry entries[CASE_ENTRIES];
};

struct revocation_case {
    const char *name;   /* the step of RFC 5280, or what it is about */
    const char *codes;  /* of all reasons in their order, with a blank between; "": accepted */
    const char *warned; /* the same for warnings; NULL: none */
    enum conf_revocation mode;
    unsigned max_stale_days;
    struct case_cert certs[CASE_CERTS];
    struct case_crl crls[CASE_CRLS];
};

/* ---- what many cases have in common ------------------------------------------------------------
 */

/* The anchor, and a certificate that it issued; with a distribution point. */
#define ROOT                                                                                       \
    {                                                                                              \
        .name = "root"                                                                             \
    }
#define END                                                                                        \
    {                                                                                              \
        .name = "end", .by = "root"                                                                \
    }
#define END_WITH(text)                                                                             \
    {                                                                                              \
        .name = "end", .by = "root", .extensions = (text)                                          \
    }
#define REVOKED                                                                                    \
    {                                                                                              \
        {                                                                                          \
            .of = "end", .reason = MILL_REASON(1)                                                  \
        }                                                                                          \
    }

/* Distribution points of a certificate, and of a list. */
#define AT_X        "crlDistributionPoints=URI:http://x\n"
#define AT_X_OR_Y   "crlDistributionPoints=URI:http://y,URI:http://x\n"
#define POINT(text) "crlDistributionPoints=dp\n[dp]\n" text
#define SCOPE(text) "issuingDistributionPoint=critical,@idp\n[idp]\n" text
#define NAMED(name) "[" name "]\nO=Mill\nCN=" name "\n"
#define FOR_X       SCOPE("fullname=URI:http://x\n")

/* Another CA that issues lists, for the root's certificates. */
#define LISTER                                                                                     \
    {                                                                                              \
        .name = "lister", .by = "root", .usage = "cRLSign"                                         \
    }
#define BY_LISTER POINT("CRLissuer=dirName:lister\n") NAMED("lister")
#define INDIRECT  SCOPE("indirectCRL=TRUE\n")
/* The root's list, which answers for the lister, but not for the end certificate. */
#define ROOT_FOR_CAS                                                                               \
    {                                                                                              \
        .by = "root", .extensions = SCOPE("onlyCA=TRUE\n")                                         \
    }

/* Run all cases, each under its name, as one cmocka group; what main() returns. */
int revocation_cases_run(const struct revocation_case *cases, size_t count);

#endif
