/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/revocation_words.h"

#include <stdio.h>
#include <time.h>

#include "common/der.h"

/* RFC 5280 4.1.2.5, RFC 6960 4.2.2.1: to the second, in UTC. OpenSSL takes more. */
static bool is_written_right(const ASN1_TIME *time)
{
    struct der_element element = {.tag = (unsigned)ASN1_STRING_type(time)};
    int64_t seconds;

    element.content =
        (struct der_span){ASN1_STRING_get0_data(time), (size_t)ASN1_STRING_length(time)};
    return der_time(&element, &seconds);
}

bool words_read_time(const ASN1_TIME *time, int64_t *ret_seconds)
{
    struct tm tm;

    if (time == NULL || !is_written_right(time) || ASN1_TIME_to_tm(time, &tm) != 1)
        return false;
    *ret_seconds = timegm(&tm);
    return true;
}

enum revocation_status words_of_age(int64_t next, int64_t at, unsigned max_stale)
{
    if (next >= at)
        return ANSWER_GOOD;
    return next + (int64_t)max_stale >= at ? ANSWER_GOOD_STALE : ANSWER_TOO_OLD;
}

void words_revoked(char *to, size_t size, int64_t since, int reason)
{
    static const char *const words[] = {
        "unspecified", "key compromise",         "CA compromise",    "affiliation changed",
        "superseded",  "cessation of operation", "certificate hold", NULL,
        "removed",     "privilege withdrawn",    "AA compromise"};
    const int count = sizeof(words) / sizeof(words[0]);
    const char *word = reason >= 0 && reason < count ? words[reason] : NULL;
    time_t seconds = (time_t)since;
    char date[32] = "";
    struct tm tm;

    if (since != 0 && gmtime_r(&seconds, &tm) != NULL)
        (void)strftime(date, sizeof(date), "since %Y-%m-%d", &tm);
    (void)snprintf(to, size, "%s%s%s", date, *date != '\0' && word != NULL ? ", " : "",
                   word != NULL ? word : "");
}
