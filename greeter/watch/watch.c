/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/watch/watch.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "greeter/watch/inquiry.h"
#include "greeter/watch/tell.h"

enum helper_state {
    HELPER_NOT_ASKED, /* nothing is told yet */
    HELPER_THERE,
    HELPER_GONE, /* and that is told */
};

struct watch {
    struct inquiry inquiry;
    struct teller teller;
    enum helper_state helper;
    struct shown shown;
    int64_t poll_ms, next_ask_ms;
    int64_t retry_ms;
    bool is_pressed; /* a countdown has ended: asked at once, and once */
};

/* ---- what is told ------------------------------------------------------------------------------
 */

static enum vsc_err tell_whole(struct watch *watch, struct watch_list *list,
                               const struct instant *now)
{
    const struct shown nothing = {.list = {.count = 0}};
    enum vsc_err err = VSC_OK;

    if (watch->helper == HELPER_GONE)
        err = tell_helper(&watch->teller, true);
    shown_done(&watch->shown);
    shown_take(&watch->shown, list, &nothing, now);
    watch->helper = HELPER_THERE;
    return err == VSC_OK ? tell_state(&watch->teller, &watch->shown) : err;
}

static enum vsc_err tell_one(struct watch *watch, struct shown *next, size_t i)
{
    size_t k = shown_find(&watch->shown, &next->list.cards[i]);
    unsigned changes;

    if (k == watch->shown.list.count)
        return tell_card(&watch->teller, CARD_EVENT_ADDED, next, i, 0);
    changes = shown_changes(&watch->shown, k, next, i);
    if (changes != 0)
        return tell_card(&watch->teller, CARD_EVENT_CHANGED, next, i, changes);
    next->cards[i].told_at = watch->shown.cards[k].told_at;
    next->list.cards[i].locked_seconds = watch->shown.list.cards[k].locked_seconds;
    return VSC_OK;
}

/* What differs from what was told last, and then that is what was told last. */
static enum vsc_err tell_news(struct watch *watch, struct watch_list *list,
                              const struct instant *now)
{
    const struct watch_list *old = &watch->shown.list;
    struct shown next;
    enum vsc_err err = VSC_OK;

    shown_take(&next, list, &watch->shown, now);
    for (size_t k = 0; err == VSC_OK && k < old->count; k++)
        if (shown_find(&next, &old->cards[k]) == next.list.count)
            err = tell_removed(&watch->teller, &old->cards[k]);
    for (size_t i = 0; err == VSC_OK && i < next.list.count; i++)
        err = tell_one(watch, &next, i);
    if (err == VSC_OK && old->announce != next.list.announce)
        err = tell_announce(&watch->teller, next.list.announce);
    shown_done(&watch->shown);
    watch->shown = next;
    return err;
}

static enum vsc_err count_down(struct watch *watch)
{
    const struct instant now = instant_now();
    enum vsc_err err = VSC_OK;

    for (size_t i = 0; err == VSC_OK && i < watch->shown.list.count; i++)
        if (shown_count_down(&watch->shown, i, &now))
            err = tell_locked(&watch->teller, &watch->shown.list.cards[i]);
    if (watch->is_pressed || !shown_has_run_out(&watch->shown, &now))
        return err;
    watch->is_pressed = true;
    watch->next_ask_ms = now.ms;
    return err;
}

/* ---- what is asked -----------------------------------------------------------------------------
 */

/*
 * Only its process for this connection may have ended, or have something wrong: where it has
 * answered before that is worth a new one at once. Nonsense and silence are not.
 */
static bool may_be_there(const struct inquiry *inquiry, enum vsc_err err)
{
    return inquiry->has_answered && (err == VSC_HELPER || inquiry->has_refused);
}

static enum vsc_err fail(struct watch *watch, enum vsc_err err)
{
    bool at_once = may_be_there(&watch->inquiry, err);

