/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of the window, in the person's language. */
#ifndef VSC_GREETER_GTK_WORDS_H
#define VSC_GREETER_GTK_WORDS_H

#include <libintl.h>

#define _(text) dgettext("pam_vsc", text)

#endif
