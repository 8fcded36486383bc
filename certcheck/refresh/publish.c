/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/publish.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "certcheck/certs.h"
#include "certcheck/openssl_own.h"
#include "certcheck/published.h"
#include "certcheck/refresh/issuers.h"
#include "common/io.h"

#define SERVICES    "CN=Public Key Services,CN=Services,"
#define DN_SIZE     2048
#define ENTRIES_MAX 1024

/* One place of the directory, and the good certificates of CAs that are in it. */
struct place {
    const char *word;     /* for the report */
    const char *relative; /* name */
    enum ldap_reach reach;
    char dn[DN_SIZE];
    STACK_OF(X509) * certs; /* owned */
    size_t bad;
    struct problem first; /* of the bad ones */
};

static void place_done(struct place *place)
{
    x509_stack_free(place->certs);
}

static void note_bad(struct place *place, const char *dn, size_t number, const char *what)
{
    if (place->bad++ == 0)
        (void)problem_set(&place->first, VSC_INPUT, "value %zu of %s: %s", number, dn, what);
}

static bool has(STACK_OF(X509) * certs, X509 *cert)
{
    for (int i = 0; i < sk_X509_num(certs); i++)
        if (X509_cmp(sk_X509_value(certs, i), cert) == 0)
            return true;
    return false;
}

/* A class that must have the attribute has it with one zero byte where there is nothing. */
static bool is_nothing(const struct ldap_value *value)
{
    return value->len == 0 || (value->len == 1 && value->data[0] == 0);
}

static enum vsc_err take_value(struct place *place, const char *dn, size_t number,
                               const struct ldap_value *value)
{
    auto_by(X509_free) X509 *cert = NULL;

    if (is_nothing(value))
        return VSC_OK;
    if (cert_parse(value->data, value->len, &cert) != VSC_OK) {
        note_bad(place, dn, number, "no certificate");
        return VSC_OK;
    }
    if (X509_check_ca(cert) == 0 || X509_get0_pubkey(cert) == NULL) {
        ERR_clear_error();
        note_bad(place, dn, number, "not the certificate of a CA");
        return VSC_OK;
    }
    if (has(place->certs, cert))
        return VSC_OK;
    if (sk_X509_num(place->certs) >= PUBLISHED_MAX)
        return problem_set(&place->first, VSC_INPUT, "%s: more than %d CAs", place->dn,
                           PUBLISHED_MAX);
    if (sk_X509_push(place->certs, cert) <= 0)
        return VSC_MEMORY;
    (void)take(cert);
    return VSC_OK;
}

static enum vsc_err take_entry(void *arg, const struct ldap_entry *entry)
{
    struct place *place = arg;
    const struct ldap_attribute *found = ldap_entry_find(entry, "cACertificate");
    enum vsc_err err = VSC_OK;

    for (size_t i = 0; found != NULL && err == VSC_OK && i < found->count; i++)
        err = take_value(place, entry->dn, i + 1, &found->values[i]);
    return err;
}

/* VSC_INPUT with the reason in place->first. */
static enum vsc_err ask(struct refresh *refresh, struct place *place)
{
    static const char *const names[] = {"cACertificate", NULL};
    const struct ldap_query query = {.base = place->dn,
                                     .reach = place->reach,
                                     .attributes = names,
                                     .max_entries = ENTRIES_MAX,
                                     .max_bytes = PUBLISHED_SIZE_MAX};
    struct problem problem = {""};
    enum vsc_err err;

    (void)snprintf(place->dn, sizeof(place->dn), "%s," SERVICES "%s", place->relative,
                   ldap_directory_configuration(refresh->directory));
    place->certs = sk_X509_new_null();
    if (place->certs == NULL)
        return VSC_MEMORY;
    err = ldap_directory_search(refresh->directory, &query, take_entry, place, &problem);
    if (err == VSC_INPUT && *problem.text != '\0')
        place->first = problem;
    return err;
}

/* ---- telling --------------------------------------------------------------------------------- */

static void tell(const struct refresh *refresh, const struct place *place,
                 enum report_result result, const char *text)
{
    report_tell(refresh->report, &(struct report_line){.result = result,
                                                       .kind = place->word,
                                                       .source = place->dn,
                                                       .subject = "",
                                                       .text = text});
}

static void tell_bad(const struct refresh *refresh, const struct place *place,
                     enum report_result result)
{
    char text[sizeof(place->first.text) + 64];

    if (place->bad == 0)
        return;
    (void)snprintf(text, sizeof(text), "%zu bad value%s left out: %s", place->bad,
                   place->bad > 1 ? "s" : "", place->first.text);
    tell(refresh, place, result, text);
}

/* ---- NTAuth and roots ------------------------------------------------------------------------ */

