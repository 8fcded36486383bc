/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/refresh.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "certcheck/certs.h"
#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"
#include "certcheck/refresh/accounts_fetch.h"
#include "certcheck/refresh/answers.h"
#include "certcheck/refresh/hand.h"
#include "certcheck/refresh/http.h"
#include "certcheck/refresh/issuers.h"
#include "certcheck/refresh/lists_fetch.h"
#include "certcheck/refresh/publish.h"
#include "certcheck/refresh/publish_lists.h"
#include "certcheck/refresh/tidy.h"
#include "common/io.h"

#define ANCHORS_FILE "tls-anchors.pem" /* in sources/, for libldap */
#define ANCHORS_MAX  ((size_t)16 * 1024 * 1024)

enum vsc_err foretaken_read(const struct conf *conf, struct foretaken *foretaken)
{
    enum vsc_err err = cards_read(conf->card.store, &foretaken->cards);

    if (err == VSC_OK && *conf->directory.uri != '\0')
        err = ldap_credentials_read(conf, &foretaken->credentials, &foretaken->flaw);
    return err == VSC_INPUT ? VSC_OK : err;
}

void foretaken_done(struct foretaken *foretaken)
{
    cards_done(&foretaken->cards);
    owners_done(&foretaken->owners);
    ldap_credentials_free(foretaken->credentials);
    foretaken->credentials = NULL;
}

static void refresh_done(struct refresh *refresh)
{
    ldap_directory_free(refresh->directory);
    pool_done(&refresh->pool);
    for (size_t i = 0; i < CACHE_PARTS; i++)
        if (refresh->parts[i] >= 0)
            (void)close(refresh->parts[i]);
}

static enum vsc_err open_parts(struct refresh *refresh, struct problem *problem)
{
    for (size_t i = 0; i < CACHE_PARTS; i++) {
        enum vsc_err err = cache_make_part(refresh->cache, (enum cache_part)i, &refresh->parts[i]);

        if (err != VSC_OK)
            return problem_set(problem, err == VSC_INPUT ? VSC_SYSTEM : err,
                               "%s/%s: cannot be made or is not ours: %m", refresh->cache->path,
                               cache_part_name((enum cache_part)i));
        tidy_leftovers(refresh->parts[i]);
    }
    return VSC_OK;
}

/* ---- certificates at hand -------------------------------------------------------------------- */

static enum vsc_err add_all(struct refresh *refresh, STACK_OF(X509) * certs, enum pool_role role)
{
    enum vsc_err err = VSC_OK;

    for (int i = 0; err == VSC_OK && i < sk_X509_num(certs); i++)
        err = pool_add(&refresh->pool, sk_X509_value(certs, i), role);
    return err;
}

static enum vsc_err load_configured(struct refresh *refresh, const char *path, bool named,
                                    enum pool_role role, struct problem *problem)
{
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    const struct source source = {.path = path, .named = named, .trusted = true};
    enum vsc_err err = certs != NULL ? certs_load(&source, certs, problem) : VSC_MEMORY;

    return err == VSC_OK ? add_all(refresh, certs, role) : err;
}

/* The certificates of one key of a card. Of these only what is understood counts. */
static enum vsc_err load_card(struct refresh *refresh, const struct card_files *card)
{
    auto_by(x509_stack_free) STACK_OF(X509) *own = issuers_parse(&card->cert);
    auto_by(x509_stack_free) STACK_OF(X509) *chain = issuers_parse(&card->chain);
    X509 *leaf;
    enum vsc_err err;

    if (own == NULL || chain == NULL)
        return VSC_MEMORY;
    leaf = sk_X509_value(own, 0);
    if (leaf == NULL) {
        report_tell(refresh->report, &(struct report_line){.result = REPORT_SKIPPED,
                                                           .kind = "card",
                                                           .source = card->name,
                                                           .subject = "",
                                                           .text = "no certificate in cert.pem"});
        return VSC_OK;
    }
    err = add_all(refresh, chain, POOL_ISSUER);
    /* One that has expired asks for nothing any more. */
    if (err == VSC_OK && X509_cmp_current_time(X509_get0_notAfter(leaf)) > 0)
        err = pool_add(&refresh->pool, leaf, POOL_CARD);
    return err;
}