    if (at_once || !watch->inquiry.has_refused)
        inquiry_end(&watch->inquiry);
    watch->next_ask_ms = clock_ms();
    if (at_once)
        return VSC_OK;
    watch->next_ask_ms += watch->retry_ms;
    watch->retry_ms *= 2;
    if (watch->retry_ms > WATCH_RETRY_MAX_MS)
        watch->retry_ms = WATCH_RETRY_MAX_MS;
    if (watch->helper == HELPER_GONE)
        return VSC_OK;
    watch->helper = HELPER_GONE;
    shown_done(&watch->shown);
    return tell_helper(&watch->teller, false);
}

static enum vsc_err take_answer(struct watch *watch)
{
    auto_watch_list struct watch_list list = {0};
    enum vsc_err err = inquiry_take(&watch->inquiry, &list);
    const struct instant now = instant_now();

    if (err != VSC_OK)
        return fail(watch, err);
    watch->retry_ms = WATCH_RETRY_MIN_MS;
    watch->next_ask_ms = now.ms + watch->poll_ms;
    if (watch->helper == HELPER_THERE)
        err = tell_news(watch, &list, &now);
    else
        err = tell_whole(watch, &list, &now);
    watch->is_pressed = shown_has_run_out(&watch->shown, &now);
    return err;
}

static enum vsc_err ask_if_due(struct watch *watch)
{
    enum vsc_err err;

    if (watch->inquiry.is_asked)
        return deadline_left(&watch->inquiry.answer) == 0 ? fail(watch, VSC_TIMEOUT) : VSC_OK;
    if (clock_ms() < watch->next_ask_ms)
        return VSC_OK;
    err = inquiry_ask(&watch->inquiry);
    return err == VSC_OK ? VSC_OK : fail(watch, err);
}

/* ---- the loop ----------------------------------------------------------------------------------
 */

static int patience(const struct watch *watch)
{
    const struct instant now = instant_now();
    int64_t until = watch->inquiry.is_asked ? watch->inquiry.answer.at_ms : watch->next_ask_ms;
    int64_t second = shown_next_ms(&watch->shown, &now);
    int64_t left = (second < until ? second : until) - now.ms;

    if (left <= 0)
        return 0;
    return left < INT_MAX ? (int)left : INT_MAX;
}

static enum vsc_err step(struct watch *watch)
{
    struct pollfd fds[] = {
        {.fd = watch->teller.line.fd}, /* whether it is still read */
        {.fd = watch->inquiry.is_asked ? watch->inquiry.fd : -1, .events = POLLIN},
    };
    enum vsc_err err = VSC_OK;

    if (poll(fds, 2, patience(watch)) < 0)
        return errno == EINTR ? VSC_OK : VSC_SYSTEM;
    if (!line_is_read(fds[0].revents))
        return VSC_HELPER;
    if (fds[1].revents != 0)
        err = take_answer(watch);
    if (err == VSC_OK)
        err = count_down(watch);
    return err == VSC_OK ? ask_if_due(watch) : err;
}

static enum vsc_err run_once(struct watch *watch)
{
    auto_watch_list struct watch_list list = {0};
    const struct instant now = instant_now();
    enum vsc_err err = inquiry_ask(&watch->inquiry);

    if (err == VSC_OK)
        err = deadline_wait(&watch->inquiry.answer, watch->inquiry.fd, POLLIN);
    if (err == VSC_OK)
        err = inquiry_take(&watch->inquiry, &list);
    return err == VSC_OK ? tell_whole(watch, &list, &now) : err;
}

enum vsc_err watch_run(const struct watch_options *options)
{
    static struct watch watch; /* a line is too much for a stack */
    enum vsc_err err = VSC_OK;

    memset(&watch, 0, sizeof(watch));
    watch.inquiry = INQUIRY_TO(options->socket, options->answer_ms);
    watch.poll_ms = options->poll_ms;
    watch.teller.json = options->json;
    watch.teller.line.fd = options->out;
    watch.retry_ms = WATCH_RETRY_MIN_MS;
    watch.next_ask_ms = clock_ms();
    if (options->once)
        err = run_once(&watch);
    while (!options->once && err == VSC_OK)
        err = step(&watch);
    shown_done(&watch.shown);
    inquiry_end(&watch.inquiry);
    return !options->once && err == VSC_HELPER ? VSC_OK : err;
}
