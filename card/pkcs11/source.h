/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cards of one PKCS#11 module as a struct card_source. A module is foreign code: this runs in a
 * process of its own (vsc-card --backend pkcs11), which is killed when a call takes too long.
 *
 * A token is a card without an owner; its id is "p11:MODULE:SERIAL:HASH", and the hash is over all
 * that the token says of itself. Each of its certificates is a key, but for those that issued
 * another one: they stand in its chain. A token without certificates is a card without keys. How
 * many tries are left a token does not tell, but for the last one: then left is 1 of 2 (the least
 * that it can have been). Each signature logs in, signs, is verified and logs out in a session of
 * its own.
 */
#ifndef VSC_CARD_PKCS11_SOURCE_H
#define VSC_CARD_PKCS11_SOURCE_H

#include "card/card.h"

/*
 * Whether root alone (or the user whose process this is) can change the module: its file, and the
 * folder that names it where that is a link. The file itself is copied to `ret_path`.
 */
must_check enum vsc_err p11_module_check(const char *module, char *ret_path, size_t size,
                                         struct problem *problem);

/* What the ids of the tokens of the module at `path` (p11_module_check) start with. */
void p11_card_prefix(const char *path, char ret_prefix[CARD_ID_SIZE]);

/*
 * Load and initialise the module at `path`. Where one of its calls takes longer than the deadline
 * of the source, or loading longer than `load_seconds`, SIGALRM ends the process.
 */
must_check enum vsc_err p11_source_new(const char *path, unsigned load_seconds,
                                       struct card_source **ret_source, struct problem *problem);

#endif
