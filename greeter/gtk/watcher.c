/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/gtk/watcher.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define AGAIN_SECONDS 2
#define PIECE         4096

struct watcher {
    char *path;
    struct watcher_handlers handlers;
    GSubprocess *child;
    GCancellable *cancel;
    GByteArray *line; /* what has come of the next line */
};

static void start(struct watcher *watcher);

static gboolean on_again(gpointer data)
{
    start(data);
    return G_SOURCE_REMOVE;
}

static void end_child(struct watcher *watcher)
{
    if (watcher->child == NULL)
        return;
    g_cancellable_cancel(watcher->cancel);
    g_subprocess_force_exit(watcher->child);
    g_clear_object(&watcher->cancel);
    g_clear_object(&watcher->child);
    g_byte_array_set_size(watcher->line, 0);
}

static void lose(struct watcher *watcher)
{
    end_child(watcher);
    watcher->handlers.lost(watcher->handlers.context);
    g_timeout_add_seconds(AGAIN_SECONDS, on_again, watcher);
}

/* Whole lines of what has come. FALSE for one that vsc-watch would not have written. */
static gboolean take_lines(struct watcher *watcher)
{
    GByteArray *line = watcher->line;
    const guint8 *end;

    while ((end = memchr(line->data, '\n', line->len)) != NULL) {
        size_t len = (size_t)(end - line->data);
        struct watch_event event;

        if (watch_line_read((const char *)line->data, len, &event) != VSC_OK)
            return FALSE;
        g_byte_array_remove_range(line, 0, (guint)len + 1);
        watcher->handlers.event(watcher->handlers.context, &event);
    }
    return line->len <= WATCH_LINE_MAX;
}

static void read_on(struct watcher *watcher);

static void on_read(GObject *stream, GAsyncResult *result, gpointer data)
{
    struct watcher *watcher = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes =
        g_input_stream_read_bytes_finish(G_INPUT_STREAM(stream), result, &error);

    /* Of a child that is gone already. */
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (bytes == NULL || g_bytes_get_size(bytes) == 0) {
        lose(watcher);
        return;
    }
    g_byte_array_append(watcher->line, g_bytes_get_data(bytes, NULL),
                        (guint)g_bytes_get_size(bytes));
    if (take_lines(watcher))
        read_on(watcher);
    else
        lose(watcher);
}

static void read_on(struct watcher *watcher)
{
    g_input_stream_read_bytes_async(g_subprocess_get_stdout_pipe(watcher->child), PIECE,
                                    G_PRIORITY_DEFAULT, watcher->cancel, on_read, watcher);
}

/* In the child: it ends with the greeter, however that ends. */
static void before_exec(gpointer data)
{
    (void)data;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static void start(struct watcher *watcher)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE);

    g_subprocess_launcher_set_child_setup(launcher, before_exec, NULL, NULL);
    watcher->child = g_subprocess_launcher_spawn(launcher, NULL, watcher->path, "--json", NULL);
    if (watcher->child == NULL) {
        lose(watcher);
        return;
    }
    watcher->cancel = g_cancellable_new();
    read_on(watcher);
}

struct watcher *watcher_start(const char *path, const struct watcher_handlers *handlers)
{
    struct watcher *watcher = g_new0(struct watcher, 1);

    watcher->path = g_strdup(path);
    watcher->handlers = *handlers;
    watcher->line = g_byte_array_new();
    start(watcher);
    return watcher;
}

void watcher_stop(struct watcher *watcher)
{
    end_child(watcher);
}
