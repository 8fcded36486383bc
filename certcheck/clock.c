/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/clock.h"

#include <time.h>

#include "certcheck/cache.h"
#include "common/mark.h"
#include "common/own.h"
#include "common/text.h"

DEFINE_AUTO(struct crl_index, crl_index_free)

struct newest {
    const struct cache *cache;
    int64_t list;
};

static int64_t this_update(const X509_CRL *list)
{
    struct tm tm;

    return ASN1_TIME_to_tm(X509_CRL_get0_lastUpdate(list), &tm) == 1 ? timegm(&tm) : 0;
}

/* What cannot be used is passed over. */
static enum vsc_err look_at(void *arg, int folder, const char *name)
{
    auto_by(crl_index_free) struct crl_index *index = NULL;
    struct newest *newest = arg;
    int fd = -1;

    if (cache_open_file(newest->cache, folder, name, &fd) == VSC_OK &&
        crl_index_open(fd, &index) == VSC_OK && this_update(index->head) > newest->list)
        newest->list = this_update(index->head);
    return VSC_OK;
}

int64_t clock_newest_list(const char *path, const char *keeper)
{
    struct cache cache;
    struct newest newest = {.cache = &cache};
    auto_fd int folder = -1;

    if (cache_open(path, keeper, &cache, NULL) != VSC_OK)
        return 0;
    if (cache_open_part(&cache, CACHE_CRLS, &folder) != VSC_OK ||
        cache_list(folder, ".idx", look_at, &newest) != VSC_OK)
        newest.list = 0;
    cache_close(&cache);
    return newest.list;
}

static bool is_behind(int64_t now, int64_t seen)
{
    return now < seen - CLOCK_GRACE;
}

void clock_check(int64_t now, const struct clock_seen *seen, bool strict, struct verdict *verdict)
{
    char shown[TEXT_TIME], then[TEXT_TIME];

    verdict_passed(verdict, CHECK_CLOCK);
    text_time(now, shown);
    if (now < RELEASE_TIME) {
        verdict_refuse(verdict, REASON_TIME_NOT_CREDIBLE, 0,
                       "it shows %s, before this program was released", shown);
    } else if (strict && is_behind(now, seen->sign_in)) {
        text_time(seen->sign_in, then);
        verdict_refuse(verdict, REASON_TIME_NOT_CREDIBLE, 0,
                       "it shows %s, and the last sign-in was at %s (" MARK_PATH ")", shown, then);
    } else if (strict && is_behind(now, seen->list)) {
        text_time(seen->list, then);
        verdict_refuse(verdict, REASON_TIME_NOT_CREDIBLE, 0,
                       "it shows %s, and a revocation list in the cache is of %s", shown, then);
    }
}
