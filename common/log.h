/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log of programs: syslog (authpriv), and standard error as well where it is a terminal or was
 * asked for. The PAM module does not use it: it logs by pam_syslog, and has no static state.
 * Libraries do not log above LOG_DEBUG; a program logs one line for each outcome. Never a PIN,
 * never raw bytes: foreign values pass text_escape() first.
 */
#ifndef VSC_COMMON_LOG_H
#define VSC_COMMON_LOG_H

#include <stdbool.h>
#include <syslog.h>

/* `program` lives as long as the process. Opens the connection at once (sandboxes close it off). */
void log_open(const char *program, bool to_stderr);
void log_set_debug(bool debug);
/* `priority` is one of syslog.h's levels. */
void vsc_log(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