static enum vsc_err load_certificates(struct refresh *refresh, const struct cards *cards,
                                      struct problem *problem)
{
    const struct conf *conf = refresh->conf;
    enum vsc_err err = load_configured(refresh, conf->trust.anchors, conf->trust.anchors_named,
                                       POOL_ANCHOR, problem);

    if (err == VSC_OK)
        err = load_configured(refresh, conf->trust.intermediates, conf->trust.intermediates_named,
                              POOL_ISSUER, problem);
    if (err == VSC_OK)
        err = issuers_load(refresh);
    for (size_t i = 0; err == VSC_OK && i < cards->count; i++)
        err = load_card(refresh, &cards->items[i]);
    if (err != VSC_OK)
        return err;
    pool_settle(&refresh->pool);
    if (*cards->flaw.text != '\0')
        report_tell(refresh->report, &(struct report_line){.result = REPORT_FAILED,
                                                           .kind = "card",
                                                           .source = conf->card.store,
                                                           .subject = "",
                                                           .text = cards->flaw.text});
    return VSC_OK;
}

/* ---- the network ----------------------------------------------------------------------------- */

/* Whom a TLS server may be certified by, beside the system's CAs: in memory, and as a file. */
static enum vsc_err write_anchors(struct refresh *refresh, struct buf *pem, char *file, size_t size)
{
    auto_by(BIO_free_all) BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len;

    for (size_t i = 0; bio != NULL && i < refresh->pool.count; i++)
        if (refresh->pool.items[i].role == POOL_ANCHOR &&
            PEM_write_bio_X509(bio, refresh->pool.items[i].cert) != 1)
            return VSC_MEMORY;
    len = bio != NULL ? BIO_get_mem_data(bio, &text) : -1;
    if (len < 0 || (size_t)len > ANCHORS_MAX)
        return VSC_MEMORY;
    if (len == 0)
        return VSC_OK;
    buf_put(pem, text, (size_t)len);
    (void)snprintf(file, size, "%s/%s/%s", refresh->cache->path, cache_part_name(CACHE_SOURCES),
                   ANCHORS_FILE);
    return buf_status(pem) == VSC_OK
               ? io_write_at(refresh->parts[CACHE_SOURCES], ANCHORS_FILE, text, (size_t)len, 0644)
               : VSC_MEMORY;
}

/* Lists of everything that leads to an anchor; of anchors only those that issued themselves: a list
 * about another anchor is nobody's business. */
static enum vsc_err plan_lists(const struct refresh *refresh, struct plan *plan)
{
    enum vsc_err err = VSC_OK;

    for (size_t i = 0; err == VSC_OK && i < refresh->pool.count; i++) {
        const struct pool_cert *item = &refresh->pool.items[i];
        bool is_self_issued =
            X509_NAME_cmp(X509_get_subject_name(item->cert), X509_get_issuer_name(item->cert)) == 0;

        if (item->anchored && (item->role != POOL_ANCHOR || is_self_issued))
            err = plan_add_lists(plan, item->cert);
    }
    return err;
}

static void tell_left_out(const struct refresh *refresh, const struct plan *plan)
{
    char text[64];

    if (plan->left_out == 0)
        return;
    (void)snprintf(text, sizeof(text), "more than %d sources: %zu are left out", PLAN_MAX,
                   plan->left_out);
    report_tell(
        refresh->report,
        &(struct report_line){
            .result = REPORT_FAILED, .kind = "sources", .source = "", .subject = "", .text = text});
}

