/* SPDX-License-Identifier: BSD-2-Clause */
/* Unblocking by a help desk: `answer` there, `unblock --challenge` on the card's machine. */
#ifndef VSC_VSCMGR_HELPDESK_H
#define VSC_VSCMGR_HELPDESK_H

#include <signal.h>
#include <stdbool.h>

#include "common/ask.h"
#include "vscmgr/command.h"

/* What stands in the QR code before "CARD:CHALLENGE". */
#define HELPDESK_QR "VSC1:"

/*
 * Ask for one line that may be seen: on the terminal with its echo, or a line of standard input.
 * `to` gets it without blanks around it. VSC_INPUT as ask_secret(), also when a signal that
 * would end the process comes meanwhile: the caller cleans up.
 */
must_check enum vsc_err ask_line(enum ask_from from, const char *what, char *to, size_t size,
                                 struct problem *problem);
/* Hold back the signals that leave, while there is something to clean up: ask_line() lets them
 * come. The caller gives sigprocmask() what stood before. */
void leaving_hold(sigset_t *ret_before);
/* unblock --challenge, after its options; `from` is where answer and new PIN come from. */
enum vsc_err unblock_by_challenge(const struct request *request, const struct opened *opened,
                                  enum ask_from from, bool quiet);

#endif
