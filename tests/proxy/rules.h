/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tpm_proxy answers itself, in place of the TPM: "CC:RC[:PATTERN[:TIMES]]".
 * CC and RC are numbers as C writes them. PATTERN is hex digits, two for each byte, where '.'
 * stands for any digit; it may lie anywhere in the command, and an empty one fits every command.
 * After TIMES answers the rule ends.
 */
#ifndef VSC_TESTS_PROXY_RULES_H
#define VSC_TESTS_PROXY_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RULES_MAX   16
#define PATTERN_MAX 64

struct rule {
    uint32_t command;
    uint32_t answer;
    uint8_t bytes[PATTERN_MAX];
    uint8_t mask[PATTERN_MAX];
    size_t len;
    unsigned long left;
};

/* False for text that is no rule. */
bool rule_parse(const char *text, struct rule *ret_rule);

/* Does the rule fit this command, and has it answers left? */
bool rule_fits(const struct rule *rule, uint32_t code, const uint8_t *command, size_t len);

#endif
