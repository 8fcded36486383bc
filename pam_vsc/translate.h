/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A text in the host's language. The host's locale is what it is: nothing here sets one, and no
 * domain but our own is touched. The compiler checks formats through these (format_arg in
 * libintl.h).
 */
#ifndef VSC_PAM_VSC_TRANSLATE_H
#define VSC_PAM_VSC_TRANSLATE_H

#include <libintl.h>

#define TEXTS_DOMAIN              "pam_vsc"
#define _(msgid)                  dgettext(TEXTS_DOMAIN, msgid)
#define plural(one, many, number) dngettext(TEXTS_DOMAIN, one, many, (unsigned long)(number))

#endif
