/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * By which certificates a user has signed in last, for whoever wants to know that one is in use:
 * vsc-enroll lets the key before a renewal go then. A file for each user, named by the uid, in a
 * folder of root's: a line for each certificate, its serial number, a blank and its issuer, the
 * last one first. The module writes it where it runs as root; the file belongs to the user, who
 * alone may read it. It decides nothing about a sign-in.
 */
#ifndef VSC_COMMON_SIGN_INS_H
#define VSC_COMMON_SIGN_INS_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"

#define SIGN_INS_FOLDER "/var/lib/pam_vsc/sign-ins"
#define SIGN_INS_MAX    8    /* certificates of one user; the oldest goes */
#define SIGN_INS_LINE   1024 /* bytes of a line, with its newline */

/*
 * Put a certificate first, atomically; nothing is written where it is that already. The folder must
 * be there, and trusted (io.h). VSC_INPUT for a name that is no line's.
 */
must_check enum vsc_err sign_ins_note(const char *folder, uid_t user, const char *serial,
                                      const char *issuer);
/* Is this certificate one of them? False also where there is no such file, or none that can be
 * read. */
bool sign_ins_have(const char *folder, uid_t user, const char *serial, const char *issuer);

#endif
