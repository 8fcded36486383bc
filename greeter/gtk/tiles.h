/* SPDX-License-Identifier: BSD-2-Clause */
/* The tiles: what a person may choose. */
#ifndef VSC_GREETER_GTK_TILES_H
#define VSC_GREETER_GTK_TILES_H

#include <gtk/gtk.h>

#include "greeter/model/screen.h"

struct tiles {
    GtkWidget *box; /* to be packed by the caller */
    void (*choose)(void *context, size_t tile);
    void *context;
    size_t count; /* shown */
    struct tile_widgets {
        GtkWidget *button, *icon, *title, *detail, *note;
        struct tiles *tiles;
    } list[SCREEN_TILES];
};

/* `tiles` stays where it is. */
void tiles_init(struct tiles *tiles, void (*choose)(void *context, size_t tile), void *context);
void tiles_draw(struct tiles *tiles, const struct screen *screen);
void tiles_focus(struct tiles *tiles, size_t tile);
/* Type-ahead: the focus goes on to the next tile that begins with `typed`. FALSE if none does. */
gboolean tiles_type(struct tiles *tiles, gunichar typed);

#endif
