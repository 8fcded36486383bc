/* SPDX-License-Identifier: BSD-2-Clause */
/* The cases of tests/hostile, and how one is put before certcheck and vsc-check. */
#ifndef VSC_TESTS_SUPPORT_HOSTILE_CASE_H
#define VSC_TESTS_SUPPORT_HOSTILE_CASE_H

#include <stddef.h>

#include "tests/support/forge.h"

#define HOSTILE_CASES_MAX    2048
#define HOSTILE_SETTINGS_MAX 128
#define HOSTILE_CHAIN_MAX    16

struct hostile_case {
    char *name;
    char *codes; /* "expired revoked": all that is said; "+" at the end: at least these; "accepted";
                    "unreadable": exit status 2; "anything": any refusal */
    struct {
        char *field, *notation;
    } settings[HOSTILE_SETTINGS_MAX];
    size_t count;
};

struct hostile_cases {
    struct hostile_case items[HOSTILE_CASES_MAX];
    size_t count;
};

/* Read one file, or all of the folder; abort on a fault with its file and line. Nothing is freed.
 */
void hostile_read_file(struct hostile_cases *cases, const char *path);
void hostile_read(struct hostile_cases *cases, const char *folder);
/* Add one; the strings are copied. */
struct hostile_case *hostile_add(struct hostile_cases *cases, const char *name, const char *codes);
void hostile_set(struct hostile_case *hostile, const char *field, const char *notation);

/*
 * The good certificate ("leaf") or list ("crl") cut short at every boundary in it, and with every
 * length and many a tag changed, the signature fitting again.
 */
void hostile_add_mechanical(struct hostile_cases *cases, const char *prefix);

/* What a program may use. */
struct hostile_limits {
    unsigned seconds;    /* of processor time */
    unsigned long bytes; /* of address space; 0: any */
};

/* What a case is made of; the caller frees. */
struct forge *hostile_forge(const struct hostile_case *hostile);
/* Its files, below `folder`: check, anchors/, pool/, lists/, conf. */
void hostile_write(const char *folder, const struct hostile_case *hostile);
/* Run certcheck on them: the codes that it told, with a blank between, "accepted", "unreadable:
 * why", or what became of it. */
const char *hostile_run(const char *folder, const struct hostile_limits *limits);
/* The same through BEGIN and EVALUATE, with the certificates as a card brings them; NULL for what
 * no card holds. */
const char *hostile_evaluate(const char *folder, const struct hostile_case *hostile);

/* Is it what the case says? */
bool hostile_fits(const struct hostile_case *hostile, const char *said);

/* Put all before both, each as a test of cmocka's; and run one more test, or NULL. For main(). */
struct CMUnitTest;
int hostile_main(struct hostile_cases *cases, const struct CMUnitTest *more);

#endif
