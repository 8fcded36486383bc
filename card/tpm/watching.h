/* SPDX-License-Identifier: BSD-2-Clause */
/* The cards of a store as they are shown: from the last look at them, or by a new one. */
#ifndef VSC_CARD_TPM_WATCHING_H
#define VSC_CARD_TPM_WATCHING_H

#include "card/tpm/opened.h"
#include "card/tpm/record.h"

/*
 * What is known of the native cards of `list`, an element of `ret_glimpses` for each; those of
 * other kinds stay as they are. The TPM is asked where record.h has it due, for all cards at once,
 * and let go of then. While another process holds it, what was known before stands.
 * `opened` has its deadline set and `own` is this process's own record, for a disk that cannot be
 * written; it begins as zeroes.
 */
must_check enum vsc_err watching_ask(struct opened *opened, const char *store, const char *tcti,
                                     struct record *own, const struct card_list *list,
                                     struct glimpse *ret_glimpses, struct problem *problem);

#endif
