/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/xcep/post.h"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/own.h"
#include "common/text.h"
#include "enroll/https.h"
#include "enroll/tls_anchors.h"
#include "enroll/xcep/soap.h"
#include "enroll/xcep/ticket.h"

#define CONNECT_MS 15000L
#define TOTAL_MS   60000L
#define NEGOTIATE  "WWW-Authenticate: Negotiate"
#define TYPE       "Content-Type: application/soap+xml; charset=utf-8"

typedef struct curl_slist headers;

DEFINE_AUTO(CURL, curl_easy_cleanup)
DEFINE_AUTO(headers, curl_slist_free_all)

struct exchange {
    const char *url;
    char host[POST_HOST_SIZE];
    struct buf body, token; /* token: the server's */
    bool negotiates;
    long status;
    char fault[CURL_ERROR_SIZE];
};

static void exchange_done(struct exchange *exchange)
{
    buf_done(&exchange->body);
    buf_done(&exchange->token);
}

bool post_url_is_good(const char *url, char host[POST_HOST_SIZE])
{
    CURLU *parsed = curl_url();
    char *name = NULL, *user = NULL;
    bool good = parsed != NULL && strncmp(url, "https://", 8) == 0 && url[8] != '/' &&
                text_is_printable(url) &&
                curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(parsed, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
                curl_url_get(parsed, CURLUPART_HOST, &name, 0) == CURLUE_OK && *name != '\0' &&
                strlen(name) < POST_HOST_SIZE;

    host[0] = '\0';
    for (size_t i = 0; good && i <= strlen(name); i++)
        host[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
    curl_free(user);
    curl_free(name);
    curl_url_cleanup(parsed);
    return good;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;

    buf_put(&exchange->body, bytes, size * count);
    return exchange->body.overflow ? 0 : size * count;
}

/* The server's token, in base64; what is none leaves it empty, and ticket_finish() says no. */
static void take_token(struct exchange *exchange, const char *base64, size_t len)
{
    size_t padding = 0;
    unsigned char *to;

    buf_done(&exchange->token);
    while (len > 0 && strchr(" \r\n", base64[len - 1]) != NULL)
        len--;
    while (len > 0 && *base64 == ' ')
        base64++, len--;
    while (padding < 2 && padding < len && base64[len - 1 - padding] == '=')
        padding++;
    if (len == 0 || len % 4 != 0 || len > TICKET_TOKEN_MAX)
        return;
    to = buf_extend(&exchange->token, len / 4 * 3);
    if (to == NULL ||
        EVP_DecodeBlock(to, (const unsigned char *)base64, (int)len) != (int)exchange->token.len)
        buf_done(&exchange->token);
    else
        exchange->token.len -= padding;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;
    const size_t len = size * count, skip = strlen(NEGOTIATE);

    if (len > skip && strncasecmp(bytes, NEGOTIATE, skip) == 0 &&
        strchr(" \r\n", bytes[skip]) != NULL) {
        exchange->negotiates = true;
        take_token(exchange, bytes + skip, len - skip);
    }
    return len;
}

static bool set_limits(CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, TOTAL_MS) == CURLE_OK;
}

static bool set_callbacks(CURL *easy, struct exchange *exchange)
{
    return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->fault) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK;
}

enum vsc_err post_refuse(const char *word, const char *what, char code[CODE_MAX],
                         struct problem *problem)
{
    (void)snprintf(code, CODE_MAX, "%s", word);
    return problem_set(problem, VSC_DENIED, "%s: %s", word, what);
}

/* One round. NULL `question`: an empty one. */
static enum vsc_err perform(CURL *easy, struct exchange *exchange, headers *list,
                            const struct buf *question, char code[CODE_MAX],
                            struct problem *problem)
{
    const curl_off_t len = question != NULL ? (curl_off_t)question->len : 0;
    CURLcode result;

    buf_done(&exchange->body);
    buf_done(&exchange->token);
    exchange->negotiates = false;
    if (curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, len) != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                         question != NULL ? (char *)question->data : "") != CURLE_OK ||
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list) != CURLE_OK)
        return VSC_MEMORY;
    result = curl_easy_perform(easy);
    if (exchange->body.overflow)
        return post_refuse("answer-too-large", exchange->url, code, problem);
    if (result != CURLE_OK)
        return problem_set(problem, VSC_HELPER, "%s: %s", exchange->url,
                           *exchange->fault != '\0' ? exchange->fault : curl_easy_strerror(result));
    if (curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &exchange->status) != CURLE_OK)
        return VSC_SYSTEM;
    if (exchange->status >= 300 && exchange->status < 400)
        return post_refuse("redirected", exchange->url, code, problem);
    return VSC_OK;
}

/* What binds to the certificate of the connection that was last made. */
static enum vsc_err bindings_of(CURL *easy, struct buf *ret_bindings, char code[CODE_MAX],
                                struct problem *problem)
{
    struct curl_certinfo *info = NULL;
    const headers *at = NULL;
    enum vsc_err err;

