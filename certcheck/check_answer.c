/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/check_answer.h"

#include <stdio.h>
#include <string.h>

#include "certcheck/certs.h"
#include "certcheck/openssl_own.h"

#define DAY 86400

enum vsc_err answer_parse_chain(const struct der *chain, size_t len, STACK_OF(X509) * *ret_certs)
{
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();

    if (certs == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < len; i++) {
        X509 *cert = NULL;

        if (cert_parse(chain[i].data, chain[i].len, &cert) != VSC_OK) {
            if (i == 0)
                break;
            continue;
        }
        if (sk_X509_push(certs, cert) <= 0) {
            X509_free(cert);
            return VSC_MEMORY;
        }
    }
    *ret_certs = take(certs);
    return VSC_OK;
}

/* Whole days until notAfter, rounded down, within 32 bits. */
static int32_t days_left(const struct evaluation *evaluation, int64_t now)
{
    int64_t left, days;

    if (evaluation->facts == NULL)
        return 0;
    left = evaluation->facts->not_after - now;
    days = left / DAY - (left % DAY < 0);
    if (days > INT32_MAX)
        return INT32_MAX;
    return days < INT32_MIN ? INT32_MIN : (int32_t)days;
}

/* Each code once, in the order of the findings. */
static size_t codes_of(const struct verdict *verdict, uint16_t codes[CHECK_CODES_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < verdict->count && count < CHECK_CODES_MAX; i++) {
        uint16_t code = (uint16_t)verdict->items[i].reason;
        size_t seen = 0;

        while (seen < count && codes[seen] != code)
            seen++;
        if (seen == count)
            codes[count++] = code;
    }
    return count;
}

/* Cut between characters, not within one. */
static void copy_cut(char *to, size_t size, const char *from)
{
    size_t len = strlen(from);

    if (len >= size) {
        len = size - 1;
        while (len > 0 && ((unsigned char)from[len] & 0xc0) == 0x80)
            len--;
    }
    if (len > 0)
        memcpy(to, from, len);
    to[len] = '\0';
}

/* Escaped as for a log: what is on the wire is printable. */
static void copy_clean(char *to, size_t size, const char *from)
{
    char clean[4 * CERT_TEXT_SIZE];

    text_clean(clean, sizeof(clean), from != NULL ? from : "");
    copy_cut(to, size, clean);
}

static void set_label(const struct facts *facts, struct check_evaluated *item)
{
    const char *label = facts->upn;

    if (label == NULL)
        label = facts->common_name != NULL ? facts->common_name : facts->subject;
    text_name(item->label, sizeof(item->label), label, strlen(label));
}

void answer_evaluated(const struct evaluation *evaluation, int64_t now,
                      struct check_evaluated *ret_item)
{
    struct check_evaluated item = {
        .accepted = evaluation->accepted,
        .mapped = evaluation->mapped,
        .days_left = days_left(evaluation, now),
        .stale = evaluation->stale.count > 0,
    };

    if (evaluation->mapped) {
        copy_cut(item.account, sizeof(item.account), evaluation->account.name);
        copy_cut(item.display, sizeof(item.display), evaluation->account.display);
        item.account_uid = evaluation->account.uid;
    }
    if (evaluation->facts != NULL)
        set_label(evaluation->facts, &item);
    item.reason_count = codes_of(&evaluation->verdict, item.reasons);
    *ret_item = item;
}

void answer_verdict(const struct evaluation *evaluation, int64_t now,
                    struct check_verdict *ret_verdict)
{
    struct check_verdict verdict = {
        .days_left = days_left(evaluation, now),
        .stale = evaluation->stale.count > 0,
    };

    if (evaluation->mapped) {
        copy_cut(verdict.account, sizeof(verdict.account), evaluation->account.name);
        verdict.account_uid = evaluation->account.uid;
    }
    if (evaluation->facts != NULL) {
        copy_clean(verdict.upn, sizeof(verdict.upn), evaluation->facts->upn);
        copy_clean(verdict.issuer, sizeof(verdict.issuer), evaluation->facts->issuer);
        copy_cut(verdict.serial, sizeof(verdict.serial),
                 evaluation->facts->serial + (*evaluation->facts->serial == '-'));
    }
    verdict.reason_count = codes_of(&evaluation->verdict, verdict.reasons);
    *ret_verdict = verdict;
}
