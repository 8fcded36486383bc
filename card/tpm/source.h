/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Native cards as a struct card_source: a store of files and a TPM. list() reads files only; the
 * TPM is connected to at the first call that needs it. After each wrong PIN the next attempt waits
 * 1, 2, 4, 8 seconds, within this source.
 */
#ifndef VSC_CARD_TPM_SOURCE_H
#define VSC_CARD_TPM_SOURCE_H

#include "card/card.h"

/* `store` and `tcti` are card.store and card.tcti of the configuration; both are copied. */
must_check enum vsc_err tpm_source_new(const char *store, const char *tcti,
                                       struct card_source **ret_source);

#endif
