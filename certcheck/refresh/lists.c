/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/lists.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "certcheck/crl_weigh.h"
#include "certcheck/openssl_own.h"
#include "certcheck/revocation_words.h"
#include "certcheck/strength.h"

DEFINE_AUTO(struct crl_index, crl_index_free)
DEFINE_AUTO(ASN1_INTEGER, ASN1_INTEGER_free)

void list_done(struct list *list)
{
    crl_raw_free(list->raw);
    list->raw = NULL;
}

int64_t list_until(const X509_CRL *crl)
{
    int64_t until = 0;

    return words_read_time(X509_CRL_get0_nextUpdate(crl), &until) ? until : 0;
}

/* What is wrong with a list before anybody's key is asked; NULL for nothing. */
static const char *flaw_of(const struct refresh *refresh, const struct list_offer *offer,
                           struct list *list)
{
    const X509_CRL *head = list->raw->head;
    const bool is_delta = X509_CRL_get_ext_by_NID(head, NID_delta_crl, -1) >= 0;

    if (offer->signer != NULL && X509_NAME_cmp(X509_CRL_get_issuer(head), offer->signer) != 0)
        return "the list is of another issuer";
    if (offer->form == LIST_COMPLETE && is_delta)
        return "it is a delta list where a complete one is wanted";
    if (offer->form == LIST_DELTA && !is_delta)
        return "it is a complete list where a delta is wanted";
    if (!words_read_time(X509_CRL_get0_lastUpdate(head), &list->from) || list->from > refresh->now)
        return "the list is from the future";
    if (!words_read_time(X509_CRL_get0_nextUpdate(head), &list->until))
        return "the list does not say until when it holds";
    if (!strength_crl_signature_is_enough(head))
        return "the list's signature is weaker than SHA-256";
    /* A sign-in could not use it, and would be worse off than with the old one. */
    return weigh_head(head);
}

enum vsc_err list_verify(const struct refresh *refresh, const struct list_offer *offer,
                         struct list *ret_list, struct problem *problem)
{
    auto_list struct list list = {.raw = NULL};
    const char *flaw;
    enum vsc_err err = crl_raw_parse(offer->der, offer->len, &list.raw);

    if (err == VSC_INPUT)
        return problem_set(problem, err, "no revocation list");
    if (err != VSC_OK)
        return err;
    flaw = flaw_of(refresh, offer, &list);
    ERR_clear_error();
    if (flaw == NULL)
        list.signer = pool_signer_of(&refresh->pool, list.raw, &flaw);
    if (list.signer == NULL)
        return problem_set(problem, VSC_INPUT, "%s", flaw);
    *ret_list = list;
    list.raw = NULL;
    return VSC_OK;
}

bool list_is_newer(const X509_CRL *old, const X509_CRL *fresh)
{
    auto_by(ASN1_INTEGER_free) ASN1_INTEGER *old_number =
        X509_CRL_get_ext_d2i(old, NID_crl_number, NULL, NULL);
    auto_by(ASN1_INTEGER_free) ASN1_INTEGER *number =
        X509_CRL_get_ext_d2i(fresh, NID_crl_number, NULL, NULL);
    int64_t old_from = 0, from = 0;

    ERR_clear_error();
    (void)words_read_time(X509_CRL_get0_lastUpdate(old), &old_from);
    (void)words_read_time(X509_CRL_get0_lastUpdate(fresh), &from);
    if (old_number != NULL && (number == NULL || ASN1_INTEGER_cmp(old_number, number) > 0))
        return true;
    return old_from > from;
}

/* The index that the cache has under this name; NULL for none, and for one that is damaged. */
struct crl_index *list_in_cache(const struct refresh *refresh, enum cache_part part,
                                const char *name)
{
    struct crl_index *old = NULL;
    int fd = -1;

    if (cache_open_file(refresh->cache, refresh->parts[part], name, &fd) != VSC_OK ||
        crl_index_open(fd, &old) != VSC_OK || !crl_index_is_whole(old)) {
        crl_index_free(old);
        return NULL;
    }
    return old;
}

enum vsc_err list_keep(const struct refresh *refresh, const struct list *list,
                       char ret_name[CACHE_NAME_SIZE], enum list_fate *ret_fate,
                       struct problem *problem)
{
    auto_by(crl_index_free) struct crl_index *fresh = NULL;
    auto_by(crl_index_free) struct crl_index *old = NULL;
    enum vsc_err err = crl_index_build(list->raw, list->signer, NULL, &fresh);

    if (err != VSC_OK)
        return problem_set(problem, err, "the list holds something that cannot be read");
    err = cache_name_of_crl(fresh, ret_name);
    if (err != VSC_OK)
        return err;
    old = list_in_cache(refresh, CACHE_CRLS, ret_name);
    if (old != NULL && memcmp(old->sha256, fresh->sha256, sizeof(fresh->sha256)) == 0) {
        *ret_fate = LIST_UNCHANGED;
        return VSC_OK;
    }
    if (old != NULL && list_is_newer(old->head, fresh->head)) {
        *ret_fate = LIST_OLDER;
        return VSC_OK;
    }
    err = crl_index_write(fresh, refresh->parts[CACHE_CRLS], ret_name);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: cannot be written: %m", ret_name);
    *ret_fate = LIST_STORED;
    return VSC_OK;
}
