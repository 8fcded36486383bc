/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How vscmgr reaches cards: the store and the TPM by itself, where it may write the store; else,
 * for the owner of a card without administrator rights, vsc-card through its socket (card.socket).
 * What an owner may do is the same both ways; what card/owner/owner.h says of it holds here.
 */
#ifndef VSC_VSCMGR_REACH_H
#define VSC_VSCMGR_REACH_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#include "card/card.h"
#include "common/key_type.h"
#include "conf/conf.h"

struct reach {
    const struct conf *conf;    /* borrowed */
    struct card_source *source; /* owned */
    bool remote;                /* `source` leads to vsc-card */
};

/* Root's store is there, and it is not this user's to write. */
bool reach_is_others(const struct conf *conf);
/* VSC_DENIED, with the words for it. */
enum vsc_err reach_denied(struct problem *problem);
/* VSC_HELPER: vsc-card cannot be reached. Release with reach_close(). */
must_check enum vsc_err reach_open(const struct conf *conf, struct reach *ret_reach,
                                   struct problem *problem);
void reach_close(struct reach *reach);
#define auto_reach __attribute__((cleanup(reach_close)))
/* VSC_DENIED for a command that is the administrator's. */
must_check enum vsc_err reach_needs_store(const struct reach *reach, struct problem *problem);

/* The public key of a key; the caller frees. */
must_check enum vsc_err reach_public(const struct reach *reach, const char *card, const char *key,
                                     EVP_PKEY **ret_key, struct problem *problem);
must_check enum vsc_err reach_generate(const struct reach *reach, const char *card,
                                       enum key_type type, char ret_key[KEY_ID_SIZE],
                                       struct problem *problem);
must_check enum vsc_err reach_import(const struct reach *reach, const char *card, const void *bytes,
                                     size_t len, char ret_key[KEY_ID_SIZE],
                                     struct problem *problem);
must_check enum vsc_err reach_delete_key(const struct reach *reach, const char *card,
                                         const char *key, struct problem *problem);
must_check enum vsc_err reach_unblock(const struct reach *reach, const char *card,
                                      const struct secret *puk, const struct secret *new_pin,
                                      struct card_outcome *ret_outcome, struct problem *problem);
must_check enum vsc_err reach_change_puk(const struct reach *reach, const char *card,
                                         const struct secret *old_puk, const struct secret *new_puk,
                                         struct card_outcome *ret_outcome, struct problem *problem);

#endif
