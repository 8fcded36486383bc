/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One connection to a directory server with libldap: no referrals, no aliases, no files of
 * settings, every answer bounded in bytes and in time. Who binds, and how, is the caller's matter.
 */
#ifndef VSC_CERTCHECK_REFRESH_LDAP_SERVER_H
#define VSC_CERTCHECK_REFRESH_LDAP_SERVER_H

#include <ldap.h>
#include <stdbool.h>
#include <stddef.h>

#include "certcheck/refresh/network.h"
#include "certcheck/refresh/url.h"
#include "common/err.h"
#include "common/problem.h"

struct ldap_place {
    const char *host;
    unsigned port;
    bool tls;                 /* ldaps: the server must show a certificate for its name */
    const char *anchors_file; /* by one of these CAs; "": of the system's only */
    bool only_anchors;        /* and of nobody else */
};

struct ldap_server {
    LDAP *ldap;                   /* owned */
    struct ldap_conncb callbacks; /* must outlive the connection */
    const struct network_limits *limits;
    ber_len_t max_message;
    ber_socket_t fd; /* -1 before it is connected */
    bool met_a_stranger;
    char address[URL_HOST_SIZE + 32]; /* "ldap://dc1:389", for messages */
};

struct ldap_search {
    const char *base;
    int scope;
    const char *filter;
    char **attributes;
    size_t max_entries;
    size_t max_message; /* bytes of one entry */
};

/* Takes one entry; anything but VSC_OK ends the search with that. */
typedef enum vsc_err ldap_entry_taken(void *arg, LDAP *ldap, LDAPMessage *entry);

/* Make `server`, whose place must not change afterwards; it connects at the first request.
 * VSC_INPUT with the reason in `problem`. The caller releases with ldap_server_done(). */
must_check enum vsc_err ldap_server_init(struct ldap_server *server, const struct network *network,
                                         const struct ldap_place *place, struct problem *problem);
void ldap_server_done(struct ldap_server *server);

/*
 * From here on the server has the time of an answer (network_limits.directory_ms); then its
 * connection is shut down, in whatever state it is: libldap asks one that is silent in the middle
 * of TLS or of a bind again and again for ever. One server at a time is watched.
 */
must_check enum vsc_err ldap_server_watch(struct ldap_server *server, struct problem *problem);
void ldap_server_unwatch(void);

/* Say what libldap's `code` means; returns VSC_INPUT. */
enum vsc_err ldap_server_fault(const struct ldap_server *server, int code, struct problem *problem);
/* VSC_INPUT also where it ends too late, gives a referral instead of an answer, or more than
 * max_entries. What is above max_message ends the connection. */
must_check enum vsc_err ldap_server_search(struct ldap_server *server,
                                           const struct ldap_search *search,
                                           ldap_entry_taken *taken, void *arg,
                                           struct problem *problem);

#endif
