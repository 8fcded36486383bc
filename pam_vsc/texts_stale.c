/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of a sign-in that was checked with something out of date, see texts.h. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "pam_vsc/texts.h"
#include "pam_vsc/translate.h"

#define DATE_SIZE sizeof("2026-11-26 12:00 and more")
#define ROOM      128 /* kept for the sentence around, and for what is counted only */

static void write_date(char to[DATE_SIZE], int64_t seconds)
{
    const time_t when = (time_t)seconds;
    struct tm tm;

    if (localtime_r(&when, &tm) == NULL || strftime(to, DATE_SIZE, "%Y-%m-%d %H:%M", &tm) == 0)
        (void)snprintf(to, DATE_SIZE, "?");
}

static void write_item(char to[TEXTS_SIZE], const struct stale_item *item)
{
    char since[DATE_SIZE];

    write_date(since, item->since);
    switch (item->kind) {
    case STALE_LIST:
        (void)snprintf(to, TEXTS_SIZE, _("revocation list of %s (since %s)"), item->of, since);
        break;
    case STALE_ANSWER:
        (void)snprintf(to, TEXTS_SIZE, _("OCSP answer of %s (since %s)"), item->of, since);
        break;
    case STALE_DIRECTORY:
        (void)snprintf(to, TEXTS_SIZE, _("directory data (since %s)"), since);
        break;
    }
}

/* Whole things alone; what does not fit is counted. */
void texts_stale(char to[TEXTS_SIZE], const struct stale *stale)
{
    char list[TEXTS_SIZE] = "", item[TEXTS_SIZE];
    uint32_t more = stale->more;
    size_t len = 0;

    if (stale->count == 0) {
        (void)snprintf(to, TEXTS_SIZE, "%s",
                       _("This sign-in was checked against a revocation list or directory data "
                         "that is out of date."));
        return;
    }
    for (size_t i = 0; i < stale->count; i++) {
        write_item(item, &stale->items[i]);
        if (len + strlen(item) + ROOM >= sizeof(list))
            more++;
        else
            len +=
                (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", len > 0 ? ", " : "", item);
    }
    if (more > 0)
        (void)snprintf(list + len, sizeof(list) - len,
                       plural(", and %u more", ", and %u more", more), more);
    (void)snprintf(to, TEXTS_SIZE, _("This sign-in was checked with what is out of date: %s."),
                   list);
}
