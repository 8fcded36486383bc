/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/est/url.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SCHEME    "https://"
#define WELL      "/.well-known/est"
#define URL_MAX   512
#define LETTERS   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define HOST      LETTERS "-."
#define ADDRESS   "0123456789abcdefABCDEF:."
#define LABEL     LETTERS "-._~"
#define PORT_MAX  65535
#define PORT_SIZE 5 /* digits */

/* HOST or [ADDRESS]; its length, 0 for none. */
static size_t host_len(const char *text)
{
    size_t len;

    if (*text != '[')
        return strspn(text, HOST);
    len = strspn(text + 1, ADDRESS);
    return len > 0 && text[1 + len] == ']' ? len + 2 : 0;
}

/* :PORT or nothing; *ret_len is its length. */
static bool is_port(const char *text, size_t *ret_len)
{
    unsigned long port = 0;
    size_t digits;

    *ret_len = 0;
    if (*text != ':')
        return true;
    digits = strspn(text + 1, "0123456789");
    if (digits == 0 || digits > PORT_SIZE)
        return false;
    for (size_t i = 1; i <= digits; i++)
        port = port * 10 + (unsigned long)(text[i] - '0');
    *ret_len = digits + 1;
    return port > 0 && port <= PORT_MAX;
}

/* Nothing, or the well-known path with one label at most. */
static bool is_path(const char *path)
{
    size_t len;

    if (*path == '\0' || strcmp(path, "/") == 0)
        return true;
    if (strncmp(path, WELL, strlen(WELL)) != 0)
        return false;
    path += strlen(WELL);
    if (*path == '\0' || strcmp(path, "/") == 0)
        return true;
    len = *path == '/' ? strspn(path + 1, LABEL) : 0;
    return len > 0 && path[1] != '.' && path[1 + len] == '\0';
}

const char *est_url_fault(const char *url)
{
    const char *rest = url + strlen(SCHEME);
    size_t len;

    if (strlen(url) > URL_MAX)
        return "is longer than 512 bytes";
    if (strncmp(url, SCHEME, strlen(SCHEME)) != 0)
        return "does not begin with https://";
    len = host_len(rest);
    if (len == 0 || *rest == '.' || strstr(url, "..") != NULL)
        return "names no host";
    rest += len;
    if (!is_port(rest, &len))
        return "has a port that is none";
    if (!is_path(rest + len))
        return "is not https://HOST[:PORT][/.well-known/est[/LABEL]]";
    return NULL;
}

enum vsc_err est_url(const char *url, const char *operation, char to[EST_URL_SIZE])
{
    const char *path = NULL;
    size_t len = strlen(url);
    int written;

    if (est_url_fault(url) != NULL)
        return VSC_CONFIG;
    path = strchr(url + strlen(SCHEME), '/');
    while (url[len - 1] == '/')
        len--;
    written = snprintf(to, EST_URL_SIZE, "%.*s%s/%s", (int)len, url,
                       path == NULL || path[1] == '\0' ? WELL : "", operation);
    return written > 0 && written < EST_URL_SIZE ? VSC_OK : VSC_CONFIG;
}
