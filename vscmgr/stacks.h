/* SPDX-License-Identifier: BSD-2-Clause */
/* The sub-commands of "vscmgr stacks", a file each. */
#ifndef VSC_VSCMGR_STACKS_H
#define VSC_VSCMGR_STACKS_H

#include "vscmgr/command.h"

#define STACKS_WORDS_MAX 64

/* The names of services on the command line; borrowed. */
struct stacks_words {
    const char *words[STACKS_WORDS_MAX];
    size_t count;
};

must_check enum vsc_err stacks_parse(const struct request *request, const struct option *table,
                                     void *target, struct stacks_words *ret_words);

enum vsc_err stacks_check(const struct request *request);
enum vsc_err stacks_enable(const struct request *request);
enum vsc_err stacks_disable(const struct request *request);
enum vsc_err stacks_keep(const struct request *request);
enum vsc_err stacks_rollback(const struct request *request);
enum vsc_err stacks_settle(const struct request *request);

#endif
