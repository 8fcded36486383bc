/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/hand_index.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certcheck/openssl_own.h"
#include "common/buf.h"

DEFINE_AUTO(struct crl_raw, crl_raw_free)
DEFINE_AUTO(struct crl_index, crl_index_free)

/* One file's turn. */
struct turn {
    const struct hand_files *files;
    int folder;
    struct stat status; /* from before the file was read: a change since then outdates the index */
    unsigned position;
    struct hand_report report;
    enum vsc_err err;
};

struct updating {
    const struct hand_files *files;
    int folder;
    hand_report_visit *visit;
    void *arg;
    struct problem *problem;
};

static void free_indexes(struct crl_index **indexes, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        crl_index_free(indexes[i]);
}

static enum vsc_err open_one(const struct cache *cache, int folder, const char *file,
                             unsigned position, struct crl_index **ret_index)
{
    char name[CACHE_NAME_SIZE];
    int fd;
    enum vsc_err err;

    cache_name_of_hand(file, position, name);
    err = cache_open_file(cache, folder, name, &fd);
    return err == VSC_OK ? crl_index_open(fd, ret_index) : err;
}

unsigned hand_index_of(const struct cache *cache, int folder, const char *file,
                       struct crl_index *indexes[HAND_LISTS_MAX])
{
    struct stat status;
    unsigned count = 0, wanted = 1;

    if (folder < 0 || stat(file, &status) != 0)
        return 0;
    while (count < wanted) {
        const struct crl_origin *origin;

        if (open_one(cache, folder, file, count, &indexes[count]) != VSC_OK)
            break;
        origin = &indexes[count]->origin;
        wanted = origin->count;
        count++;
        if (!crl_origin_is(origin, file, &status) || origin->position + 1 != count ||
            wanted < count || wanted > HAND_LISTS_MAX)
            break;
        if (count == wanted)
            return count;
    }
    free_indexes(indexes, count);
    return 0;
}

/* The certificate at hand whose key verifies the list. */
static enum vsc_err build(const struct turn *turn, const struct crl_raw *raw,
                          struct crl_index **ret_index)
{
    const struct crl_origin origin =
        crl_origin_of(turn->report.file, &turn->status, turn->position, turn->report.lists);
    STACK_OF(X509) *signers = turn->files->signers;

    for (int i = 0; i < sk_X509_num(signers); i++) {
        X509 *signer = sk_X509_value(signers, i);
        enum vsc_err err;

        if (X509_NAME_cmp(X509_get_subject_name(signer), X509_CRL_get_issuer(raw->head)) != 0)
            continue;
        err = crl_index_build(raw, signer, &origin, ret_index);
        if (err != VSC_CERT)
            return err;
    }
    return VSC_CERT;
}

static enum vsc_err count_one(void *arg, const char *file, const unsigned char *der, size_t len)
{
    struct hand_report *report = arg;

    (void)file;
    (void)der;
    (void)len;
    report->lists++;
    return VSC_OK;
}

static enum vsc_err index_one(void *arg, const char *file, const unsigned char *der, size_t len)
{
    struct turn *turn = arg;
    auto_by(crl_raw_free) struct crl_raw *raw = NULL;
    auto_by(crl_index_free) struct crl_index *index = NULL;
    char name[CACHE_NAME_SIZE];
    enum vsc_err err = crl_raw_parse(der, len, &raw);

    if (err == VSC_OK)
        err = build(turn, raw, &index);
    cache_name_of_hand(file, turn->position, name);
    if (err == VSC_OK)
        err = crl_index_write(index, turn->folder, name);
    turn->position++;
    turn->report.indexed += err == VSC_OK;
    turn->report.broken += err == VSC_INPUT;
    turn->report.unverified += err == VSC_CERT;
    return err == VSC_INPUT || err == VSC_CERT ? VSC_OK : err;
}

static enum vsc_err index_file(const struct updating *updating, struct turn *turn)
{
    const char *file = turn->report.file;
    auto_buf struct buf content;
    enum vsc_err err;

    buf_init(&content, 0);
    if (stat(file, &turn->status) != 0)
        return problem_set(updating->problem, VSC_INPUT, "%s: %s", file, strerror(errno));
    err = source_read_file(updating->files->source, file, SOURCE_CRLS, &content, updating->problem);
    if (err != VSC_OK || content.len == 0)
        return err;
    err = source_split(&content, file, SOURCE_CRLS, count_one, &turn->report);
    if (err == VSC_OK && turn->report.lists <= HAND_LISTS_MAX)
        err = source_split(&content, file, SOURCE_CRLS, index_one, turn);
    if (err != VSC_OK)
        return problem_set(updating->problem, err, "%s: cannot be indexed: %s", file,
                           vsc_strerror(err));
    return VSC_OK;
}

/* Are there indexes of all its lists, which are current and not damaged? Their number. */
static unsigned sound_indexes(const struct updating *updating, const char *file)
{
    struct crl_index *indexes[HAND_LISTS_MAX];
    unsigned count = hand_index_of(updating->files->cache, updating->folder, file, indexes);
    bool sound = true;

    for (unsigned i = 0; i < count; i++)
        sound = sound && crl_index_is_whole(indexes[i]);
    free_indexes(indexes, count);
    return sound ? count : 0;
}

static enum vsc_err update_file(void *arg, const char *file)
{
    const struct updating *updating = arg;
    struct turn turn = {
        .files = updating->files, .folder = updating->folder, .report = {.file = file}};
    unsigned count = sound_indexes(updating, file);
    enum vsc_err err = VSC_OK;

    turn.report.lists = count;
    turn.report.was_current = count > 0;
    if (count == 0)
        err = index_file(updating, &turn);
    if (err == VSC_OK)
        updating->visit(updating->arg, &turn.report);
    return err;
}

/* An index whose file is another one by now, or gone. */
static enum vsc_err remove_outdated(void *arg, int folder, const char *name)
{
    const struct updating *updating = arg;
    auto_by(crl_index_free) struct crl_index *index = NULL;
    struct stat status;
    int fd = -1;

    if (cache_open_file(updating->files->cache, folder, name, &fd) == VSC_OK &&
        crl_index_open(fd, &index) == VSC_OK && stat(index->origin.path, &status) == 0 &&
        crl_origin_is(&index->origin, index->origin.path, &status))
        return VSC_OK;
    return unlinkat(folder, name, 0) == 0 || errno == ENOENT ? VSC_OK : VSC_SYSTEM;
}

enum vsc_err hand_index_update(const struct hand_files *files, hand_report_visit *visit, void *arg,
                               struct problem *problem)
{
    struct updating updating = {.files = files, .visit = visit, .arg = arg, .problem = problem};
    auto_fd int folder = -1;
    enum vsc_err err = cache_make_part(files->cache, CACHE_HAND, &folder);

    if (err != VSC_OK)
        return problem_set(problem, err, "%s/%s: %s", files->cache->path,
                           cache_part_name(CACHE_HAND), strerror(errno));
    updating.folder = folder;
    err = source_each_file(files->source, update_file, &updating, problem);
    if (err == VSC_OK)
        err = cache_list(folder, ".idx", remove_outdated, &updating);
    return err;
}
