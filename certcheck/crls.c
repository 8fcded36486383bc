/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/crls.h"

#include <string.h>
#include <time.h>

#include "certcheck/hand_index.h"
#include "common/buf.h"
#include "common/own.h"

struct loading {
    struct crls *crls;
    const struct source *source;
    const struct cache *cache;
    int folder; /* of indexes of lists by hand; -1 for none */
    struct problem *problem;
};

/* Takes what `list` owns over. */
static enum vsc_err add(struct crls *crls, struct crl_at_hand list)
{
    struct crl_at_hand *more = NULL;

    if (crls->count < CRLS_MAX)
        more = reallocarray(crls->items, crls->count + 1, sizeof(crls->items[0]));
    if (more == NULL) {
        crl_raw_free(list.raw);
        crl_index_free(list.index);
        return crls->count < CRLS_MAX ? VSC_MEMORY : VSC_INPUT;
    }
    crls->items = more;
    crls->items[crls->count++] = list;
    return VSC_OK;
}

enum vsc_err crls_add(struct crls *crls, const unsigned char *der, size_t len)
{
    struct crl_raw *raw;
    enum vsc_err err = crl_raw_parse(der, len, &raw);

    if (err == VSC_OK)
        return add(crls, (struct crl_at_hand){.raw = raw});
    if (err != VSC_INPUT)
        return err;
    crls->broken++;
    return VSC_OK;
}

static enum vsc_err add_one(void *arg, const char *file, const unsigned char *der, size_t len)
{
    const struct loading *loading = arg;
    enum vsc_err err = crls_add(loading->crls, der, len);

    if (err == VSC_INPUT)
        return problem_set(loading->problem, err, "%s: more than %d revocation lists", file,
                           CRLS_MAX);
    return err;
}

/* By its indexes, without opening it, or by what is in it. */
static enum vsc_err load_file(void *arg, const char *file)
{
    struct loading *loading = arg;
    struct crl_index *indexes[HAND_LISTS_MAX];
    unsigned count = hand_index_of(loading->cache, loading->folder, file, indexes);
    auto_buf struct buf content;
    enum vsc_err err = VSC_OK;

    buf_init(&content, 0);
    for (unsigned i = 0; i < count; i++) {
        enum vsc_err added = add(loading->crls, (struct crl_at_hand){.index = indexes[i]});

        err = err == VSC_OK ? added : err;
    }
    if (err != VSC_OK || count > 0)
        return err;
    err = source_read_file(loading->source, file, SOURCE_CRLS, &content, loading->problem);
    if (err != VSC_OK || content.len == 0)
        return err;
    return source_split(&content, file, SOURCE_CRLS, add_one, loading);
}

enum vsc_err crls_load(struct crls *crls, const struct source *source, const struct cache *cache,
                       struct problem *problem)
{
    struct loading loading = {crls, source, cache, -1, problem};
    auto_fd int folder = -1;

    /* What others could have written does not stand in for a trusted file. */
    if (cache_open_part(cache, CACHE_HAND, &folder) == VSC_OK)
        loading.folder = folder;
    return source_each_file(source, load_file, &loading, problem);
}

static int64_t this_update(const X509_CRL *list)
{
    struct tm tm;

    return ASN1_TIME_to_tm(X509_CRL_get0_lastUpdate(list), &tm) == 1 ? timegm(&tm) : 0;
}

static enum vsc_err load_fetched(void *arg, int folder, const char *name)
{
    struct loading *loading = arg;
    struct crl_index *index;
    int64_t made;
    int fd;
    enum vsc_err err = cache_open_file(loading->cache, folder, name, &fd);

    if (err == VSC_OK)
        err = crl_index_open(fd, &index);
    if (err != VSC_OK)
        return err == VSC_MEMORY ? err : VSC_OK;
    made = this_update(index->head);
    if (made > loading->crls->newest)
        loading->crls->newest = made;
    return add(loading->crls, (struct crl_at_hand){.index = index});
}

enum vsc_err crls_load_cache(struct crls *crls, const struct cache *cache)
{
    struct loading loading = {.crls = crls, .cache = cache};
    auto_fd int folder = -1;

    if (cache_open_part(cache, CACHE_CRLS, &folder) != VSC_OK)
        return VSC_OK;
    return cache_list(folder, ".idx", load_fetched, &loading);
}

void crls_done(struct crls *crls)
{
    for (size_t i = 0; i < crls->count; i++) {
        crl_raw_free(crls->items[i].raw);
        crl_index_free(crls->items[i].index);
    }
    free(crls->items);
    *crls = (struct crls){0};
}

const X509_CRL *crl_head(const struct crl_at_hand *list)
{
    return list->index != NULL ? list->index->head : list->raw->head;
}

const X509_NAME *crl_issuer(const struct crl_at_hand *list)
{
    return X509_CRL_get_issuer(crl_head(list));
}

enum vsc_err crl_verified_by(struct crl_at_hand *list, const X509 *signer,
                             const struct crl_index **ret_index)
{
    unsigned char key[CRL_INDEX_SHA256];
    enum vsc_err err = VSC_OK;

    if (list->index == NULL)
        err = crl_index_build(list->raw, signer, NULL, &list->index);
    else if (crl_index_key_of(signer, key) != VSC_OK ||
             memcmp(key, list->index->key, sizeof(key)) != 0)
        err = VSC_CERT;
    if (err != VSC_OK)
        return err;
    crl_raw_free(list->raw);
    list->raw = NULL;
    *ret_index = list->index;
    return VSC_OK;
}
