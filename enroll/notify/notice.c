/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/notify/notice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "common/deadline.h"
#include "common/own.h"

#define NAME         "org.freedesktop.Notifications"
#define PATH         "/org/freedesktop/Notifications"
#define CALL_SECONDS 10
#define CAPS_MAX     64
#define SENDER_MAX   64
#define EXPIRED      1 /* a reason of NotificationClosed */

struct notice {
    sd_bus *bus;             /* owned */
    char sender[SENDER_MAX]; /* who shows */
    bool has_actions, has_markup, keeps;
    uint32_t id; /* of the notice; 0 for none */
    bool shown, clicked, closed, faded, gone;
    char key[32]; /* of the click */
};

DEFINE_AUTO(struct notice, notice_free)
DEFINE_AUTO(sd_bus_message, sd_bus_message_unref)
#define auto_error __attribute__((cleanup(sd_bus_error_free)))

static int on_action(sd_bus_message *message, void *context, sd_bus_error *error)
{
    struct notice *notice = context;
    const char *key = NULL;
    uint32_t id = 0;

    (void)error;
    if (sd_bus_message_read(message, "us", &id, &key) < 0 || id == 0 || id != notice->id ||
        strlen(key) >= sizeof notice->key)
        return 0;
    memcpy(notice->key, key, strlen(key) + 1);
    notice->clicked = true;
    return 0;
}

static int on_closed(sd_bus_message *message, void *context, sd_bus_error *error)
{
    struct notice *notice = context;
    uint32_t id = 0, reason = 0;

    (void)error;
    if (sd_bus_message_read(message, "uu", &id, &reason) < 0 || id == 0 || id != notice->id)
        return 0;
    notice->shown = false;
    if (reason == EXPIRED)
        notice->faded = true;
    else
        notice->closed = true;
    return 0;
}

static int on_owner(sd_bus_message *message, void *context, sd_bus_error *error)
{
    struct notice *notice = context;
    const char *name = NULL, *before = NULL, *after = NULL;

    (void)error;
    if (sd_bus_message_read(message, "sss", &name, &before, &after) >= 0 &&
        strcmp(before, notice->sender) == 0)
        notice->gone = true;
    return 0;
}

static void take_capability(struct notice *notice, const char *word)
{
    if (strcmp(word, "actions") == 0)
        notice->has_actions = true;
    if (strcmp(word, "body-markup") == 0)
        notice->has_markup = true;
    if (strcmp(word, "persistence") == 0)
        notice->keeps = true;
}

static int ask_capabilities(struct notice *notice)
{
    auto_by(sd_bus_message_unref) sd_bus_message *reply = NULL;
    auto_error sd_bus_error error = SD_BUS_ERROR_NULL;
    const char *word = NULL, *sender;
    int status =
        sd_bus_call_method(notice->bus, NAME, PATH, NAME, "GetCapabilities", &error, &reply, NULL);

    if (status >= 0)
        status = sd_bus_message_enter_container(reply, 'a', "s");
    for (int i = 0; status >= 0 && i < CAPS_MAX; i++) {
        status = sd_bus_message_read(reply, "s", &word);
        if (status <= 0)
            break;
        take_capability(notice, word);
    }
    if (status < 0)
        return status;
    sender = sd_bus_message_get_sender(reply);
    if (sender == NULL || strlen(sender) >= sizeof notice->sender)
        return -1;
    memcpy(notice->sender, sender, strlen(sender) + 1);
    return 0;
}

static int listen_to(struct notice *notice)
{
    int status = sd_bus_match_signal(notice->bus, NULL, notice->sender, PATH, NAME, "ActionInvoked",
                                     on_action, notice);

    if (status >= 0)
        status = sd_bus_match_signal(notice->bus, NULL, notice->sender, PATH, NAME,
                                     "NotificationClosed", on_closed, notice);
    if (status >= 0)
        status =
            sd_bus_match_signal(notice->bus, NULL, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                "org.freedesktop.DBus", "NameOwnerChanged", on_owner, notice);
    return status;
}

enum vsc_err notice_open(struct notice **ret_notice, struct problem *problem)
{
    auto_by(notice_free) struct notice *notice = calloc(1, sizeof *notice);
    int status;

    if (notice == NULL)
        return VSC_MEMORY;
    status = sd_bus_open_user(&notice->bus);
    if (status >= 0)
        status = sd_bus_set_method_call_timeout(notice->bus, (uint64_t)CALL_SECONDS * 1000000);
    if (status >= 0)
        status = ask_capabilities(notice);
    if (status >= 0)
        status = listen_to(notice);
    if (status < 0)
        return problem_set(problem, VSC_HELPER, "no notices on this desktop: %s",
                           strerror(-status));
    *ret_notice = take(notice);
    return VSC_OK;
}

