/* SPDX-License-Identifier: BSD-2-Clause */
/* What both kinds of servers are held to: which addresses may be met, how long, how much. */
#ifndef VSC_CERTCHECK_REFRESH_NETWORK_H
#define VSC_CERTCHECK_REFRESH_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "common/buf.h"

#define NETWORK_CRL_MAX         ((size_t)256 * 1024 * 1024)
#define NETWORK_CERTIFICATE_MAX ((size_t)1024 * 1024)
#define NETWORK_OCSP_MAX        ((size_t)64 * 1024)

struct network_limits {
    long connect_ms;
    long total_ms;
    long slow_bytes;   /* a transfer slower than so many bytes a second */
    long slow_seconds; /* for so long is given up */
    long directory_ms; /* an answer of a directory, whose speed nobody measures */
};

extern const struct network_limits network_limits;

/* Called now and then while something comes in. */
typedef void network_progress(void *arg, const char *address, size_t got, size_t total);

struct ldap_directory;

/* What a connection is made with. Borrowed. */
struct network {
    const struct network_limits *limits;
    const struct buf *anchors; /* PEM: whom TLS servers may be certified by, beside the system's */
    const char *anchors_file;  /* the same as a file, for libldap; "" for none */
    struct ldap_directory *directory; /* the domain's; NULL: there is none, or it cannot be asked */
    network_progress *progress;       /* NULL: nobody looks */
    void *progress_arg;
};

/*
 * May a connection go there? Never to an address that no server has (unspecified, multicast,
 * broadcast) nor to a link-local one, where cloud computers keep their secrets; to this computer
 * only with `loopback`: where a certificate leads, and no redirect.
 */
bool network_may_meet(const struct sockaddr *address, bool loopback);

#endif
