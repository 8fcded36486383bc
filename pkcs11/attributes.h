/* SPDX-License-Identifier: BSD-2-Clause */
/* The attributes of objects (PKCS #11 2.40, section 4). */
#ifndef VSC_PKCS11_ATTRIBUTES_H
#define VSC_PKCS11_ATTRIBUTES_H

#include "common/cryptoki.h"
#include "common/wire_card.h"
#include "pkcs11/objects.h"

/*
 * Fill in what is asked for, as C_GetAttributeValue does: each attribute is tried; the last fault
 * is returned.
 */
unsigned long attributes_get(const struct object *object, const struct card_info *card,
                             struct ck_attribute *attributes, size_t count);
/* Has the object all these attributes with these values? */
bool attributes_match(const struct object *object, const struct card_info *card,
                      const struct ck_attribute *attributes, size_t count);

#endif
