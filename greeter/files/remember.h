/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the greeter remembers from one sign-in to the next, in the cache of its own user's home: the
 * session and the card that were chosen last. Nothing depends on it: faults may be passed over.
 */
#ifndef VSC_GREETER_FILES_REMEMBER_H
#define VSC_GREETER_FILES_REMEMBER_H

#include "common/wire_card.h"
#include "greeter/files/sessions.h"

struct remembered {
    char session[SESSION_ID_SIZE];
    char card[CARD_ID_SIZE];
};

/* In `home`/.cache/pam_vsc/greeter; empty strings for what is not known. */
void remember_read(const char *home, struct remembered *ret_remembered);
enum vsc_err remember_write(const char *home, const struct remembered *remembered);

#endif
