/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses as they stand in certificates and in redirects: read strictly (RFC 3986), and only of
 * the schemes that refresh speaks. Nothing else is ever opened, least of all a file.
 */
#ifndef VSC_CERTCHECK_REFRESH_URL_H
#define VSC_CERTCHECK_REFRESH_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/problem.h"

#define URL_MAX       2048 /* bytes */
#define URL_HOST_SIZE 256

enum url_scheme {
    URL_HTTP,
    URL_HTTPS,
    URL_LDAP,
    URL_LDAPS,
};

struct url {
    enum url_scheme scheme;
    char host[URL_HOST_SIZE]; /* a name, or an IPv4 or IPv6 literal without brackets; "" for none */
    unsigned port;            /* the scheme's own where none stands there */
    size_t rest;              /* where in the text path and query begin */
    char text[URL_MAX + 1];   /* the whole of it */
};

/*
 * Read `text`, which need not end with a NUL. VSC_INPUT with the reason in `problem`: another
 * scheme, no host (but for ldap, where that means the domain's own server), a user or password, a
 * fragment, a bad port, or a byte that has no place in a URL.
 */
must_check enum vsc_err url_parse(const char *text, size_t len, struct url *ret_url,
                                  struct problem *problem);

/* HTTP or HTTPS. */
bool url_is_http(const struct url *url);
/* The host is this computer by its literal address, or by the name "localhost". */
bool url_is_loopback(const struct url *url);
/* VSC_INPUT for a redirect that is not followed: out of HTTP, from https to http, or to this
 * computer from another one. */
must_check enum vsc_err url_allows_redirect(const struct url *from, const struct url *to,
                                            struct problem *problem);

#endif
