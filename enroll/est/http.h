/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One exchange with an EST server: HTTPS with TLS 1.2 or later, the server's certificate verified
 * against the profile's anchors or the system's, nothing from the environment, no redirect at all,
 * and bounds on time and size.
 */
#ifndef VSC_ENROLL_EST_HTTP_H
#define VSC_ENROLL_EST_HTTP_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/deadline.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

#define EST_SECONDS      120 /* all exchanges of one call */
#define EST_TYPE_SIZE    128
#define EST_SLOW_SECONDS 20 /* with less than EST_SLOW_BYTES a second */
#define EST_SLOW_BYTES   64

enum est_fault {
    EST_ANSWERED,
    EST_UNREACHABLE, /* no connection, or it broke */
    EST_UNTRUSTED,   /* the server's certificate is not accepted */
    EST_SLOW,
    EST_TOO_LARGE, /* more than EST_BODY_MAX */
};

/* Whom TLS shows: a key, its certificate and the issuers. Borrowed. */
struct est_client {
    EVP_PKEY *key;
    X509 *cert;
    STACK_OF(X509) * issuers;
};

struct est_request {
    const char *url;
    const char *body;                /* a PKCS #10 in base64; NULL: GET */
    const struct buf *anchors;       /* PEM; empty: the system's */
    const char *user;                /* with `password` */
    const struct secret *password;   /* NULL: none */
    const struct est_client *client; /* NULL: none */
    struct deadline deadline;
};

struct est_response {
    enum est_fault fault;
    long status;
    char type[EST_TYPE_SIZE];
    int64_t retry_after; /* seconds; -1: not said, or not in seconds */
    struct buf body;     /* owned */
};

void est_response_done(struct est_response *response);
#define auto_response __attribute__((cleanup(est_response_done)))

/* VSC_OK also for a fault, which `problem` tells then. Release `ret_response` in any case. */
must_check enum vsc_err est_exchange(const struct est_request *request,
                                     struct est_response *ret_response, struct problem *problem);
/* A line of the header. */
void est_header(const char *line, size_t len, struct est_response *response);
bool est_is_type(const struct est_response *response, const char *type);

#endif
