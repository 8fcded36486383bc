/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Not in authenticate: a module behind ours may refuse still. pam_acct_mgmt and pam_setcred are
 * asked only after the whole stack was content; lockers ask for the latter only.
 */
#include "pam_vsc/note.h"

#include <unistd.h>

#include "common/sign_ins.h"
#include "common/trial.h"
#include "pam_vsc/record.h"

void note_sign_in(pam_handle_t *pamh, const char *service)
{
    const struct record *record = record_read(pamh);
    const void *item = service;

    if (geteuid() != 0 || record == NULL)
        return;
    (void)!sign_ins_note(SIGN_INS_FOLDER, record->account_uid, record->serial, record->issuer);
    if (item != NULL || (pam_get_item(pamh, PAM_SERVICE, &item) == PAM_SUCCESS && item != NULL))
        (void)trial_note(TRIAL_FOLDER, item);
}
