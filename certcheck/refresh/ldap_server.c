/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/ldap_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "common/deadline.h"
#include "common/own.h"

#define SYSTEM_ANCHORS "/etc/ssl/certs"
#define OVERHEAD       4096 /* bytes of a message beside the values */
#define ALARM_LATER_MS 500  /* than the deadline of an answer, which says more of what was wrong */

static void free_message(LDAPMessage *message)
{
    (void)ldap_msgfree(message);
}
DEFINE_AUTO(LDAPMessage, free_message)

/* ---- the time of an answer ------------------------------------------------------------------- */

static volatile sig_atomic_t connection = -1;

static void shut_down(int number)
{
    const int saved = errno;

    (void)number;
    if (connection >= 0)
        (void)shutdown(connection, SHUT_RDWR);
    errno = saved;
}

static bool set_alarm(long ms)
{
    const struct sigaction action = {.sa_handler = ms > 0 ? shut_down : SIG_IGN};
    const struct itimerval timer = {
        .it_value = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000},
        .it_interval = {.tv_sec =
                            ms > 0 ? 1 : 0}}; /* a next address of the name is shut down soon */

    return sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &timer, NULL) == 0;
}

enum vsc_err ldap_server_watch(struct ldap_server *server, struct problem *problem)
{
    connection = server->fd;
    if (set_alarm(server->limits->directory_ms + ALARM_LATER_MS))
        return VSC_OK;
    return problem_set(problem, VSC_SYSTEM, "no alarm can be set: %m");
}

void ldap_server_unwatch(void)
{
    (void)set_alarm(0);
    connection = -1;
}

/* ---- the connection -------------------------------------------------------------------------- */

/* A connection stands, nothing was said yet. */
static int check_connection(LDAP *ldap, Sockbuf *sockbuf, LDAPURLDesc *url,
                            struct sockaddr *address, struct ldap_conncb *callbacks)
{
    struct ldap_server *server = callbacks->lc_arg;
    ber_socket_t fd = -1;

    (void)ldap;
    (void)url;
    if (ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_GET_FD, &fd) == 1)
        server->fd = fd;
    connection = server->fd;
    if (address == NULL || !network_may_meet(address, true)) {
        server->met_a_stranger = true;
        return -1;
    }
    return ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &server->max_message) < 0;
}

static void forget_connection(LDAP *ldap, Sockbuf *sockbuf, struct ldap_conncb *callbacks)
{
    struct ldap_server *server = callbacks->lc_arg;

    (void)ldap;
    (void)sockbuf;
    if (connection == server->fd)
        connection = -1;
    server->fd = -1;
}

static struct timeval timeval_of(long ms)
{
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

static bool set(LDAP *ldap, int option, const void *value)
{
    return ldap_set_option(ldap, option, value) == LDAP_OPT_SUCCESS;
}

static bool set_tls(LDAP *ldap, const struct ldap_place *place)
{
    const int demand = LDAP_OPT_X_TLS_DEMAND, client = 0;
    const int version = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;

    if (*place->anchors_file != '\0' && !set(ldap, LDAP_OPT_X_TLS_CACERTFILE, place->anchors_file))
        return false;
    return (place->only_anchors || set(ldap, LDAP_OPT_X_TLS_CACERTDIR, SYSTEM_ANCHORS)) &&
           set(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) &&
           set(ldap, LDAP_OPT_X_TLS_PROTOCOL_MIN, &version) &&
           set(ldap, LDAP_OPT_X_TLS_NEWCTX, &client);
}

static bool set_manners(struct ldap_server *server)
{
    const struct timeval connect = timeval_of(server->limits->connect_ms);
    const int version = LDAP_VERSION3, follow = LDAP_DEREF_NEVER;

    return set(server->ldap, LDAP_OPT_PROTOCOL_VERSION, &version) &&
           set(server->ldap, LDAP_OPT_DEREF, &follow) &&
           set(server->ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) &&
           set(server->ldap, LDAP_OPT_RESTART, LDAP_OPT_ON) &&
           set(server->ldap, LDAP_OPT_NETWORK_TIMEOUT, &connect) &&
           set(server->ldap, LDAP_OPT_CONNECT_CB, &server->callbacks);
}

enum vsc_err ldap_server_init(struct ldap_server *server, const struct network *network,
                              const struct ldap_place *place, struct problem *problem)
{
    struct in6_addr v6;
    const bool literal = inet_pton(AF_INET6, place->host, &v6) == 1;

    *server = (struct ldap_server){.limits = network->limits, .max_message = OVERHEAD, .fd = -1};
    (void)snprintf(server->address, sizeof(server->address), "ldap%s://%s%s%s:%u",
                   place->tls ? "s" : "", literal ? "[" : "", place->host, literal ? "]" : "",
                   place->port);
    server->callbacks = (struct ldap_conncb){
        .lc_add = check_connection, .lc_del = forget_connection, .lc_arg = server};
    if (ldap_initialize(&server->ldap, server->address) != LDAP_SUCCESS)
        return problem_set(problem, VSC_INPUT, "%s: not understood by libldap", server->address);
    if (!set_manners(server) || (place->tls && !set_tls(server->ldap, place))) {
        ldap_server_done(server);
        return problem_set(problem, VSC_SYSTEM, "libldap lacks something");
    }
    return VSC_OK;
}

void ldap_server_done(struct ldap_server *server)
{
    if (server->ldap != NULL)
        (void)ldap_unbind_ext_s(server->ldap, NULL, NULL);
    server->ldap = NULL;
}

enum vsc_err ldap_server_fault(const struct ldap_server *server, int code, struct problem *problem)
{
    char *detail = NULL;

