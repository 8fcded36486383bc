/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LDAP URLs (RFC 4516) of distribution points and authority information. An entry is read by its
 * name and nothing else: the scope must be base, the attributes must be ones that hold lists or
 * certificates (RFC 4523), and a filter is checked for its form and then left unused.
 */
#ifndef VSC_CERTCHECK_REFRESH_LDAP_URL_H
#define VSC_CERTCHECK_REFRESH_LDAP_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "certcheck/refresh/url.h"

#define LDAP_DN_SIZE 1024

/* Bits: which attributes the URL asks for. */
#define LDAP_CRLS         1u /* certificateRevocationList */
#define LDAP_CA_CRLS      2u /* authorityRevocationList */
#define LDAP_DELTA_CRLS   4u /* deltaRevocationList */
#define LDAP_CERTIFICATES 8u /* cACertificate */

struct ldap_url {
    char host[URL_HOST_SIZE]; /* "": the domain's own directory */
    unsigned port;
    bool tls;              /* ldaps */
    char dn[LDAP_DN_SIZE]; /* decoded; RFC 4514, valid UTF-8 without controls */
    unsigned attributes;   /* bits; 0 where the URL names none */
};

/* `url` is one of URL_LDAP, URL_LDAPS. VSC_INPUT with the reason in `problem`; also for a URL
 * without a name. */
must_check enum vsc_err ldap_url_read(const struct url *url, struct ldap_url *ret_ldap,
                                      struct problem *problem);

/* The name of an attribute's bit: "certificateRevocationList". */
const char *ldap_url_attribute_name(unsigned bit);
/* The bit of an attribute description, with or without ";binary", without case; 0 for others. */
unsigned ldap_url_attribute_bit(const char *description);

#endif
