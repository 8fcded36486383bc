/* SPDX-License-Identifier: BSD-2-Clause */
/* Tells a trial of PAM stacks that somebody signed in by card (common/trial.h), and vsc-enroll by
 * which certificate (common/sign_ins.h). */
#ifndef VSC_PAM_VSC_NOTE_H
#define VSC_PAM_VSC_NOTE_H

#include <security/pam_modules.h>

/* Where this handle was signed in by us, and the stack came so far that it went on. `service` may
 * be NULL: then PAM knows it. Not to leave a note fails nothing: the trial is taken back then, and
 * the key before a renewal stays. */
void note_sign_in(pam_handle_t *pamh, const char *service);

#endif
