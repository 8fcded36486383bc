/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/url.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define PORT_MAX 65535

static const struct {
    const char *prefix;
    unsigned port;
} schemes[] = {
    [URL_HTTP] = {"http://", 80},
    [URL_HTTPS] = {"https://", 443},
    [URL_LDAP] = {"ldap://", 389},
    [URL_LDAPS] = {"ldaps://", 636},
};

static bool find_scheme(const char *text, enum url_scheme *ret_scheme)
{
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (strncasecmp(text, schemes[i].prefix, strlen(schemes[i].prefix)) != 0)
            continue;
        *ret_scheme = (enum url_scheme)i;
        return true;
    }
    return false;
}

/* Printable ASCII but what RFC 3986 keeps out of URLs, and no fragment. */
static bool has_only_url_bytes(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~' || strchr("\"<>\\^`{|}#", *c) != NULL)
            return false;
    return true;
}

static bool is_host_name(const char *host)
{
    static const char bytes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

    return host[strspn(host, bytes)] == '\0' && *host != '-' && *host != '.';
}

/* Digits behind a colon, or nothing at all. */
static bool read_port(const char *text, unsigned standard, unsigned *ret_port)
{
    unsigned port = 0;

    if (*text == '\0') {
        *ret_port = standard;
        return true;
    }
    if (*text++ != ':' || *text == '\0')
        return false;
    for (; *text >= '0' && *text <= '9' && port <= PORT_MAX; text++)
        port = port * 10 + (unsigned)(*text - '0');
    if (*text != '\0' || port == 0 || port > PORT_MAX)
        return false;
    *ret_port = port;
    return true;
}

/* host, host:port, [v6], [v6]:port, or nothing. */
static bool read_authority(char *authority, struct url *url)
{
    unsigned standard = schemes[url->scheme].port;
    struct in6_addr v6;
    bool literal = *authority == '[';
    char *host = literal ? authority + 1 : authority;
    size_t len = strcspn(host, literal ? "]" : ":");
    const char *port = host + len + (literal ? 1 : 0);

    if ((literal && host[len] != ']') || len >= sizeof(url->host))
        return false;
    memcpy(url->host, host, len);
    url->host[len] = '\0';
    if (!read_port(port, standard, &url->port))
        return false;
    return literal ? inet_pton(AF_INET6, url->host, &v6) == 1 : is_host_name(url->host);
}

enum vsc_err url_parse(const char *text, size_t len, struct url *ret_url, struct problem *problem)
{
    struct url url = {.port = 0};
    char authority[URL_HOST_SIZE + 16];
    const char *start;
    size_t authority_len;

    if (len == 0 || len > URL_MAX || memchr(text, '\0', len) != NULL)
        return problem_set(problem, VSC_INPUT, "an address that is empty, too long or holds a NUL");
    memcpy(url.text, text, len);
    if (!has_only_url_bytes(url.text))
        return problem_set(problem, VSC_INPUT, "%s: not a URL", url.text);
    if (!find_scheme(url.text, &url.scheme))
        return problem_set(problem, VSC_INPUT, "%s: only http, https, ldap and ldaps are fetched",
                           url.text);
    start = url.text + strlen(schemes[url.scheme].prefix);
    authority_len = strcspn(start, "/?");
    if (memchr(start, '@', authority_len) != NULL)
        return problem_set(problem, VSC_INPUT, "%s: it holds a user or a password", url.text);
    if (authority_len >= sizeof(authority))
        return problem_set(problem, VSC_INPUT, "%s: the host is too long", url.text);
    memcpy(authority, start, authority_len);
    authority[authority_len] = '\0';
    if (!read_authority(authority, &url))
        return problem_set(problem, VSC_INPUT, "%s: the host or the port makes no sense", url.text);
    if (*url.host == '\0' && (url.scheme != URL_LDAP || url.port != schemes[URL_LDAP].port))
        return problem_set(problem, VSC_INPUT, "%s: it names no host", url.text);
    url.rest = (size_t)(start - url.text) + authority_len;
    *ret_url = url;
    return VSC_OK;
}

bool url_is_http(const struct url *url)
{
    return url->scheme == URL_HTTP || url->scheme == URL_HTTPS;
}

bool url_is_loopback(const struct url *url)
{
    struct in6_addr v6;
    struct in_addr v4;

    if (strcasecmp(url->host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, url->host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, url->host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

enum vsc_err url_allows_redirect(const struct url *from, const struct url *to,
                                 struct problem *problem)
{
    if (!url_is_http(to))
        return problem_set(problem, VSC_INPUT, "%s: no redirect leads out of HTTP", to->text);
    if (from->scheme == URL_HTTPS && to->scheme != URL_HTTPS)
        return problem_set(problem, VSC_INPUT, "%s: no redirect leads from https to http",
                           to->text);
    if (url_is_loopback(to) && !url_is_loopback(from))
        return problem_set(problem, VSC_INPUT, "%s: no redirect leads to this computer", to->text);
    return VSC_OK;
}
