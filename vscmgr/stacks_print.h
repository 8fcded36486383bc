/* SPDX-License-Identifier: BSD-2-Clause */
/* What "vscmgr stacks" tells of the stacks of a service. */
#ifndef VSC_VSCMGR_STACKS_PRINT_H
#define VSC_VSCMGR_STACKS_PRINT_H

#include <stdio.h>

#include "common/json.h"
#include "vscmgr/stacks/report.h"

/* What each code leads to, and what is wrong; nothing of it names the service. */
void stacks_print(FILE *stream, const struct stack_report *report);
/* What is wrong only: errors only where `errors_only`. */
void stacks_print_findings(FILE *stream, const struct stack_report *report, bool errors_only);
/* An object of an array. */
void stacks_print_json(struct json *json, const struct stack_report *report);

#endif
