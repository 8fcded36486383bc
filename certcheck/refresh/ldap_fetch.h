/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of one directory entry: of the domain's directory as this computer (ldap_directory.h), of
 * any other server by an anonymous search. A server by ldaps must show a certificate
 * for its name from the anchors or from one of the system's CAs.
 */
#ifndef VSC_CERTCHECK_REFRESH_LDAP_FETCH_H
#define VSC_CERTCHECK_REFRESH_LDAP_FETCH_H

#include <stddef.h>

#include "certcheck/refresh/ldap_url.h"
#include "certcheck/refresh/network.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"

#define LDAP_VALUES_MAX 16

struct ldap_values {
    struct buf items[LDAP_VALUES_MAX]; /* owned */
    size_t count;
};

/*
 * Fetch the values of `attributes` (bits of ldap_url.h), at most `max` bytes in all. VSC_INPUT with
 * the reason in `problem`, also where there is none. The caller releases with ldap_values_done().
 */
must_check enum vsc_err ldap_fetch(const struct network *network, const struct ldap_url *url,
                                   unsigned attributes, size_t max, struct ldap_values *ret_values,
                                   struct problem *problem);
void ldap_values_done(struct ldap_values *values);
#define auto_ldap_values __attribute__((cleanup(ldap_values_done)))

#endif
