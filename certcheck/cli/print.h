/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts and verdicts for people and as JSON: the output of certcheck(1). */
#ifndef VSC_CERTCHECK_CLI_PRINT_H
#define VSC_CERTCHECK_CLI_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "certcheck/evaluation.h"
#include "certcheck/facts.h"
#include "common/json.h"

void print_facts(FILE *out, const char *file, const struct facts *facts);
/* The members of an object that is open already. */
void print_facts_json(struct json *json, const struct facts *facts);

/* For people: the verdict, every check in order with its rule, the chain, and one sentence. */
void print_evaluation(FILE *out, const char *file, const struct evaluation_request *request,
                      const struct evaluation *evaluation);
/* A whole object. */
void print_evaluation_json(struct json *json, const char *file, const struct evaluation *evaluation,
                           bool no_mapping);

#endif
