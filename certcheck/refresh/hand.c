/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/hand.h"

#include <stdio.h>

#include "certcheck/facts_parts.h"
#include "certcheck/hand_index.h"
#include "certcheck/openssl_own.h"
#include "certcheck/refresh/lists.h"

struct pass {
    const struct refresh *refresh;
    enum hand_pass number;
    size_t left;
};

/* Of the lists of a file: whose the first is, and how long all of them hold. */
static void describe(const struct pass *pass, const char *file, char **ret_subject,
                     int64_t *ret_until)
{
    const struct refresh *refresh = pass->refresh;
    struct crl_index *indexes[HAND_LISTS_MAX];
    unsigned count = hand_index_of(refresh->cache, refresh->parts[CACHE_HAND], file, indexes);

    for (unsigned i = 0; i < count; i++) {
        int64_t until = list_until(indexes[i]->head);

        if (i == 0)
            *ret_subject = facts_name(X509_CRL_get_issuer(indexes[i]->head));
        if (i == 0 || until < *ret_until)
            *ret_until = until;
        crl_index_free(indexes[i]);
    }
}

static void tell_indexed(const struct pass *pass, const struct hand_report *file)
{
    const struct refresh *refresh = pass->refresh;
    auto_free char *subject = NULL;
    int64_t until = 0;
    char text[32] = "";

    describe(pass, file->file, &subject, &until);
    if (file->lists > 1)
        (void)snprintf(text, sizeof(text), "%u lists", file->lists);
    report_tell(refresh->report, &(struct report_line){
                                     .result = until < refresh->now ? REPORT_STALE
                                               : file->was_current  ? REPORT_UNCHANGED
                                                                    : REPORT_STORED,
                                     .kind = "by-hand",
                                     .source = file->file,
                                     .subject = subject != NULL ? subject : "",
                                     .text = text,
                                     .until = until,
                                 });
}

static void tell_failed(const struct pass *pass, const struct hand_report *file)
{
    char text[160];

    if (file->lists > HAND_LISTS_MAX)
        (void)snprintf(text, sizeof(text), "more than %d lists in a file are not indexed",
                       HAND_LISTS_MAX);
    else
        (void)snprintf(text, sizeof(text),
                       "of %u lists %u cannot be read, and of %u the issuer is not known or "
                       "the signature does not verify",
                       file->lists, file->broken, file->unverified);
    report_tell(pass->refresh->report, &(struct report_line){.result = REPORT_FAILED,
                                                             .kind = "by-hand",
                                                             .source = file->file,
                                                             .subject = "",
                                                             .text = text});
}

static void take_report(void *arg, const struct hand_report *file)
{
    struct pass *pass = arg;
    bool is_indexed = file->lists > 0 && (file->was_current || file->indexed == file->lists);

    if (file->lists == 0)
        return; /* nothing in it is a list */
    if (!is_indexed)
        pass->left++;
    if (is_indexed && (pass->number == HAND_FIRST || !file->was_current))
        tell_indexed(pass, file);
    else if (!is_indexed && pass->number == HAND_SECOND)
        tell_failed(pass, file);
}

enum vsc_err hand_index(struct refresh *refresh, enum hand_pass number, size_t *ret_left,
                        struct problem *problem)
{
    auto_by(x509_view_free) STACK_OF(X509) *signers = sk_X509_new_null();
    struct pass pass = {.refresh = refresh, .number = number};
    const struct source source = {.path = refresh->conf->revocation.crls,
                                  .named = refresh->conf->revocation.crls_named,
                                  .trusted = true};
    const struct hand_files files = {
        .source = &source, .cache = refresh->cache, .signers = signers};
    enum vsc_err err;

    for (size_t i = 0; signers != NULL && i < refresh->pool.count; i++)
        if (refresh->pool.items[i].anchored &&
            sk_X509_push(signers, refresh->pool.items[i].cert) <= 0)
            return VSC_MEMORY;
    if (signers == NULL)
        return VSC_MEMORY;
    err = hand_index_update(&files, take_report, &pass, problem);
    *ret_left = pass.left;
    return err;
}
