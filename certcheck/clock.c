/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/clock.h"

#include "common/mark.h"
#include "common/text.h"

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
