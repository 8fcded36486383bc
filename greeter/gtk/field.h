/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry with its label, the button that shows what is typed, and the hint at Caps Lock. GTK's
 * buffer wipes what it lets go (gtkentrybuffer.c, trash_area), so what is typed stays there until
 * it is taken, and nowhere else but in the font engine's hands while it is shown in clear.
 */
#ifndef VSC_GREETER_GTK_FIELD_H
#define VSC_GREETER_GTK_FIELD_H

#include <gtk/gtk.h>

#include "common/secret.h"
#include "greeter/model/screen.h"

struct field {
    GtkWidget *box; /* to be packed by the caller */
    GtkWidget *label, *entry, *reveal, *hint;
    gboolean secret;
};

/* `submit` is called for Enter. `field` stays where it is. */
void field_init(struct field *field, GCallback submit, gpointer context);
/* `anew`: the entry is emptied, or filled with the screen's text. */
void field_draw(struct field *field, const struct screen *screen, gboolean anew);
/* Move what was typed into `secret`; the entry is empty then. FALSE, and nothing moved: too long.
 */
gboolean field_take(struct field *field, struct secret *secret);

#endif
