/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/http.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/own.h"
#include "common/text.h"

#define STATUS_OK           200
#define STATUS_NOT_MODIFIED 304
#define HEADER_SIZE         (HTTP_ETAG_SIZE + 32)
#define SYSTEM_ANCHORS      "/etc/ssl/certs"

typedef struct curl_slist headers;

DEFINE_AUTO(CURL, curl_easy_cleanup)
DEFINE_AUTO(headers, curl_slist_free_all)

/* One exchange: a request to one address. */
struct exchange {
    const struct network *network;
    const struct url *url;
    struct buf body;
    bool loopback;       /* this computer may be met */
    bool met_a_stranger; /* the name led to an address that is not met */
    struct http_version version;
    char fault[CURL_ERROR_SIZE];
};

static void exchange_done(struct exchange *exchange)
{
    buf_done(&exchange->body);
}

enum vsc_err http_start(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? VSC_OK : VSC_SYSTEM;
}

void http_end(void)
{
    curl_global_cleanup();
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;

    buf_put(&exchange->body, bytes, size * count);
    return exchange->body.overflow ? 0 : size * count;
}

/* The value of the header `name` into `to`; one that does not fit or cannot be sent back is none.
 */
static void keep_header(const char *line, const char *name, char *to, size_t size)
{
    size_t len = strlen(name);

    if (strncasecmp(line, name, len) != 0)
        return;
    line += len;
    line += strspn(line, " \t");
    len = strcspn(line, "\r\n");
    if (len >= size)
        return;
    memcpy(to, line, len);
    to[len] = '\0';
    if (!text_is_printable(to))
        *to = '\0';
}

static size_t take_header(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;
    size_t len = size * count;
    char line[HEADER_SIZE];

    if (len < sizeof(line)) {
        memcpy(line, bytes, len);
        line[len] = '\0';
        keep_header(line, "ETag:", exchange->version.etag, sizeof(exchange->version.etag));
        keep_header(line, "Last-Modified:", exchange->version.modified,
                    sizeof(exchange->version.modified));
    }
    return len;
}

/* After the name was looked up, so that no answer of a name server can lead elsewhere. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct exchange *exchange = arg;

    if (purpose != CURLSOCKTYPE_IPCXN || !network_may_meet(&address->addr, exchange->loopback)) {
        exchange->met_a_stranger = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int show_progress(void *arg, curl_off_t total, curl_off_t got, curl_off_t up_total,
                         curl_off_t up)
{
    const struct exchange *exchange = arg;
    const struct network *network = exchange->network;

    (void)up_total;
    (void)up;
    if (got > 0 && total >= 0)
        network->progress(network->progress_arg, exchange->url->text, (size_t)got, (size_t)total);
    return 0;
}

static bool set_limits(CURL *easy, const struct network_limits *limits, size_t max)
{
    return curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, limits->connect_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, limits->total_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, limits->slow_bytes) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, limits->slow_seconds) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)max) == CURLE_OK;
}

static bool set_manners(CURL *easy, const struct url *url)
{
    return curl_easy_setopt(easy, CURLOPT_URL, url->text) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "pam_vsc-certcheck/" VSC_VERSION) == CURLE_OK;
}

static bool set_tls(CURL *easy, const struct buf *anchors)
{
    struct curl_blob blob = {.data = anchors->data, .len = anchors->len, .flags = CURL_BLOB_NOCOPY};

    if (anchors->len > 0 && curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob) != CURLE_OK)
        return false;
    return curl_easy_setopt(easy, CURLOPT_CAPATH, SYSTEM_ANCHORS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
}

static bool set_callbacks(CURL *easy, struct exchange *exchange)
{
    const bool quiet = exchange->network->progress == NULL;

    return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, show_progress) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFODATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROGRESS, quiet ? 1L : 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->fault) == CURLE_OK;
}

/* NAME: VALUE to the request's headers, unless the value is empty. */
static bool add_header(headers **list, const char *name, const char *value)
{
    char line[HEADER_SIZE];
    headers *more;

    if (value == NULL || *value == '\0')
        return true;
    (void)snprintf(line, sizeof(line), "%s: %s", name, value);
    more = curl_slist_append(*list, line);
    if (more == NULL)
        return false;
    *list = more;
    return true;
}

