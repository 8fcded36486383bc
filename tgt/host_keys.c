/* SPDX-License-Identifier: BSD-2-Clause */
#include "tgt/host_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"

#define KEYS_MAX 256 /* entries of a keytab that are looked at */

struct host_keys {
    krb5_context context; /* owned; the keytab in memory is the process' */
    krb5_keytab memory;   /* owned */
};

static bool is_host(krb5_context context, krb5_const_principal principal)
{
    const krb5_data *name = &principal->data[0];

    (void)context;
    return principal->length == 2 && name->length == 4 && memcmp(name->data, "host", 4) == 0;
}

/* 0 where there is no keytab, too. */
static krb5_error_code copy_keys(krb5_context context, krb5_keytab from, krb5_keytab to,
                                 size_t *ret_copied)
{
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    krb5_error_code code = krb5_kt_start_seq_get(context, from, &cursor);

    if (code != 0)
        return code == ENOENT || code == KRB5_KT_NOTFOUND ? 0 : code;
    for (size_t i = 0; code == 0 && i < KEYS_MAX; i++) {
        code = krb5_kt_next_entry(context, from, &entry, &cursor);
        if (code != 0)
            break;
        if (is_host(context, entry.principal)) {
            code = krb5_kt_add_entry(context, to, &entry);
            *ret_copied += code == 0;
        }
        (void)krb5_free_keytab_entry_contents(context, &entry);
    }
    (void)krb5_kt_end_seq_get(context, from, &cursor);
    return code == KRB5_KT_END ? 0 : code;
}

void host_keys_free(struct host_keys *keys)
{
    if (keys == NULL)
        return;
    if (keys->memory != NULL)
        (void)krb5_kt_close(keys->context, keys->memory);
    if (keys->context != NULL)
        krb5_free_context(keys->context);
    free(keys);
}

DEFINE_AUTO(struct host_keys, host_keys_free)

static krb5_error_code read_keys(struct host_keys *keys, size_t *ret_copied)
{
    krb5_keytab file;
    krb5_error_code code = krb5_init_context(&keys->context);

    if (code == 0)
        code = krb5_kt_resolve(keys->context, "MEMORY:host", &keys->memory);
    if (code == 0)
        code = krb5_kt_default(keys->context, &file);
    if (code != 0)
        return code;
    code = copy_keys(keys->context, file, keys->memory, ret_copied);
    (void)krb5_kt_close(keys->context, file);
    return code;
}

struct host_keys *host_keys_read(bool *ret_is_broken)
{
    auto_by(host_keys_free) struct host_keys *keys = calloc(1, sizeof(*keys));
    size_t copied = 0;

    *ret_is_broken = keys == NULL || read_keys(keys, &copied) != 0;
    return !*ret_is_broken && copied > 0 ? take(keys) : NULL;
}

krb5_error_code host_keys_try(krb5_context context, const struct host_keys *keys, krb5_creds *creds)
{
    krb5_verify_init_creds_opt options;
    krb5_keytab keytab = NULL;
    krb5_error_code code;

    krb5_verify_init_creds_opt_init(&options);
    if (keys != NULL) {
        krb5_verify_init_creds_opt_set_ap_req_nofail(&options, 1);
        code = krb5_kt_resolve(context, "MEMORY:host", &keytab);
        if (code != 0)
            return code;
    }
    code = krb5_verify_init_creds(context, creds, NULL, keytab, NULL, &options);
    if (keytab != NULL)
        (void)krb5_kt_close(context, keytab);
    return code;
}
