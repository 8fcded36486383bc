/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys of host/ principals in the host's keytab, copied into memory while root still can, so
 * that a ticket can be tried with them afterwards: a KDC that does not know them is none of this
 * host's.
 */
#ifndef VSC_TGT_HOST_KEYS_H
#define VSC_TGT_HOST_KEYS_H

#include <stdbool.h>

#include <krb5/krb5.h>

struct host_keys;

/* NULL where there is no keytab, or none of these keys in it; with *ret_is_broken where nobody can
 * tell: then no ticket may be trusted. */
struct host_keys *host_keys_read(bool *ret_is_broken);
void host_keys_free(struct host_keys *keys);
/*
 * 0 if a ticket for one of them, got by `creds`, opens with its key; `keys` may be NULL: 0 as well,
 * unless krb5.conf (verify_ap_req_nofail) wants it tried always.
 */
krb5_error_code host_keys_try(krb5_context context, const struct host_keys *keys,
                              krb5_creds *creds);

#endif
