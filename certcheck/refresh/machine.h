/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * This computer's own account in the domain: its keys, NAME$@REALM in a keytab, are read into
 * memory while there is the right to, and make a ticket-granting ticket later, when there is none
 * any more. Neither is ever written to a disk.
 */
#ifndef VSC_CERTCHECK_REFRESH_MACHINE_H
#define VSC_CERTCHECK_REFRESH_MACHINE_H

#include "common/err.h"
#include "common/problem.h"

struct machine;

/* Read the keys of the first account of a computer in the keytab, a trusted file (io.h). VSC_INPUT
 * with the reason in `problem`: there is none. The caller frees. */
must_check enum vsc_err machine_read(const char *keytab, struct machine **ret_machine,
                                     struct problem *problem);
void machine_free(struct machine *machine);

/*
 * Get a ticket-granting ticket, into the process's memory, where GSSAPI finds it: sets KRB5CCNAME.
 * `settings` is a file for krb5.conf(5) whose settings come before the system's. VSC_INPUT with the
 * reason in `problem`.
 */
must_check enum vsc_err machine_sign_in(struct machine *machine, const char *settings,
                                        struct problem *problem);

/* What `settings` should hold: a server's name is taken as it stands, whatever DNS says of it. */
extern const char machine_settings[];

#endif
