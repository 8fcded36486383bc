/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trial of PAM stacks ("vscmgr stacks enable"): stacks that are taken back unless somebody signs
 * in by card through one of them. While the file TRIAL_NAME is there, the module leaves a note for
 * each service in which that happened, where it runs as root; else it looks for that file and does
 * no more. The folder is root's, and so is everything in it.
 */
#ifndef VSC_COMMON_TRIAL_H
#define VSC_COMMON_TRIAL_H

#include <stdbool.h>

#define TRIAL_FOLDER "/var/lib/pam_vsc/stacks"
#define TRIAL_NAME   "trial"
#define TRIAL_NOTE   "signed-in." /* and the service behind it */

/* Leave the note; false where no trial runs, or it cannot be left: that fails nothing else. */
bool trial_note(const char *folder, const char *service);
/* Is there one? */
bool trial_noted(int folder, const char *service);

#endif
