/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The connection to the TPM: a TCTI of tpm2-tss under a thin one of our own that keeps the deadline
 * (ESYS waits for ever) and repeats a command that the TPM asks to repeat (TPM 2.0 part 3, 5.2:
 * RETRY, YIELDED, TESTING, NV_RATE; such a command changed nothing, so the same bytes go again).
 */
#ifndef VSC_CARD_TPM_TCTI_H
#define VSC_CARD_TPM_TCTI_H

#include <stdbool.h>
#include <tss2/tss2_tcti.h>

#include "common/deadline.h"
#include "common/err.h"
#include "common/problem.h"

/*
 * Open `name` ("device:/dev/tpmrm0"; also swtpm, mssim, tabrmd, and pcap to record), which must
 * come from the configuration, never from the environment. `deadline` is borrowed and looked at
 * anew at each wait. Release with tcti_close().
 */
must_check enum vsc_err tcti_open(const char *name, const struct deadline *deadline,
                                  TSS2_TCTI_CONTEXT **ret_tcti, struct problem *problem);
/* True after a wait that ran into the deadline or a broken connection: the context must go. */
bool tcti_is_broken(TSS2_TCTI_CONTEXT *tcti);
/* NULL is allowed. */
void tcti_close(TSS2_TCTI_CONTEXT *tcti);

#endif
