/* SPDX-License-Identifier: BSD-2-Clause */
/* Marks a text for xgettext that is translated where it is shown, in the domain pam_vsc. */
#ifndef VSC_COMMON_MSGID_H
#define VSC_COMMON_MSGID_H

#define N_(msgid) msgid

#endif