static void tell_unanchored(const struct refresh *refresh)
{
    for (size_t i = 0; i < refresh->pool.count; i++) {
        const struct pool_cert *item = &refresh->pool.items[i];
        char subject[FACTS_TEXT_MAX];

        if (item->role != POOL_CARD || item->anchored)
            continue;
        facts_subject(item->cert, subject, sizeof(subject));
        report_tell(
            refresh->report,
            &(struct report_line){.result = REPORT_SKIPPED,
                                  .kind = "card",
                                  .source = refresh->conf->card.store,
                                  .subject = subject,
                                  .text = "it leads to no anchor: nothing is fetched for it"});
    }
}

/* Without the directory the rest goes on. */
static enum vsc_err meet_directory(struct refresh *refresh, const struct foretaken *foretaken)
{
    struct problem problem = foretaken->flaw;
    char folder[PATH_MAX];
    enum vsc_err err = VSC_INPUT;

    if (*refresh->conf->directory.uri == '\0')
        return VSC_OK;
    (void)snprintf(folder, sizeof(folder), "%s/%s", refresh->cache->path,
                   cache_part_name(CACHE_SOURCES));
    if (foretaken->credentials != NULL)
        err = ldap_directory_open(refresh->conf, &refresh->network, foretaken->credentials, folder,
                                  &refresh->directory, &problem);
    refresh->network.directory = refresh->directory;
    if (err != VSC_INPUT)
        return err;
    report_tell(refresh->report, &(struct report_line){.result = REPORT_FAILED,
                                                       .kind = "directory",
                                                       .source = refresh->conf->directory.uri,
                                                       .subject = "",
                                                       .text = problem.text});
    return VSC_OK;
}

static enum vsc_err fetch_all(struct refresh *refresh, struct problem *problem)
{
    auto_plan struct plan plan = {.count = 0};
    size_t left = 0;
    enum vsc_err err = hand_index(refresh, HAND_FIRST, &left, problem);

    if (err == VSC_OK)
        err = publish_fetch(refresh);
    if (err == VSC_OK)
        err = issuers_fetch(refresh);
    if (err == VSC_OK && left > 0)
        err = hand_index(refresh, HAND_SECOND, &left, problem);
    if (err == VSC_OK)
        err = publish_fetch_lists(refresh);
    tell_unanchored(refresh);
    /* First, for a responder's certificate has lists as well. */
    if (err == VSC_OK)
        err = answers_fetch(refresh);
    if (err == VSC_OK)
        err = plan_lists(refresh, &plan);
    if (err == VSC_OK)
        err = lists_fetch(refresh, &plan);
    tell_left_out(refresh, &plan);
    return err;
}

enum vsc_err refresh_run(const struct conf *conf, const struct cache *cache,
                         const struct foretaken *foretaken, struct report *report,
                         struct problem *problem)
{
    auto_buf struct buf anchors;
    char anchors_file[PATH_MAX] = "";
    __attribute__((cleanup(refresh_done))) struct refresh refresh = {
        .conf = conf,
        .network = {.limits = &network_limits,
                    .anchors = &anchors,
                    .anchors_file = anchors_file,
                    .progress = report->progress != NULL ? progress_show : NULL,
                    .progress_arg = report->progress},
        .cache = cache,
        .report = report,
        .now = time(NULL),
    };
    enum vsc_err err;

    buf_init(&anchors, ANCHORS_MAX);
    for (size_t i = 0; i < CACHE_PARTS; i++)
        refresh.parts[i] = -1;
    err = open_parts(&refresh, problem);
    if (err == VSC_OK)
        err = load_certificates(&refresh, &foretaken->cards, problem);
    if (err == VSC_OK)
        err = write_anchors(&refresh, &anchors, anchors_file, sizeof(anchors_file));
    if (err == VSC_OK)
        err = http_start();
    if (err != VSC_OK)
        return err;
    err = meet_directory(&refresh, foretaken);
    if (err == VSC_OK)
        err = accounts_fetch(&refresh, &foretaken->owners);
    if (err == VSC_OK)
        err = fetch_all(&refresh, problem);
    http_end();
    return err;
}
