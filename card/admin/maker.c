/* SPDX-License-Identifier: BSD-2-Clause */
/* The sessions of a creation. */
#include "card/admin/maker.h"

enum vsc_err maker_sessions(struct maker *maker, struct problem *problem)
{
    enum vsc_err err;

    err = session_start(&maker->change->tpm, maker->srk, SESSION_HMAC, &maker->hmac, problem);
    if (err == VSC_OK)
        err =
            session_start(&maker->change->tpm, maker->srk, SESSION_POLICY, &maker->policy, problem);
    return err;
}

void maker_done(struct maker *maker)
{
    struct tpm *tpm = &maker->change->tpm;

    tpm_flush(tpm, &maker->hmac);
    tpm_flush(tpm, &maker->policy);
    tpm_forget_auth(tpm, maker->admin_index);
    tpm_release(tpm, &maker->admin_index);
    tpm_release(tpm, &maker->srk);
}
