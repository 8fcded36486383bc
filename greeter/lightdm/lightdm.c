/* SPDX-License-Identifier: BSD-2-Clause */
/* What the daemon says is queued and told from the main loop, up to the next prompt: the library
 * may have several prompts at once, and tells of them from within its own reading. */
#include "greeter/lightdm/lightdm.h"

#include <errno.h>
#include <glib.h>
#include <lightdm.h>
#include <string.h>

#include "common/own.h"

#define QUEUE_MAX 64 /* messages that were not told yet */

enum event_kind {
    EVENT_MESSAGE,
    EVENT_COMPLETE,
    EVENT_GONE,
};

struct event {
    enum event_kind kind;
    enum backend_message message;
    char *text;
};

struct lightdm {
    struct backend base;
    LightDMGreeter *greeter;
    GQueue events;
    guint source;   /* tells of events from the main loop; 0: none */
    bool is_active; /* between create_session and the end of the conversation */
    bool is_asking; /* a prompt was told and not answered yet */
    bool is_gone;
};

static struct lightdm *lightdm_of(struct backend *backend)
{
    return (struct lightdm *)backend;
}

static void event_free(gpointer pointer)
{
    struct event *event = pointer;

    g_free(event->text);
    g_free(event);
}

static void tell_message(struct lightdm *self, const struct event *event)
{
    self->is_asking = event->message == BACKEND_VISIBLE || event->message == BACKEND_SECRET;
    self->base.listener.message(self->base.listener.context, event->message, event->text);
}

/* Whether the person is signed in is what the daemon says now, not what an event remembers. */
static void tell_complete(struct lightdm *self)
{
    const struct backend_listener *listener = &self->base.listener;

    self->is_active = false;
    if (lightdm_greeter_get_is_authenticated(self->greeter))
        listener->signed_in(listener->context);
    else
        listener->refused(listener->context, "");
}

static void tell(struct lightdm *self, const struct event *event)
{
    switch (event->kind) {
    case EVENT_MESSAGE:
        tell_message(self, event);
        break;
    case EVENT_COMPLETE:
        tell_complete(self);
        break;
    case EVENT_GONE:
        self->base.listener.gone(self->base.listener.context, event->text);
        break;
    }
}

static gboolean tell_events(gpointer pointer)
{
    struct lightdm *self = pointer;

    self->source = 0;
    while (!self->is_asking && self->source == 0 && !g_queue_is_empty(&self->events)) {
        struct event *event = g_queue_pop_head(&self->events);

        tell(self, event);
        event_free(event);
    }
    return G_SOURCE_REMOVE;
}

static void tell_soon(struct lightdm *self)
{
    if (self->source == 0)
        self->source = g_idle_add(tell_events, self);
}

static void forget_events(struct lightdm *self)
{
    g_queue_clear_full(&self->events, event_free);
    self->is_asking = false;
}

static void add_event(struct lightdm *self, enum event_kind kind, enum backend_message message,
                      const char *text)
{
    struct event *event = g_new0(struct event, 1);

    event->kind = kind;
    event->message = message;
    event->text =
        g_utf8_make_valid(text, (gssize)strnlen(text, BACKEND_TEXT_MAX - strlen("\xef\xbf\xbd")));
    g_queue_push_tail(&self->events, event);
    tell_soon(self);
}

static void add_gone(struct lightdm *self, const char *why)
{
    if (self->is_gone)
        return;
    self->is_gone = true;
    self->is_active = false;
    forget_events(self);
    add_event(self, EVENT_GONE, BACKEND_ERROR, why);
}

/* The library's fault, where one of its calls failed, is the end. */
static void check_call(struct lightdm *self, gboolean good, GError *error)
{
    if (!good)
        add_gone(self, error != NULL ? error->message : "LightDM cannot be reached");
    g_clear_error(&error);
}

static void add_message(struct lightdm *self, enum backend_message message, const char *text)
{
    if (!self->is_active)
        return;
    if (g_queue_get_length(&self->events) >= QUEUE_MAX)
        add_gone(self, "LightDM says too much at once");
    else
        add_event(self, EVENT_MESSAGE, message, text);
}

static void on_prompt(LightDMGreeter *greeter, const char *text, LightDMPromptType type,
                      struct lightdm *self)
{
    (void)greeter;
    add_message(self, type == LIGHTDM_PROMPT_TYPE_QUESTION ? BACKEND_VISIBLE : BACKEND_SECRET,
                text);
}

