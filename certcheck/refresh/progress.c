/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/progress.h"

#include "common/deadline.h"
#include "common/text.h"

#define FIRST_MS 1000 /* a download that is over by then shows nothing */
#define EACH_MS  200
#define KIB      1024u

void progress_show(void *arg, const char *address, size_t got, size_t total)
{
    struct progress *progress = arg;
    const int64_t now = clock_ms();
    char shown[TEXT_NAME];

    if (progress->terminal == NULL)
        return;
    if (progress->started_ms == 0)
        progress->started_ms = now;
    if (now - progress->started_ms < FIRST_MS || now - progress->shown_ms < EACH_MS)
        return;
    progress->shown_ms = now;
    text_clean(shown, sizeof(shown), address);
    (void)fprintf(progress->terminal, "\r\033[K%.60s: %zu KiB", shown, got / KIB);
    if (total > 0)
        (void)fprintf(progress->terminal, " of %zu (%zu %%)", total / KIB,
                      (size_t)((double)got * 100 / (double)total));
    (void)fflush(progress->terminal);
}

void progress_clear(struct progress *progress)
{
    if (progress->shown_ms != 0) {
        (void)fputs("\r\033[K", progress->terminal);
        (void)fflush(progress->terminal);
    }
    progress->started_ms = 0;
    progress->shown_ms = 0;
}
