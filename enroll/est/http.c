/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/est/http.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/own.h"
#include "common/text.h"
#include "enroll/est/answer.h"
#include "enroll/https.h"

#define CONNECT_MS  10000
#define EXCHANGE_MS 60000

typedef struct curl_slist headers;

DEFINE_AUTO(CURL, curl_easy_cleanup)
DEFINE_AUTO(headers, curl_slist_free_all)

void est_response_done(struct est_response *response)
{
    buf_done(&response->body);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct est_response *response = arg;

    buf_put(&response->body, bytes, size * count);
    return response->body.overflow ? 0 : size * count;
}

/* The value of the header `name`; NULL: it is another one. */
static const char *value_of(const char *line, size_t len, const char *name, size_t *ret_len)
{
    size_t at = strlen(name);

    if (len < at || strncasecmp(line, name, at) != 0)
        return NULL;
    while (at < len && (line[at] == ' ' || line[at] == '\t'))
        at++;
    while (len > at && (line[len - 1] == '\r' || line[len - 1] == '\n' || line[len - 1] == ' '))
        len--;
    *ret_len = len - at;
    return line + at;
}

/* At most nine digits. */
static int64_t read_seconds(const char *text, size_t len)
{
    int64_t seconds = 0;

    if (len == 0 || len > 9)
        return -1;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        seconds = seconds * 10 + (text[i] - '0');
    }
    return seconds;
}

void est_header(const char *line, size_t len, struct est_response *response)
{
    size_t value_len = 0;
    const char *value = value_of(line, len, "Retry-After:", &value_len);

    if (value != NULL)
        response->retry_after = read_seconds(value, value_len);
    value = value_of(line, len, "Content-Type:", &value_len);
    if (value == NULL)
        return;
    response->type[0] = '\0';
    if (value_len >= sizeof response->type || memchr(value, '\0', value_len) != NULL)
        return;
    memcpy(response->type, value, value_len);
    response->type[value_len] = '\0';
}

bool est_is_type(const struct est_response *response, const char *type)
{
    size_t len = strlen(type);

    return strncasecmp(response->type, type, len) == 0 &&
           strchr("; \t", response->type[len]) != NULL;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *arg)
{
    est_header(bytes, size * count, arg);
    return size * count;
}

/* The card's certificate and key, into the connection's own context. */
static CURLcode show_client(CURL *easy, void *context, void *arg)
{
    const struct est_client *client = arg;

    (void)easy;
    if (SSL_CTX_use_certificate(context, client->cert) != 1 ||
        SSL_CTX_use_PrivateKey(context, client->key) != 1)
        return CURLE_SSL_CERTPROBLEM;
    for (int i = 0; i < sk_X509_num(client->issuers); i++)
        if (SSL_CTX_add1_chain_cert(context, sk_X509_value(client->issuers, i)) != 1)
            return CURLE_SSL_CERTPROBLEM;
    return CURLE_OK;
}

static bool set_limits(CURL *easy, const struct deadline *deadline)
{
    long left = deadline_left(deadline), whole = left < EXCHANGE_MS ? left : EXCHANGE_MS;

    return left > 0 && curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, whole) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)EST_SLOW_BYTES) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)EST_SLOW_SECONDS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)EST_BODY_MAX) == CURLE_OK;
}

static bool set_client(CURL *easy, const struct est_client *client)
{
    return client == NULL ||
           (curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, show_client) == CURLE_OK &&
            curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, client) == CURLE_OK);
}

static bool set_password(CURL *easy, const struct est_request *request)
{
    char password[sizeof request->password->bytes + 1];
    bool good;

    if (request->password == NULL)
        return true;
    memcpy(password, request->password->bytes, request->password->len);
    password[request->password->len] = '\0';
    good = curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERNAME, request->user) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PASSWORD, password) == CURLE_OK;
    explicit_bzero(password, sizeof password);
    return good;
}

static bool add(headers **list, const char *line)
{
    headers *more = curl_slist_append(*list, line);

    if (more != NULL)
        *list = more;
    return more != NULL;
}

static bool set_request(CURL *easy, const struct est_request *request, headers **list)
{
    if (request->body == NULL)
        return true;
    return add(list, "Content-Type: application/pkcs10") &&
           add(list, "Content-Transfer-Encoding: base64") && add(list, "Expect:") &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *list) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body) == CURLE_OK;
}

static enum est_fault fault_of(CURL *easy, CURLcode code, const struct est_response *response)
{
    curl_off_t connected = 0;

    if (code == CURLE_FILESIZE_EXCEEDED || response->body.overflow)
        return EST_TOO_LARGE;
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR)
        return EST_UNTRUSTED;
    if (code == CURLE_OPERATION_TIMEDOUT &&
        curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected) == CURLE_OK && connected > 0)
        return EST_SLOW;
    return EST_UNREACHABLE;
}

enum vsc_err est_exchange(const struct est_request *request, struct est_response *ret_response,
                          struct problem *problem)
{
    auto_by(curl_easy_cleanup) CURL *easy = curl_easy_init();
    auto_by(curl_slist_free_all) headers *list = NULL;
    char fault[CURL_ERROR_SIZE] = "", words[256];
    CURLcode code;

    *ret_response = (struct est_response){.retry_after = -1};
    buf_init(&ret_response->body, EST_BODY_MAX);
    if (deadline_left(&request->deadline) == 0) {
        ret_response->fault = EST_SLOW;
        (void)problem_set(problem, VSC_TIMEOUT, "%s: the deadline passed", request->url);
        return VSC_OK;
    }
    if (easy == NULL || !https_set(easy, request->url, request->anchors) ||
        !set_limits(easy, &request->deadline) || !set_client(easy, request->client) ||
        !set_password(easy, request) || !set_request(easy, request, &list) ||
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, fault) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, ret_response) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, ret_response) != CURLE_OK)
        return problem_set(problem, VSC_SYSTEM, "libcurl lacks something");
    code = curl_easy_perform(easy);
    if (code == CURLE_OK &&
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &ret_response->status) == CURLE_OK)
        return VSC_OK;
    ret_response->fault = fault_of(easy, code, ret_response);
    text_clean(words, sizeof words, *fault != '\0' ? fault : curl_easy_strerror(code));
    (void)problem_set(problem, VSC_HELPER, "%s: %s", request->url, words);
    return VSC_OK;
}
