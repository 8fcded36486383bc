/* SPDX-License-Identifier: BSD-2-Clause */
#include "tgt/principal.h"

#include <string.h>

#include "common/wire_tgt.h"
#include "tgt/owner.h"

static bool copy_data(const krb5_data *data, char *to, size_t size)
{
    if (data->length >= size || memchr(data->data, '\0', data->length) != NULL)
        return false;
    memcpy(to, data->data, data->length);
    to[data->length] = '\0';
    return true;
}

bool principal_is_accounts(krb5_context context, krb5_const_principal principal,
                           const char *account)
{
    char name[TGT_PRINCIPAL_SIZE], realm[TGT_PRINCIPAL_SIZE];
    const struct owner_principal owner = {name, realm};
    char *expected = NULL;
    bool is;

    if (principal->length != 1 || !copy_data(&principal->data[0], name, sizeof(name)) ||
        !copy_data(&principal->realm, realm, sizeof(realm)) ||
        krb5_get_default_realm(context, &expected) != 0)
        return false;
    is = owner_is(&owner, account, expected);
    krb5_free_default_realm(context, expected);
    return is;
}
