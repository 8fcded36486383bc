/* SPDX-License-Identifier: BSD-2-Clause */
/* One AS exchange by PKINIT, and what it needs to know of krb5.conf. */
#ifndef VSC_TGT_PKINIT_H
#define VSC_TGT_PKINIT_H

#include <stdbool.h>

#include <krb5/krb5.h>

#include "common/secret.h"

struct pkinit {
    const char *identity;     /* borrowed, as all here: "PKCS11:module_name=...:certid=00" */
    const char *anchors;      /* where krb5.conf names none: a file or a folder; "" for none */
    const struct secret *pin; /* proven before; given to the first question of one card, once */
    unsigned answers;         /* questions that were answered */
};

/*
 * The certificate of a key, as libkrb5's PKINIT finds it; false where `card` is no virtual card
 * (four digits), `key` is no bytes in hexadecimal, or something does not fit or would be read
 * otherwise.
 */
bool pkinit_identity(const char *module, const char *card, const char *key, char *to, size_t size);

/* 0, and `ret_creds` to be released; else libkrb5's number. */
krb5_error_code pkinit_get(krb5_context context, krb5_principal client, struct pkinit *pkinit,
                           krb5_creds *ret_creds);

#endif
