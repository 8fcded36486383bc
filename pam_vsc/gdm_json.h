/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GNOME's JSON for the login screen, "auth-mechanisms" version 1 (gnome-shell 51): what may be
 * chosen from, and what was. The screen asks for PIN or password in the same step.
 */
#ifndef VSC_PAM_VSC_GDM_JSON_H
#define VSC_PAM_VSC_GDM_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "common/json_read.h"
#include "common/wire_card.h"
#include "pam_vsc/result.h"
#include "pam_vsc/texts.h"

#define GDM_JSON_MAX     4096 /* bytes of an answer */
#define GDM_PASSWORD_MAX 511  /* bytes of a password: what PAM's other conversations take */

/* A certificate on a card; the screen gives all of these but the title and the prompt back. */
struct gdm_identity {
    const char *token, *label; /* the card's name, the certificate's; borrowed */
    const char *title;         /* whose it is; borrowed */
    char key[CARD_ID_SIZE + KEY_ID_SIZE];
    char prompt[TEXTS_SIZE];
};

struct gdm_answer {
    bool password;    /* and not a card */
    size_t index;     /* of the identity, where it is a card */
    const char *text; /* PIN or password; in the document */
};

/* The request, to be freed by the caller; NULL without memory. There is no secret in it. */
char *gdm_json_write(const struct gdm_identity *identities, size_t count);
/*
 * What the screen answered. ENDING_ABORTED where it says that all is not well, ENDING_NO_CHOICE for
 * an identity that was not offered, ENDING_CONVERSATION for what is no such answer.
 */
must_check enum ending gdm_json_read(const struct json_document *document,
                                     const struct gdm_identity *identities, size_t count,
                                     struct gdm_answer *ret_answer);

#endif