static bool set_request(CURL *easy, const struct http_request *request, headers **list)
{
    const struct http_version *known = request->known;

    if (known != NULL && (!add_header(list, "If-None-Match", known->etag) ||
                          !add_header(list, "If-Modified-Since", known->modified)))
        return false;
    if (request->post != NULL) {
        if (!add_header(list, "Content-Type", request->post_type) ||
            curl_easy_setopt(easy, CURLOPT_POST, 1L) != CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->post->len) !=
                CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->post->data) != CURLE_OK)
            return false;
    }
    return *list == NULL || curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *list) == CURLE_OK;
}

static enum vsc_err tell_fault(const struct exchange *exchange, CURLcode code, size_t max,
                               struct problem *problem)
{
    const char *words = *exchange->fault != '\0' ? exchange->fault : curl_easy_strerror(code);

    if (code == CURLE_FILESIZE_EXCEEDED || exchange->body.overflow)
        return problem_set(problem, VSC_INPUT, "%s: larger than %zu bytes", exchange->url->text,
                           max);
    if (exchange->met_a_stranger)
        return problem_set(problem, VSC_INPUT, "%s: the name leads to an address that is not asked",
                           exchange->url->text);
    return problem_set(problem, VSC_INPUT, "%s: %s", exchange->url->text, words);
}

/* *ret_next is set for a redirect that may be followed; else the answer is complete. */
static enum vsc_err judge(CURL *easy, const struct exchange *exchange,
                          const struct http_request *request, struct url *next, bool *ret_redirect,
                          struct problem *problem)
{
    const char *target = NULL;
    long status = 0;
    enum vsc_err err;

    if (curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
        curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &target) != CURLE_OK)
        return VSC_SYSTEM;
    *ret_redirect = false;
    if (status == STATUS_OK || (status == STATUS_NOT_MODIFIED && request->known != NULL))
        return VSC_OK;
    if (target == NULL)
        return problem_set(problem, VSC_INPUT, "%s: HTTP status %ld", exchange->url->text, status);
    if (request->post != NULL)
        return problem_set(problem, VSC_INPUT, "%s: a redirect of a POST is not followed",
                           exchange->url->text);
    err = url_parse(target, strlen(target), next, problem);
    if (err == VSC_OK)
        err = url_allows_redirect(exchange->url, next, problem);
    *ret_redirect = err == VSC_OK;
    return err;
}

/* A request to one address, and what its answer means. */
static enum vsc_err ask(struct exchange *exchange, const struct http_request *request,
                        struct url *next, bool *ret_redirect, bool *ret_not_modified,
                        struct problem *problem)
{
    auto_by(curl_easy_cleanup) CURL *easy = curl_easy_init();
    auto_by(curl_slist_free_all) headers *list = NULL;
    CURLcode code;
    long status = 0;
    enum vsc_err err;

    if (easy == NULL || !set_manners(easy, exchange->url) ||
        !set_limits(easy, exchange->network->limits, request->max) ||
        !set_tls(easy, exchange->network->anchors) || !set_callbacks(easy, exchange) ||
        !set_request(easy, request, &list))
        return problem_set(problem, VSC_SYSTEM, "libcurl lacks something");
    code = curl_easy_perform(easy);
    if (code != CURLE_OK)
        return tell_fault(exchange, code, request->max, problem);
    err = judge(easy, exchange, request, next, ret_redirect, problem);
    if (err == VSC_OK && curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK)
        return VSC_SYSTEM;
    *ret_not_modified = status == STATUS_NOT_MODIFIED;
    return err;
}

enum vsc_err http_fetch(const struct network *network, const struct http_request *request,
                        struct http_answer *ret_answer, struct problem *problem)
{
    struct url here = *request->url, next;

    for (unsigned i = 0; i <= HTTP_REDIRECTS_MAX; i++) {
        __attribute__((cleanup(exchange_done))) struct exchange exchange = {
            .network = network, .url = &here, .loopback = i == 0 || url_is_loopback(request->url)};
        bool redirect = false, not_modified = false;
        enum vsc_err err;

        buf_init(&exchange.body, request->max);
        err = ask(&exchange, request, &next, &redirect, &not_modified, problem);
        if (err != VSC_OK)
            return err;
        if (!redirect) {
            *ret_answer = (struct http_answer){
                .not_modified = not_modified, .body = exchange.body, .version = exchange.version};
            buf_init(&exchange.body, 0);
            return VSC_OK;
        }
        here = next;
    }
    return problem_set(problem, VSC_INPUT, "%s: more than %d redirects", request->url->text,
                       HTTP_REDIRECTS_MAX);
}
