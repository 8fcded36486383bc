/* SPDX-License-Identifier: BSD-2-Clause */
/* What check and test have in common: the configuration, what is asked, and the judgement of a
 * file. */
#ifndef VSC_CERTCHECK_CLI_JUDGE_H
#define VSC_CERTCHECK_CLI_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "certcheck/evaluation.h"
#include "common/err.h"
#include "common/options.h"
#include "common/problem.h"

/* What is asked of a certificate; strings are borrowed, NULL for what is not asked. */
struct question {
    const char *at, *user, *service;
    int purpose, revocation; /* enums of conf.h; -1: as configured */
    bool no_mapping;
};
#define QUESTION_NONE                                                                              \
    {                                                                                              \
        .purpose = -1, .revocation = -1                                                            \
    }

struct judge_choices {
    struct question question;
    const char *conf, *anchors, *intermediates, *crl;
    bool json;
};

/* The options of both commands, for a struct judge_choices. */
extern const struct option judge_options[];
/* "hard", "soft", "off"; "smartcard-logon" ...: in the order of the enums in conf.h, then NULL. */
extern const char *const judge_revocations[];
extern const char *const judge_purposes[];

/* YYYY-MM-DDTHH:MM:SSZ and nothing else; `what` stands before it in the problem. */
must_check enum vsc_err judge_time(const char *what, const char *text, int64_t *ret_seconds,
                                   struct problem *problem);

struct judge;

/* Read the configuration and everything that it names. The caller frees. */
must_check enum vsc_err judge_new(const struct judge_choices *choices, struct judge **ret_judge,
                                  struct problem *problem);
void judge_free(struct judge *judge);

struct judgement {
    struct evaluation_request request; /* as it was asked; without its certificates */
    struct evaluation *evaluation;     /* owned; evaluation_free() */
};

/* Judge the first certificate of a file. Errors are of the file or the machine. */
must_check enum vsc_err judge_file(const struct judge *judge, const struct question *question,
                                   const char *file, struct judgement *ret_judgement,
                                   struct problem *problem);

#endif
