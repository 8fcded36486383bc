/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/ldap_fetch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ldap.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "common/deadline.h"
#include "common/own.h"

#define ADDRESS_SIZE   (URL_HOST_SIZE + 32)
#define SYSTEM_ANCHORS "/etc/ssl/certs"
#define OVERHEAD       4096 /* bytes of a message beside the values */
#define ALARM_LATER_MS 500  /* than the deadline of an answer, which says more of what was wrong */

struct server {
    LDAP *ldap;                   /* owned */
    struct ldap_conncb callbacks; /* must outlive the connection */
    ber_len_t max_message;
    bool met_a_stranger;
    char address[ADDRESS_SIZE];
};

static void free_entry(LDAPMessage *message)
{
    (void)ldap_msgfree(message);
}
DEFINE_AUTO(LDAPMessage, free_entry)

static void server_done(struct server *server)
{
    if (server->ldap != NULL)
        (void)ldap_unbind_ext_s(server->ldap, NULL, NULL);
}

/*
 * libldap keeps its deadlines with a server that speaks LDAP, but asks one that is silent in the
 * middle of TLS again and again for ever. An alarm ends that: the connection is shut down.
 */
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

/* A connection stands, nothing was said yet. */
static int check_connection(LDAP *ldap, Sockbuf *sockbuf, LDAPURLDesc *url,
                            struct sockaddr *address, struct ldap_conncb *callbacks)
{
    struct server *server = callbacks->lc_arg;
    ber_socket_t fd = -1;

    (void)ldap;
    (void)url;
    if (ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_GET_FD, &fd) == 1)
        connection = fd;
    if (address == NULL || !network_may_meet(address, true)) {
        server->met_a_stranger = true;
        return -1;
    }
    return ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &server->max_message) < 0;
}

static void forget_connection(LDAP *ldap, Sockbuf *sockbuf, struct ldap_conncb *callbacks)
{
    (void)ldap;
    (void)sockbuf;
    (void)callbacks;
    connection = -1;
}

static struct timeval timeval_of(long ms)
{
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

static bool set(LDAP *ldap, int option, const void *value)
{
    return ldap_set_option(ldap, option, value) == LDAP_OPT_SUCCESS;
}

static bool set_tls(const struct network *network, LDAP *ldap)
{
    const int demand = LDAP_OPT_X_TLS_DEMAND, client = 0;
    const int version = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;

    if (*network->anchors_file != '\0' &&
        !set(ldap, LDAP_OPT_X_TLS_CACERTFILE, network->anchors_file))
        return false;
    return set(ldap, LDAP_OPT_X_TLS_CACERTDIR, SYSTEM_ANCHORS) &&
           set(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) &&
           set(ldap, LDAP_OPT_X_TLS_PROTOCOL_MIN, &version) &&
           set(ldap, LDAP_OPT_X_TLS_NEWCTX, &client);
}

static bool set_manners(const struct network *network, struct server *server)
{
    const struct timeval connect = timeval_of(network->limits->connect_ms);
    const int version = LDAP_VERSION3, follow = LDAP_DEREF_NEVER;

    return set(server->ldap, LDAP_OPT_PROTOCOL_VERSION, &version) &&
           set(server->ldap, LDAP_OPT_DEREF, &follow) &&
           set(server->ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) &&
           set(server->ldap, LDAP_OPT_RESTART, LDAP_OPT_ON) &&
           set(server->ldap, LDAP_OPT_NETWORK_TIMEOUT, &connect) &&
           set(server->ldap, LDAP_OPT_CONNECT_CB, &server->callbacks);
}

static enum vsc_err open_server(const struct network *network, const struct ldap_url *url,
                                struct server *server, struct problem *problem)
{
    struct in6_addr v6;
    const bool literal = inet_pton(AF_INET6, url->host, &v6) == 1;

    (void)snprintf(server->address, sizeof(server->address), "ldap%s://%s%s%s:%u",
                   url->tls ? "s" : "", literal ? "[" : "", url->host, literal ? "]" : "",
                   url->port);
    server->callbacks = (struct ldap_conncb){
        .lc_add = check_connection, .lc_del = forget_connection, .lc_arg = server};
    if (ldap_initialize(&server->ldap, server->address) != LDAP_SUCCESS)
        return problem_set(problem, VSC_INPUT, "%s: not understood by libldap", server->address);
    if (!set_manners(network, server) || (url->tls && !set_tls(network, server->ldap)))
        return problem_set(problem, VSC_SYSTEM, "libldap lacks something");
    return VSC_OK;
}

static enum vsc_err tell_fault(const struct server *server, int code, struct problem *problem)
{
    char *detail = NULL;

