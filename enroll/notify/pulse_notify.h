/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pulse that nobody started, vsc-enroll.service's: what needs no person is done at once; for the
 * rest a notice is shown, and only its click leads to the question for the PIN. One summary tells
 * of what failed.
 */
#ifndef VSC_ENROLL_NOTIFY_PULSE_NOTIFY_H
#define VSC_ENROLL_NOTIFY_PULSE_NOTIFY_H

#include "enroll/command.h"

must_check enum vsc_err pulse_notify(const struct choices *choices, struct problem *problem);

#endif
