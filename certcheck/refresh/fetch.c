/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/fetch.h"

#include <string.h>

static const struct {
    size_t max;
    unsigned attributes; /* those that may hold it; a URL may ask for fewer */
} kinds[] = {
    [WANT_CRL] = {NETWORK_CRL_MAX, LDAP_CRLS | LDAP_CA_CRLS},
    [WANT_DELTA] = {NETWORK_CRL_MAX, LDAP_DELTA_CRLS | LDAP_CRLS},
    [WANT_ISSUER] = {NETWORK_CERTIFICATE_MAX, LDAP_CERTIFICATES},
    [WANT_OCSP] = {NETWORK_OCSP_MAX, 0},
};

/* A URL that names no attribute asks for what is usual. */
static unsigned attributes_of(enum want_kind kind, const struct ldap_url *url)
{
    if (url->attributes != 0)
        return url->attributes & kinds[kind].attributes;
    return kind == WANT_DELTA ? LDAP_DELTA_CRLS : kinds[kind].attributes;
}

static enum vsc_err fetch_entry(const struct network *network, enum want_kind kind,
                                const struct url *url, struct fetched *fetched,
                                struct problem *problem)
{
    struct ldap_url entry;
    enum vsc_err err = ldap_url_read(url, &entry, problem);

    if (err != VSC_OK)
        return err;
    if (attributes_of(kind, &entry) == 0)
        return problem_set(problem, VSC_INPUT, "%s: it asks for something else than is wanted",
                           url->text);
    return ldap_fetch(network, &entry, attributes_of(kind, &entry), kinds[kind].max,
                      &fetched->values, problem);
}

static enum vsc_err fetch_document(const struct network *network, enum want_kind kind,
                                   const struct url *url, const struct http_version *known,
                                   struct fetched *fetched, struct problem *problem)
{
    const struct http_request request = {.url = url, .max = kinds[kind].max, .known = known};
    struct http_answer answer;
    enum vsc_err err = http_fetch(network, &request, &answer, problem);

    if (err != VSC_OK)
        return err;
    fetched->not_modified = answer.not_modified;
    fetched->version = answer.version;
    fetched->values.items[0] = answer.body;
    fetched->values.count = 1;
    return VSC_OK;
}

enum vsc_err fetch(const struct network *network, enum want_kind kind, const char *address,
                   const struct http_version *known, struct fetched *ret_fetched,
                   struct problem *problem)
{
    struct fetched fetched = {.not_modified = false};
    struct url url;
    enum vsc_err err = url_parse(address, strlen(address), &url, problem);

    if (err == VSC_OK && url_is_http(&url))
        err = fetch_document(network, kind, &url, known, &fetched, problem);
    else if (err == VSC_OK)
        err = fetch_entry(network, kind, &url, &fetched, problem);
    if (err != VSC_OK)
        return err;
    *ret_fetched = fetched;
    return VSC_OK;
}

enum vsc_err fetch_ocsp(const struct network *network, const char *address,
                        const struct buf *request, struct buf *ret_answer, struct problem *problem)
{
    struct url url;
    struct http_answer answer;
    const struct http_request post = {.url = &url,
                                      .max = kinds[WANT_OCSP].max,
                                      .post = request,
                                      .post_type = "application/ocsp-request"};
    enum vsc_err err = url_parse(address, strlen(address), &url, problem);

    if (err == VSC_OK && !url_is_http(&url))
        return problem_set(problem, VSC_INPUT, "%s: OCSP is asked by HTTP only", address);
    if (err == VSC_OK)
        err = http_fetch(network, &post, &answer, problem);
    if (err != VSC_OK)
        return err;
    *ret_answer = answer.body;
    return VSC_OK;
}

void fetched_done(struct fetched *fetched)
{
    ldap_values_done(&fetched->values);
}
