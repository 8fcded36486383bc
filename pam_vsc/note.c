/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Not in authenticate: a module behind ours may refuse still. pam_acct_mgmt and pam_setcred are
 * asked only after the whole stack was content; lockers ask for the latter only.
 */
#include "pam_vsc/note.h"

#include <unistd.h>

#include "common/trial.h"
#include "pam_vsc/record.h"

void note_sign_in(pam_handle_t *pamh)
{
    const void *service = NULL;

    if (geteuid() == 0 && record_read(pamh) != NULL &&
        pam_get_item(pamh, PAM_SERVICE, &service) == PAM_SUCCESS && service != NULL)
        (void)trial_note(TRIAL_FOLDER, service);
}
