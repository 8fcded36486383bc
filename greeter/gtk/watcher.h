/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-watch --json as a child: its lines, and another one two seconds after it has ended. */
#ifndef VSC_GREETER_GTK_WATCHER_H
#define VSC_GREETER_GTK_WATCHER_H

#include "greeter/model/watch_line.h"

struct watcher_handlers {
    void *context;
    void (*event)(void *context, const struct watch_event *event);
    void (*lost)(void *context);
};

struct watcher;

/* `path` is the program; it is started at once. Aborts without memory; lives to the end. */
struct watcher *watcher_start(const char *path, const struct watcher_handlers *handlers);
void watcher_stop(struct watcher *watcher);

#endif