    if (server->met_a_stranger)
        return problem_set(problem, VSC_INPUT, "%s: the name leads to an address that is not asked",
                           server->address);
    (void)ldap_get_option(server->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &detail);
    (void)problem_set(problem, VSC_INPUT, "%s: %s%s%s", server->address, ldap_err2string(code),
                      detail != NULL && *detail != '\0' ? ": " : "", detail != NULL ? detail : "");
    ldap_memfree(detail);
    return VSC_INPUT;
}

/* ---- a search -------------------------------------------------------------------------------- */

/* So much for one message, on a connection that stands, and on one that is made for it. */
static void limit_messages(struct ldap_server *server, size_t max)
{
    Sockbuf *sockbuf = NULL;

    server->max_message = max + OVERHEAD;
    if (server->fd >= 0 &&
        ldap_get_option(server->ldap, LDAP_OPT_SOCKBUF, &sockbuf) == LDAP_OPT_SUCCESS &&
        sockbuf != NULL)
        (void)ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &server->max_message);
}

static enum vsc_err end_of(const struct ldap_server *server, LDAPMessage *message,
                           struct problem *problem)
{
    int result = LDAP_OTHER;
    int code = ldap_parse_result(server->ldap, message, &result, NULL, NULL, NULL, NULL, 0);

    if (code == LDAP_SUCCESS && result == LDAP_SUCCESS)
        return VSC_OK;
    return ldap_server_fault(server, code != LDAP_SUCCESS ? code : result, problem);
}

/* The next message to request `id`. */
static enum vsc_err next_message(const struct ldap_server *server, int id,
                                 const struct deadline *deadline, LDAPMessage **ret_message,
                                 struct problem *problem)
{
    struct timeval left = timeval_of(deadline_left(deadline));
    int code = LDAP_OTHER;
    int got = ldap_result(server->ldap, id, LDAP_MSG_ONE, &left, ret_message);

    if (got == 0)
        return problem_set(problem, VSC_INPUT, "%s: no answer in time", server->address);
    if (got > 0)
        return VSC_OK;
    (void)ldap_get_option(server->ldap, LDAP_OPT_RESULT_CODE, &code);
    return ldap_server_fault(server, code, problem);
}

static enum vsc_err take_answer(struct ldap_server *server, int id,
                                const struct ldap_search *search, ldap_entry_taken *taken,
                                void *arg, struct problem *problem)
{
    const struct deadline deadline = deadline_in(server->limits->directory_ms);
    size_t entries = 0;

    for (;;) {
        auto_by(free_message) LDAPMessage *message = NULL;
        enum vsc_err err = next_message(server, id, &deadline, &message, problem);

        if (err != VSC_OK)
            return err;
        if (ldap_msgtype(message) == LDAP_RES_SEARCH_RESULT)
            return end_of(server, message, problem);
        if (ldap_msgtype(message) != LDAP_RES_SEARCH_ENTRY)
            continue; /* a referral to elsewhere */
        if (++entries > search->max_entries)
            err = problem_set(problem, VSC_INPUT, "%s: more than %zu entries", server->address,
                              search->max_entries);
        else
            err = taken(arg, server->ldap, message);
        if (err != VSC_OK) {
            (void)ldap_abandon_ext(server->ldap, id, NULL, NULL);
            return err;
        }
    }
}

enum vsc_err ldap_server_search(struct ldap_server *server, const struct ldap_search *search,
                                ldap_entry_taken *taken, void *arg, struct problem *problem)
{
    struct timeval total = timeval_of(server->limits->directory_ms);
    int id = 0, code;
    enum vsc_err err = ldap_server_watch(server, problem);

    if (err != VSC_OK)
        return err;
    limit_messages(server, search->max_message);
    code = ldap_search_ext(server->ldap, search->base, search->scope, search->filter,
                           search->attributes, 0, NULL, NULL, &total, 0, &id);
    if (code == LDAP_SUCCESS)
        err = take_answer(server, id, search, taken, arg, problem);
    else
        err = ldap_server_fault(server, code, problem);
    ldap_server_unwatch();
    return err;
}