    if (server->met_a_stranger)
        return problem_set(problem, VSC_INPUT, "%s: the name leads to an address that is not asked",
                           server->address);
    (void)ldap_get_option(server->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &detail);
    (void)problem_set(problem, VSC_INPUT, "%s: %s%s%s", server->address, ldap_err2string(code),
                      detail != NULL ? ": " : "", detail != NULL ? detail : "");
    ldap_memfree(detail);
    return VSC_INPUT;
}

/* The whole answer to a search, or no later than the deadline. */
static enum vsc_err search(const struct network *network, struct server *server,
                           const struct ldap_url *url, char **names, LDAPMessage **ret_answer,
                           struct problem *problem)
{
    const struct deadline deadline = deadline_in(network->limits->directory_ms);
    auto_by(free_entry) LDAPMessage *answer = NULL;
    struct timeval total = timeval_of(network->limits->directory_ms);
    int id = 0, code, result = LDAP_OTHER, got;

    code = ldap_search_ext(server->ldap, url->dn, LDAP_SCOPE_BASE, "(objectClass=*)", names, 0,
                           NULL, NULL, &total, 1, &id);
    if (code != LDAP_SUCCESS)
        return tell_fault(server, code, problem);
    total = timeval_of(deadline_left(&deadline));
    got = ldap_result(server->ldap, id, LDAP_MSG_ALL, &total, &answer);
    if (got == 0)
        return problem_set(problem, VSC_INPUT, "%s: no answer in time", server->address);
    if (got < 0) {
        (void)ldap_get_option(server->ldap, LDAP_OPT_RESULT_CODE, &code);
        return tell_fault(server, code, problem);
    }
    code = ldap_parse_result(server->ldap, answer, &result, NULL, NULL, NULL, NULL, 0);
    if (code != LDAP_SUCCESS || result != LDAP_SUCCESS)
        return tell_fault(server, code != LDAP_SUCCESS ? code : result, problem);
    *ret_answer = take(answer);
    return VSC_OK;
}

static bool add_value(struct ldap_values *values, const struct berval *value, size_t max)
{
    struct buf *item = &values->items[values->count];
    size_t used = 0;

    for (size_t i = 0; i < values->count; i++)
        used += values->items[i].len;
    if (values->count == LDAP_VALUES_MAX || value->bv_len > max - used)
        return false;
    buf_init(item, value->bv_len);
    buf_put(item, value->bv_val, value->bv_len);
    values->count++;
    return buf_status(item) == VSC_OK;
}

static bool add_attribute(struct server *server, LDAPMessage *entry, const char *name, size_t max,
                          struct ldap_values *values)
{
    struct berval **found = ldap_get_values_len(server->ldap, entry, name);
    bool fits = true;

    for (size_t i = 0; found != NULL && found[i] != NULL && fits; i++)
        fits = found[i]->bv_len == 0 || add_value(values, found[i], max);
    ldap_value_free_len(found);
    return fits;
}

/* Those attributes of the answer that were asked for. */
static bool collect(struct server *server, LDAPMessage *answer, unsigned attributes, size_t max,
                    struct ldap_values *values)
{
    LDAPMessage *entry = ldap_first_entry(server->ldap, answer);
    BerElement *next = NULL;
    bool fits = true;
    char *name = entry != NULL ? ldap_first_attribute(server->ldap, entry, &next) : NULL;

    while (name != NULL) {
        if (fits && (ldap_url_attribute_bit(name) & attributes) != 0)
            fits = add_attribute(server, entry, name, max, values);
        ldap_memfree(name);
        name = ldap_next_attribute(server->ldap, entry, next);
    }
    ber_free(next, 0);
    return fits;
}

enum vsc_err ldap_fetch(const struct network *network, const struct ldap_url *url,
                        unsigned attributes, size_t max, struct ldap_values *ret_values,
                        struct problem *problem)
{
    __attribute__((cleanup(server_done))) struct server server = {.max_message = max + OVERHEAD};
    auto_ldap_values struct ldap_values values = {.count = 0};
    auto_by(free_entry) LDAPMessage *answer = NULL;
    char names[4][48];
    char *wanted[5] = {NULL};
    size_t count = 0;
    enum vsc_err err;

    for (unsigned bit = 1; bit <= LDAP_CERTIFICATES; bit <<= 1) {
        if ((attributes & bit) == 0)
            continue;
        (void)snprintf(names[count], sizeof(names[count]), "%s;binary",
                       ldap_url_attribute_name(bit));
        wanted[count] = names[count];
        count++;
    }
    err = open_server(network, url, &server, problem);
    if (err == VSC_OK && !set_alarm(network->limits->directory_ms + ALARM_LATER_MS))
        err = problem_set(problem, VSC_SYSTEM, "no alarm can be set: %m");
    if (err == VSC_OK)
        err = search(network, &server, url, wanted, &answer, problem);
    (void)set_alarm(0);
    connection = -1;
    if (err != VSC_OK)
        return err;
    if (!collect(&server, answer, attributes, max, &values))
        return problem_set(problem, VSC_INPUT, "%s: more than %zu bytes or %d values",
                           server.address, max, LDAP_VALUES_MAX);
    if (values.count == 0)
        return problem_set(problem, VSC_INPUT, "%s: the entry holds nothing of what is asked for",
                           server.address);
    *ret_values = values;
    values.count = 0;
    return VSC_OK;
}

void ldap_values_done(struct ldap_values *values)
{
    for (size_t i = 0; i < values->count; i++)
        buf_done(&values->items[i]);
    values->count = 0;
}