static void on_message(LightDMGreeter *greeter, const char *text, LightDMMessageType type,
                       struct lightdm *self)
{
    (void)greeter;
    add_message(self, type == LIGHTDM_MESSAGE_TYPE_INFO ? BACKEND_INFO : BACKEND_ERROR, text);
}

static void on_complete(LightDMGreeter *greeter, struct lightdm *self)
{
    (void)greeter;
    if (self->is_active)
        add_event(self, EVENT_COMPLETE, BACKEND_INFO, "");
}

static void create_session(struct backend *backend, const char *user)
{
    struct lightdm *self = lightdm_of(backend);
    GError *error = NULL;

    if (self->is_gone)
        return;
    forget_events(self);
    self->is_active = true;
    check_call(self,
               lightdm_greeter_authenticate(self->greeter, *user != '\0' ? user : NULL, &error),
               error);
}

static void answer(struct backend *backend, const struct secret *secret)
{
    struct lightdm *self = lightdm_of(backend);
    GError *error = NULL;

    if (!self->is_active || !self->is_asking)
        return;
    self->is_asking = false;
    check_call(self, lightdm_greeter_respond(self->greeter, secret->bytes, &error), error);
    tell_soon(self);
}

static void cancel(struct backend *backend)
{
    struct lightdm *self = lightdm_of(backend);
    GError *error = NULL;

    if (self->is_gone)
        return;
    self->is_active = false;
    forget_events(self);
    check_call(self, lightdm_greeter_cancel_authentication(self->greeter, &error), error);
}

static void on_started(GObject *greeter, GAsyncResult *result, gpointer pointer)
{
    struct lightdm *self = pointer;
    const struct backend_listener *listener = &self->base.listener;
    GError *error = NULL;

    if (lightdm_greeter_start_session_finish(LIGHTDM_GREETER(greeter), result, &error))
        listener->started(listener->context);
    else
        listener->refused(listener->context, error != NULL ? error->message : "");
    g_clear_error(&error);
}

static void start_session(struct backend *backend, const struct backend_session *session)
{
    struct lightdm *self = lightdm_of(backend);

    if (!self->is_gone)
        lightdm_greeter_start_session(self->greeter, session->id, NULL, on_started, self);
}

static int no_fd(const struct backend *backend)
{
    (void)backend;
    return -1;
}

static void readable(struct backend *backend)
{
    (void)backend;
}

static void lightdm_free(struct backend *backend)
{
    struct lightdm *self = lightdm_of(backend);

    g_signal_handlers_disconnect_by_data(self->greeter, self);
    if (self->source != 0)
        (void)g_source_remove(self->source);
    forget_events(self);
    g_object_unref(self->greeter);
    free(self);
}

static const struct backend_ops lightdm_ops = {
    .name = "lightdm",
    .create_session = create_session,
    .answer = answer,
    .cancel = cancel,
    .start_session = start_session,
    .fd = no_fd,
    .readable = readable,
    .free = lightdm_free,
};

enum vsc_err lightdm_open(const struct backend_listener *listener, struct backend **ret_backend,
                          struct problem *problem)
{
    struct lightdm *self = calloc(1, sizeof(*self));
    GError *error = NULL;

    if (self == NULL)
        return problem_set(problem, VSC_MEMORY, "LightDM: %s", strerror(ENOMEM));
    self->base = (struct backend){.ops = &lightdm_ops, .listener = *listener};
    g_queue_init(&self->events);
    self->greeter = lightdm_greeter_new();
    if (!lightdm_greeter_connect_to_daemon_sync(self->greeter, &error)) {
        (void)problem_set(problem, VSC_HELPER, "LightDM: %s",
                          error != NULL ? error->message : "no answer");
        g_clear_error(&error);
        lightdm_free(&self->base);
        return VSC_HELPER;
    }
    g_signal_connect(self->greeter, LIGHTDM_GREETER_SIGNAL_SHOW_PROMPT, G_CALLBACK(on_prompt),
                     self);
    g_signal_connect(self->greeter, LIGHTDM_GREETER_SIGNAL_SHOW_MESSAGE, G_CALLBACK(on_message),
                     self);
    g_signal_connect(self->greeter, LIGHTDM_GREETER_SIGNAL_AUTHENTICATION_COMPLETE,
                     G_CALLBACK(on_complete), self);
    *ret_backend = &self->base;
    return VSC_OK;
}
