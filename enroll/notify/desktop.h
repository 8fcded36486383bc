/* SPDX-License-Identifier: BSD-2-Clause */
/* The person at the desktop: the PIN by pinentry, or on the terminal where there is none; the
 * certificate that signs in is replaced after a click on "Replace" only. */
#ifndef VSC_ENROLL_NOTIFY_DESKTOP_H
#define VSC_ENROLL_NOTIFY_DESKTOP_H

#include "enroll/asker.h"
#include "enroll/notify/notice.h"

struct desktop {
    const char *pinentry;  /* the program; borrowed */
    struct notice *notice; /* borrowed */
};

/* `desktop` must outlive it. */
struct asker desktop_asker(struct desktop *desktop);

#endif