void notice_free(struct notice *notice)
{
    if (notice == NULL)
        return;
    if (notice->bus != NULL && notice->shown && !notice->gone)
        (void)sd_bus_call_method(notice->bus, NAME, PATH, NAME, "CloseNotification", NULL, NULL,
                                 "u", notice->id);
    sd_bus_flush_close_unref(notice->bus);
    free(notice);
}

bool notice_has_actions(const struct notice *notice)
{
    return notice->has_actions;
}

/* Names of cards and what a CA said are no markup. The caller frees; NULL without memory. */
static char *escape_markup(const struct notice *notice, const char *text)
{
    char *escaped = malloc(strlen(text) * 5 + 1), *to = escaped;

    for (; escaped != NULL && *text != '\0'; text++) {
        const char *entity = *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : "&gt;";

        if (notice->has_markup && strchr("&<>", *text) != NULL)
            to = stpcpy(to, entity);
        else
            *to++ = *text;
    }
    if (escaped != NULL)
        *to = '\0';
    return escaped;
}

static int put_actions(const struct notice *notice, sd_bus_message *call,
                       const struct notice_text *text)
{
    int status = sd_bus_message_open_container(call, 'a', "s");

    for (unsigned i = 0; status >= 0 && notice->has_actions && i < NOTICE_ACTIONS; i++)
        if (text->actions[i].key != NULL)
            status =
                sd_bus_message_append(call, "ss", text->actions[i].key, text->actions[i].label);
    return status >= 0 ? sd_bus_message_close_container(call) : status;
}

/* `stay`: it does not fade, whatever the server would do. */
static int show(struct notice *notice, const struct notice_text *text, bool stay)
{
    auto_by(sd_bus_message_unref) sd_bus_message *call = NULL, *reply = NULL;
    auto_error sd_bus_error error = SD_BUS_ERROR_NULL;
    auto_free char *body = escape_markup(notice, text->body);
    bool waits = notice->has_actions && text->actions[0].key != NULL;
    uint32_t id = 0;
    int status =
        sd_bus_message_new_method_call(notice->bus, &call, notice->sender, PATH, NAME, "Notify");

    if (body == NULL)
        return -1;
    if (status >= 0)
        status = sd_bus_message_append(call, "susss", "vsc-enroll", notice->id,
                                       "application-certificate", text->title, body);
    if (status >= 0)
        status = put_actions(notice, call, text);
    if (status >= 0)
        status = sd_bus_message_append(call, "a{sv}i", 1, "urgency", "y",
                                       (uint8_t)(text->urgent || stay ? 2 : 1), waits ? 0 : -1);
    if (status >= 0)
        status = sd_bus_call(notice->bus, call, 0, &error, &reply);
    if (status >= 0)
        status = sd_bus_message_read(reply, "u", &id);
    if (status < 0)
        return status;
    notice->id = id;
    notice->shown = waits;
    notice->clicked = notice->closed = notice->faded = false;
    return 0;
}

enum vsc_err notice_show(struct notice *notice, const struct notice_text *text,
                         struct problem *problem)
{
    int status = show(notice, text, false);

    if (status < 0)
        return problem_set(problem, VSC_HELPER, "no notice could be shown: %s", strerror(-status));
    return VSC_OK;
}

static bool find_action(const struct notice *notice, const struct notice_text *text,
                        unsigned *ret_key)
{
    for (unsigned i = 0; i < NOTICE_ACTIONS; i++)
        if (text->actions[i].key != NULL && strcmp(text->actions[i].key, notice->key) == 0) {
            *ret_key = i;
            return true;
        }
    return false;
}

/* Has it come to an end? */
static bool has_ended(struct notice *notice, const struct notice_text *text,
                      enum notice_end *ret_end, unsigned *ret_key)
{
    if (notice->clicked && find_action(notice, text, ret_key)) {
        *ret_end = NOTICE_CLICKED;
        return true;
    }
    notice->clicked = false;
    *ret_end = NOTICE_CLOSED;
    return notice->closed || notice->gone;
}

enum vsc_err notice_wait(struct notice *notice, const struct notice_text *text, int64_t wait_ms,
                         enum notice_end *ret_end, unsigned *ret_key, struct problem *problem)
{
    const struct deadline deadline = deadline_in(wait_ms);
    bool again = false;

    while (!has_ended(notice, text, ret_end, ret_key)) {
        int left = deadline_left(&deadline), status = sd_bus_process(notice->bus, NULL);

        if (status == 0 && notice->faded && !notice->keeps) {
            if (again)
                notice->closed = true;
            again = true;
            status = notice->closed ? 1 : show(notice, text, true);
        } else if (status == 0 && left == 0) {
            *ret_end = NOTICE_LATE;
            return VSC_OK;
        } else if (status == 0) {
            status = sd_bus_wait(notice->bus, (uint64_t)left * 1000);
        }
        if (status == -EINTR)
            continue;
        if (status < 0)
            return problem_set(problem, VSC_HELPER, "the bus: %s", strerror(-status));
    }
    return VSC_OK;
}
