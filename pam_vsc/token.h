/* SPDX-License-Identifier: BSD-2-Clause */
/* What a token says of itself, for PKCS11_LOGIN_TOKEN_NAME. */
#ifndef VSC_PAM_VSC_TOKEN_H
#define VSC_PAM_VSC_TOKEN_H

#include <stdbool.h>

#include "common/wire_token.h"
#include "pam_vsc/call.h"

/*
 * Ask vsc-card for the label of the chosen token, byte for byte and without the blanks at its end:
 * GNOME compares it with what its own PKCS#11 module says. False, and a line in the log, where it
 * is not known, or cannot stand in an environment: it is empty, no UTF-8, or holds what must not
 * be shown (text_is_printable).
 */
must_check bool token_label(const struct call *call, char ret_label[TOKEN_LABEL_MAX + 1]);

#endif
