/* SPDX-License-Identifier: BSD-2-Clause */
/* The ids of tokens and of their keys: bounded, printable, the same each time. */
#ifndef VSC_CARD_PKCS11_NAME_H
#define VSC_CARD_PKCS11_NAME_H

#include <stdbool.h>

#include "common/cryptoki.h"
#include "common/wire_card.h"

#define P11_ID_MAX 255 /* bytes of a CKA_ID that is taken as it is */

/* "PREFIXSERIAL:HASH". `twin` tells tokens apart that say the same of themselves: their slot, or
 * CK_UNAVAILABLE where there is no such other. */
void name_token(const char *prefix, const struct ck_token_info *info, unsigned long twin,
                char ret_id[CARD_ID_SIZE]);

/* Do two tokens say the same of themselves? */
bool name_is_alike(const struct ck_token_info *a, const struct ck_token_info *b);

/* The bytes of the label without the blanks (and NULs) that fill it up. */
size_t name_label_len(const struct ck_token_info *info);

/* "CKA_ID:HASH": the hash is over both, for tokens have several certificates with one CKA_ID. */
void name_key(const unsigned char *ck_id, size_t ck_id_len, const struct der *cert,
              char ret_id[KEY_ID_SIZE]);

/* The name to show: the label, else the model, else "Token". */
void name_label(const struct ck_token_info *info, char ret_name[CARD_NAME_SIZE]);

#endif
