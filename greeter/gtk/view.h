/* SPDX-License-Identifier: BSD-2-Clause */
/* The window: draws a struct screen, and hands on what the person does. */
#ifndef VSC_GREETER_GTK_VIEW_H
#define VSC_GREETER_GTK_VIEW_H

#include <gtk/gtk.h>

#include "common/secret.h"
#include "greeter/model/screen.h"

struct view_handlers {
    void *context;
    void (*choose)(void *context, size_t tile);
    void (*submit)(void *context, const struct secret *text);
    void (*use_password)(void *context);
    void (*back)(void *context);
    void (*go_on)(void *context);
};

struct view;

/* `menus` is what stands in the corner (menus.h); F10 opens `first_menu`. Aborts without memory. */
struct view *view_new(const struct view_handlers *handlers, GtkWidget *menus,
                      GtkWidget *first_menu);
void view_show(struct view *view);
void view_draw(struct view *view, const struct screen *screen);

#endif
