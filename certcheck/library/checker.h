/* SPDX-License-Identifier: BSD-2-Clause */
/* What is behind the public header certcheck/certcheck.h. */
#ifndef VSC_CERTCHECK_LIBRARY_CHECKER_H
#define VSC_CERTCHECK_LIBRARY_CHECKER_H

#include <openssl/x509.h>

#include "certcheck/certcheck.h"
#include "certcheck/evaluation.h"
#include "common/buf.h"
#include "common/problem.h"
#include "conf/conf.h"

#define CHECKER_SOURCES    (CERTCHECK_CACHE + 1)
#define CHECKER_BYTES_MAX  ((size_t)256 * 1024 * 1024) /* of one certcheck_add() */
#define CHECKER_PIECES_MAX 256                         /* of them */

/* Bytes that were added to a source. */
struct piece {
    enum certcheck_source source;
    struct buf bytes; /* owned */
};

struct certcheck {
    struct conf conf;             /* filled by the setters; its strings are owned */
    char *paths[CHECKER_SOURCES]; /* owned; NULL for none */
    struct piece pieces[CHECKER_PIECES_MAX];
    size_t piece_count;
    bool trusted_only, names_wanted, at_is_clock;
    int64_t at;
    char *user;                  /* owned; NULL for none */
    struct evaluator *evaluator; /* owned; NULL until it is needed, and after a change */
    struct problem problem;
};

/* The public code of an error; `words`, or where they are "" the error's own, become the checker's.
 */
enum certcheck_error checker_failed(struct certcheck *checker, enum vsc_err err, const char *words);
/* CERTCHECK_USAGE, with "VALUE: WHAT" for words; `value` may be NULL. */
enum certcheck_error checker_misused(struct certcheck *checker, const char *what,
                                     const char *value);
/* A setter has changed what is trusted: read it anew. */
void checker_changed(struct certcheck *checker);

/* Make the public form of an evaluation; takes it over, also on failure. */
must_check enum vsc_err result_new(struct evaluation *evaluation, bool names_wanted,
                                   struct certcheck_result **ret_result);

#endif
