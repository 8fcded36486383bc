/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Administrator keys that are kept for the help desk: a file for each card in the folder
 * card.admin_keys, which is root's alone, named by the card's serial. A new key is on disk as
 * SERIAL.next before the TPM gets it, and becomes SERIAL when the TPM has it: at any moment the
 * card opens with a key that is in a file, or with the one that it had before.
 */
#ifndef VSC_VSCMGR_KEPT_KEY_H
#define VSC_VSCMGR_KEPT_KEY_H

#include "common/secret.h"
#include "vscmgr/command.h"

/* *ret_kept: a key was kept for this card, by a rotation that was finished. */
must_check enum vsc_err kept_is_there(const struct conf *conf, const struct card_info *card,
                                      bool *ret_kept, struct problem *problem);
/* The card's key; a rotation that was interrupted is finished first. VSC_INPUT: none is kept. */
must_check enum vsc_err kept_get(const struct request *request, const struct conf *conf,
                                 const struct card_info *card, struct secret *ret_key);
/*
 * A new random key in place of `old_key`, kept before the TPM has it. One that was interrupted is
 * gone on with. *ret_result as admin_rotate_key()'s.
 */
must_check enum vsc_err kept_rotate(const struct request *request, const struct conf *conf,
                                    const struct card_info *card, const struct secret *old_key,
                                    enum vsc_err *ret_result);

/* The files of a card, by name: to be found before it is destroyed, and removed after. */
struct kept_name {
    char text[2 * SERIAL_SIZE + 1]; /* "" for none */
};
void kept_find(const struct conf *conf, const char *card, struct kept_name *ret_name);
void kept_forget(const struct conf *conf, const struct kept_name *name);

#endif
