/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ESYS context with its connection and deadline, what the TPM's response codes mean, and the
 * authorisation sessions. All sessions are salted with the card's pinned storage root key, so that
 * a listener on the bus can neither read a secret nor test guesses (tpm-card, "More rules").
 */
#ifndef VSC_CARD_TPM_TPM_H
#define VSC_CARD_TPM_TPM_H

#include <stdbool.h>
#include <stdint.h>
#include <tss2/tss2_esys.h>

#include "common/deadline.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

/* Must not move while it is open. */
struct tpm {
    ESYS_CONTEXT *esys; /* NULL when closed */
    TSS2_TCTI_CONTEXT *tcti;
    struct deadline deadline; /* of the request at hand: set it before each */
};

/* Connect. Sends no command. */
must_check enum vsc_err tpm_open(struct tpm *tpm, const char *tcti, struct problem *problem);
/* Closed contexts are allowed. */
void tpm_close(struct tpm *tpm);
/* False when closed, or when the connection broke or ran into the deadline. */
bool tpm_is_usable(const struct tpm *tpm);

/* The TPM's own code in `rc` whatever layer carried it, or 0 when no TPM said it. */
uint32_t tpm_code(TSS2_RC rc);
/* The same without number of handle, parameter or session: TPM2_RC_BAD_AUTH for 0x9A2. */
uint32_t tpm_base_code(TSS2_RC rc);
/* VSC_OK for success; else what went wrong with `command`, with code and words in `problem`. */
enum vsc_err tpm_status(const struct tpm *tpm, TSS2_RC rc, const char *command,
                        struct problem *problem);

enum session_kind {
    SESSION_HMAC,
    SESSION_POLICY,
};

/* Start a session salted with `salt_key`. */
must_check enum vsc_err session_start(struct tpm *tpm, ESYS_TR salt_key, enum session_kind kind,
                                      ESYS_TR *ret_session, struct problem *problem);
/* TPMA_SESSION_CONTINUESESSION and _DECRYPT, as the next command needs them. */
must_check enum vsc_err session_use(struct tpm *tpm, ESYS_TR session, TPMA_SESSION attributes,
                                    struct problem *problem);
/* Flush what is still open; *handle becomes ESYS_TR_NONE. For sessions and loaded objects. */
void tpm_flush(struct tpm *tpm, ESYS_TR *handle);
/* After a last use (CONTINUESESSION clear) that went well: the TPM flushed the session itself. */
void session_ended(struct tpm *tpm, ESYS_TR *session);
/* Forget a handle of a persistent thing (SRK, NV index) here; nothing happens in the TPM. */
void tpm_release(struct tpm *tpm, ESYS_TR *handle);

/* Give `object` its authValue for the next commands, and take it away again (wiped). */
must_check enum vsc_err tpm_set_auth(struct tpm *tpm, ESYS_TR object, const struct secret *auth,
                                     struct problem *problem);
void tpm_forget_auth(struct tpm *tpm, ESYS_TR object);

#endif
