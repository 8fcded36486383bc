/* SPDX-License-Identifier: BSD-2-Clause */
/* The default container of a card: the key that was enrolled last, by its id in keys/default. */
#ifndef VSC_CARD_OWNER_DEFAULT_KEY_H
#define VSC_CARD_OWNER_DEFAULT_KEY_H

#include "card/owner/change.h"

/* `key` "" means none. */
must_check enum vsc_err default_key_set(const struct change *change, int keys, const char *key,
                                        struct problem *problem);

#endif