static bool is_unchanged(const struct refresh *refresh, const struct published *fresh)
{
    auto_published struct published old = {.certs = NULL};
    bool same = published_load(refresh->cache, fresh->kind, &old) == VSC_OK &&
                sk_X509_num(old.certs) == sk_X509_num(fresh->certs);

    for (int i = 0; same && i < sk_X509_num(fresh->certs); i++)
        same = has(old.certs, sk_X509_value(fresh->certs, i));
    return same;
}

/* Written also where nothing is new: it is fresh again. */
static enum vsc_err keep(struct refresh *refresh, struct place *place, enum published_kind kind)
{
    const struct published fresh = {kind, place->certs, refresh->now};
    const bool unchanged = is_unchanged(refresh, &fresh);
    auto_buf struct buf bytes;
    char text[64];
    enum vsc_err err;

    buf_init(&bytes, PUBLISHED_SIZE_MAX);
    err = published_write(&fresh, &bytes);
    if (err == VSC_OK)
        err = io_write_at(refresh->parts[CACHE_DIRECTORY], published_name(kind), bytes.data,
                          bytes.len, 0644);
    if (err != VSC_OK)
        return err;
    (void)snprintf(text, sizeof(text), "%d CAs%s", sk_X509_num(place->certs),
                   sk_X509_num(place->certs) == 0 ? ": nobody signs in by card" : "");
    tell(refresh, place, unchanged ? REPORT_UNCHANGED : REPORT_STORED, text);
    tell_bad(refresh, place, REPORT_FAILED);
    return VSC_OK;
}

static enum vsc_err fetch_published(struct refresh *refresh, enum published_kind kind)
{
    static const struct place places[PUBLISHED_KINDS] = {
        [PUBLISHED_NTAUTH] = {"ntauth", "CN=NTAuthCertificates", LDAP_ENTRY, .certs = NULL},
        [PUBLISHED_ROOTS] = {"roots", "CN=Certification Authorities", LDAP_CHILDREN, .certs = NULL},
    };
    __attribute__((cleanup(place_done))) struct place place = places[kind];
    enum vsc_err err = ask(refresh, &place);

    if (err == VSC_OK)
        return keep(refresh, &place, kind);
    if (err == VSC_INPUT)
        tell(refresh, &place, REPORT_FAILED, place.first.text);
    return err == VSC_INPUT ? VSC_OK : err;
}

/* ---- AIA ------------------------------------------------------------------------------------- */

/* Those that lead to an anchor, and are no anchors themselves. */
static enum vsc_err store_intermediates(struct refresh *refresh, const struct place *place,
                                        size_t *ret_stored)
{
    enum vsc_err err = VSC_OK;

    for (int i = 0; err == VSC_OK && i < sk_X509_num(place->certs); i++)
        err = pool_add(&refresh->pool, sk_X509_value(place->certs, i), POOL_DIRECTORY);
    pool_settle(&refresh->pool);
    for (size_t i = 0; err == VSC_OK && i < refresh->pool.count; i++) {
        const struct pool_cert *item = &refresh->pool.items[i];

        if (item->role != POOL_DIRECTORY || !item->anchored)
            continue;
        err = issuers_store(refresh, item->cert);
        *ret_stored += err == VSC_OK;
    }
    return err;
}

static enum vsc_err fetch_intermediates(struct refresh *refresh)
{
    __attribute__((cleanup(place_done))) struct place place = {"aia", "CN=AIA", LDAP_CHILDREN,
                                                               .certs = NULL};
    size_t stored = 0;
    char text[64];
    enum vsc_err err = ask(refresh, &place);

    if (err == VSC_INPUT) {
        tell(refresh, &place, REPORT_FAILED, place.first.text);
        return VSC_OK;
    }
    if (err == VSC_OK)
        err = store_intermediates(refresh, &place, &stored);
    if (err != VSC_OK)
        return err;
    (void)snprintf(text, sizeof(text), "%zu new intermediate CAs", stored);
    tell(refresh, &place, stored > 0 ? REPORT_STORED : REPORT_UNCHANGED, text);
    /* They help to find a path, and others may do as well. */
    tell_bad(refresh, &place, REPORT_SKIPPED);
    return VSC_OK;
}

enum vsc_err publish_fetch(struct refresh *refresh)
{
    const struct conf *conf = refresh->conf;
    enum vsc_err err = VSC_OK;

    if (refresh->directory == NULL)
        return VSC_OK;
    if (conf_ntauth_is_directory(conf))
        err = fetch_published(refresh, PUBLISHED_NTAUTH);
    if (err == VSC_OK && conf->directory.roots)
        err = fetch_published(refresh, PUBLISHED_ROOTS);
    return err == VSC_OK ? fetch_intermediates(refresh) : err;
}
