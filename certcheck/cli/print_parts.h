/* SPDX-License-Identifier: BSD-2-Clause */
/* What the two forms of an evaluation have in common. */
#ifndef VSC_CERTCHECK_CLI_PRINT_PARTS_H
#define VSC_CERTCHECK_CLI_PRINT_PARTS_H

#include "certcheck/verdict.h"

/* The checks that certcheck makes: a proof needs a card. */
#define CHECKS_SHOWN CHECK_PROOF

/* "pass", "fail", "not applicable" */
const char *print_result_word(enum check_result result);

#endif
