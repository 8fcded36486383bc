/* SPDX-License-Identifier: BSD-2-Clause */
/* What the journal is told of one profile's run, by whichever command: events.h. */
#ifndef VSC_ENROLL_TELL_H
#define VSC_ENROLL_TELL_H

#include "enroll/run.h"

/* `err` and `why` are how it ended, `deleted` whether a key that is not needed any more is gone. */
void tell_end(const struct run *run, bool deleted, enum vsc_err err, const char *why);

#endif
