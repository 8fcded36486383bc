/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/notify/pulse_notify.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "enroll/events.h"
#include "enroll/notify/desktop.h"
#include "enroll/pulse.h"
#include "enroll/texts.h"

#define URGENT_DAYS 3
#define DAY         86400

DEFINE_AUTO(struct notice, notice_free)

enum {
    ACTION_NOW,
    ACTION_LATER,
    ACTION_MORE
};

/* What the person says to the notice. */
enum answer {
    ANSWER_NOW,
    ANSWER_LATER,
};

/* One more line; false where there is no room for it. */
static bool add_line(const char *line, char *to, size_t size)
{
    const size_t len = strlen(to);

    if (len + strlen(line) + 2 > size)
        return false;
    (void)snprintf(to + len, size - len, "%s%s", len > 0 ? "\n" : "", line);
    return true;
}

/* A line for each, or the first of them in detail. */
static void put_body(const struct pulse *pulse, bool details, bool by_hand, char *to, size_t size)
{
    size_t len;

    to[0] = '\0';
    for (size_t i = 0; i < pulse->want_count; i++) {
        const struct pulse_want *want = &pulse->wants[i];
        char line[TEXT_MAX];

        if (details)
            text_details(want->profile->name, want->card, want->ends, line, sizeof line);
        else
            text_due(want->card, want->ends, line, sizeof line);
        if (!add_line(line, to, size))
            break;
    }
    len = strlen(to);
    if (by_hand && len + 1 < size)
        (void)snprintf(to + len, size - len, "\n%s", text_of(TEXT_BY_HAND));
}

static bool is_urgent(const struct pulse *pulse)
{
    for (size_t i = 0; i < pulse->want_count; i++)
        if (pulse->wants[i].ends != 0 &&
            pulse->wants[i].ends - pulse->errand.now < (int64_t)URGENT_DAYS * DAY)
            return true;
    return false;
}

static struct notice_text notice_of(const char *body, bool urgent, bool details)
{
    struct notice_text text = {
        .title = text_of(TEXT_TITLE),
        .body = body,
        .actions = {[ACTION_NOW] = {"renew", text_of(TEXT_NOW)},
                    [ACTION_LATER] = {"later", text_of(TEXT_LATER)}},
        .urgent = urgent,
    };

    if (!details) {
        text.actions[ACTION_MORE].key = "details";
        text.actions[ACTION_MORE].label = text_of(TEXT_MORE);
    }
    return text;
}

/* Nothing but a click on "Renew now" is one. */
static enum answer ask_person(const struct pulse *pulse, struct notice *notice, int64_t wait_ms)
{
    char body[TEXT_MAX * 4];
    bool details = false;

    for (;;) {
        const bool can_click = notice_has_actions(notice);
        const struct notice_text text = notice_of(body, is_urgent(pulse), details);
        enum notice_end end = NOTICE_LATE;
        unsigned key = ACTION_LATER;

        put_body(pulse, details, !can_click, body, sizeof body);
        if (notice_show(notice, &text, NULL) != VSC_OK || !can_click ||
            notice_wait(notice, &text, wait_ms, &end, &key, NULL) != VSC_OK ||
            end != NOTICE_CLICKED)
            return ANSWER_LATER;
        if (key == ACTION_NOW)
            return ANSWER_NOW;
        if (key != ACTION_MORE || details)
            return ANSWER_LATER;
        details = true;
    }
}

/* One for all that failed. */
static void show_faults(struct notice *notice, const struct pulse *pulse)
{
    char body[TEXT_MAX * 4] = "";
    const struct notice_text text = {.title = text_of(TEXT_FAILED), .body = body};

    for (size_t i = 0; i < pulse->fault_count; i++) {
        const struct pulse_fault *fault = &pulse->faults[i];
        char line[TEXT_MAX];

        if (!fault->for_person)
            continue;
        text_fault(fault->profile->name, fault->why, line, sizeof line);
        if (!add_line(line, body, sizeof body))
            break;
    }
    if (body[0] != '\0' && notice != NULL)
        (void)!notice_show(notice, &text, NULL);
}

static bool has_terminal(void)
{
    auto_fd int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

    return tty >= 0 && isatty(STDIN_FILENO) == 1;
}

/* With the person: the whole pulse again. */
static enum vsc_err pulse_with(const struct choices *choices, const struct asker *asker,
                               struct notice *notice, struct problem *problem)
{
    struct pulse pulse = {
        .choices = choices, .silent = true, .asker = asker, .errand = {.folder = -1}};
    enum vsc_err err = pulse_round(&pulse, problem);

    show_faults(notice, &pulse);
    errand_close(&pulse.errand);
    return err;
}

static void tell_wants(const struct pulse *pulse, enum enroll_event event)
{
    for (size_t i = 0; i < pulse->want_count; i++)
        event_tell(event, pulse->wants[i].profile->name, pulse->wants[i].card, NULL);
}

/* What waits in `quiet`, whose lock and connection to vsc-card are given up: a notice may wait for
 * hours, others may work meanwhile, and vsc-card has only so many places for all users. */
static enum vsc_err ask_and_pulse(const struct choices *choices, struct pulse *quiet,
                                  struct notice *notice, struct problem *problem)
{
    struct desktop desktop = {quiet->errand.conf->enroll.pinentry, notice};
    const struct asker asker = desktop_asker(&desktop);

    tell_wants(quiet, EVENT_DUE);
    (void)close(take_fd(quiet->errand.folder)); /* the lock */
    card_source_free(quiet->errand.source);
    quiet->errand.source = NULL;
    if (notice == NULL && has_terminal())
        return pulse_with(choices, &asker_terminal, NULL, problem);
    if (notice != NULL && ask_person(quiet, notice, (int64_t)choices->wait * 1000) == ANSWER_NOW)
        return pulse_with(choices, &asker, notice, problem);
    tell_wants(quiet, EVENT_POSTPONED);
    return VSC_OK;
}

enum vsc_err pulse_notify(const struct choices *choices, struct problem *problem)
{
    auto_by(notice_free) struct notice *notice = NULL;
    struct pulse quiet = {
        .choices = choices, .quiet = true, .silent = true, .errand = {.folder = -1}};
    enum vsc_err err = pulse_round(&quiet, problem), later;

    if ((quiet.want_count > 0 || quiet.fault_count > 0) && notice_open(&notice, NULL) != VSC_OK)
        notice = NULL;
    if (quiet.fault_count > 0)
        show_faults(notice, &quiet);
    if (quiet.want_count > 0) {
        later = ask_and_pulse(choices, &quiet, notice, problem);
        if (err == VSC_OK)
            err = later;
    }
    errand_close(&quiet.errand);
    return err;
}
