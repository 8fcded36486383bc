/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HTTP and HTTPS with libcurl: no proxy and nothing else from the environment, no credentials, no
 * cookies, no compression; redirects only as url.h allows them, HTTP_REDIRECTS_MAX of them, none
 * for a POST. TLS 1.2 or later; the server's certificate is verified.
 */
#ifndef VSC_CERTCHECK_REFRESH_HTTP_H
#define VSC_CERTCHECK_REFRESH_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "certcheck/refresh/network.h"
#include "certcheck/refresh/url.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"

#define HTTP_REDIRECTS_MAX 3
#define HTTP_ETAG_SIZE     256
#define HTTP_DATE_SIZE     64

/* How a server names one version of a document: "" where it does not. */
struct http_version {
    char etag[HTTP_ETAG_SIZE];
    char modified[HTTP_DATE_SIZE];
};

struct http_request {
    const struct url *url;
    size_t max;                       /* bytes of the answer */
    const struct http_version *known; /* NULL: it is wanted whatever it is */
    const struct buf *post;           /* NULL for GET */
    const char *post_type;            /* its Content-Type */
};

struct http_answer {
    bool not_modified; /* the known version stands; no body */
    struct buf body;   /* owned: buf_done() */
    struct http_version version;
};

/* Once in a process, before the first request and after the last one. */
must_check enum vsc_err http_start(void);
void http_end(void);

/*
 * Fetch. VSC_OK only for a whole answer with the status 200, or 304 where a known version was
 * given; VSC_INPUT with the reason in `problem` for whatever else comes of it.
 */
must_check enum vsc_err http_fetch(const struct network *network,
                                   const struct http_request *request,
                                   struct http_answer *ret_answer, struct problem *problem);

#endif