    buf_init(ret_bindings, 0);
    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) == CURLE_OK && info != NULL &&
        info->num_of_certs > 0)
        at = info->certinfo[0];
    while (at != NULL && strncmp(at->data, "Cert:", 5) != 0)
        at = at->next;
    if (at == NULL)
        return problem_set(problem, VSC_SYSTEM, "libcurl does not tell the server's certificate");
    err = ticket_bindings(at->data + 5, ret_bindings, problem);
    if (err == VSC_DENIED)
        (void)snprintf(code, CODE_MAX, "unbound");
    return err;
}

/* libcurl has made another connection: is it to whom the token is bound? */
static enum vsc_err check_connection(CURL *easy, const struct ticket *ticket, char code[CODE_MAX],
                                     struct problem *problem)
{
    auto_buf struct buf now = {0};
    long connects = 1;
    enum vsc_err err;

    if (curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects) == CURLE_OK && connects == 0)
        return VSC_OK;
    err = bindings_of(easy, &now, code, problem);
    if (err != VSC_OK)
        return err;
    if (now.len != ticket->bindings.len || memcmp(now.data, ticket->bindings.data, now.len) != 0)
        return post_refuse("unbound", "the server has changed its certificate", code, problem);
    return VSC_OK;
}

static enum vsc_err add_token(const struct buf *token, headers **list)
{
    static const char start[] = "Authorization: Negotiate ";
    const size_t skip = sizeof start - 1;
    auto_free char *line = calloc(1, skip + (token->len + 2) / 3 * 4 + 1);
    headers *more;

    if (line == NULL)
        return VSC_MEMORY;
    memcpy(line, start, skip);
    (void)EVP_EncodeBlock((unsigned char *)line + skip, token->data, (int)token->len);
    more = curl_slist_append(*list, line);
    if (more == NULL)
        return VSC_MEMORY;
    *list = more;
    return VSC_OK;
}

/* The second round: with the ticket. */
static enum vsc_err ask(CURL *easy, const struct profile *profile, struct exchange *exchange,
                        headers **list, const struct buf *question, char code[CODE_MAX],
                        struct problem *problem)
{
    auto_ticket struct ticket ticket = {.context = GSS_C_NO_CONTEXT};
    auto_buf struct buf bindings = {0}, token = {0};
    enum vsc_err err = bindings_of(easy, &bindings, code, problem);

    if (err == VSC_OK)
        err = ticket_begin(exchange->host, &bindings, profile->delegate, &ticket, &token, problem);
    if (err == VSC_OK)
        err = add_token(&token, list);
    if (err == VSC_OK)
        err = perform(easy, exchange, *list, question, code, problem);
    if (err == VSC_OK)
        err = check_connection(easy, &ticket, code, problem);
    if (err != VSC_OK)
        return err;
    if (exchange->status == 401)
        return problem_set(problem, VSC_HELPER, "%s: does not take the Kerberos ticket",
                           exchange->url);
    if (exchange->status != 200 && exchange->status != 500)
        return problem_set(problem, VSC_HELPER, "%s: HTTP status %ld", exchange->url,
                           exchange->status);
    err = ticket_finish(&ticket, &exchange->token, problem);
    if (err == VSC_DENIED)
        (void)snprintf(code, CODE_MAX, "unproven");
    return err;
}

enum vsc_err post(const struct profile *profile, const char *url, const struct buf *question,
                  struct buf *ret_body, char code[CODE_MAX], struct problem *problem)
{
    auto_buf struct buf anchors = {0};
    auto_by(curl_easy_cleanup) CURL *easy = NULL;
    auto_by(curl_slist_free_all) headers *list = NULL;
    __attribute__((cleanup(exchange_done))) struct exchange exchange = {.url = url};
    enum vsc_err err;

    buf_init(ret_body, SOAP_MAX);
    buf_init(&exchange.body, SOAP_MAX);
    buf_init(&exchange.token, TICKET_TOKEN_MAX);
    if (!post_url_is_good(url, exchange.host))
        return post_refuse("bad-address", url, code, problem);
    buf_init(&anchors, TLS_ANCHORS_MAX);
    err = tls_anchors_load(profile, &anchors, problem);
    if (err != VSC_OK)
        return err;
    (void)unsetenv("SSLKEYLOGFILE"); /* libcurl would write the keys of the connection there */
    easy = curl_easy_init();
    list = curl_slist_append(NULL, TYPE);
    if (easy == NULL || list == NULL || !https_set(easy, url, &anchors) || !set_limits(easy) ||
        !set_callbacks(easy, &exchange))
        return problem_set(problem, VSC_SYSTEM, "libcurl cannot be set up");
    err = perform(easy, &exchange, list, NULL, code, problem);
    if (err == VSC_OK && (exchange.status != 401 || !exchange.negotiates))
        err = problem_set(problem, VSC_HELPER, "%s: HTTP status %ld, and no question for a ticket",
                          url, exchange.status);
    if (err == VSC_OK)
        err = ask(easy, profile, &exchange, &list, question, code, problem);
    if (err != VSC_OK)
        return err;
    *ret_body = exchange.body;
    buf_init(&exchange.body, 0);
    return VSC_OK;
}
