/* SPDX-License-Identifier: BSD-2-Clause */
/* owner.h's question of a principal as libkrb5 has it. */
#ifndef VSC_TGT_PRINCIPAL_H
#define VSC_TGT_PRINCIPAL_H

#include <stdbool.h>

#include <krb5/krb5.h>

/* True if it is the account's in the context's default realm. */
bool principal_is_accounts(krb5_context context, krb5_const_principal principal,
                           const char *account);

#endif
