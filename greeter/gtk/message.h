/* SPDX-License-Identifier: BSD-2-Clause */
/* A message in a box of its own, with an icon, which a screen reader reads out when it comes. */
#ifndef VSC_GREETER_GTK_MESSAGE_H
#define VSC_GREETER_GTK_MESSAGE_H

#include <gtk/gtk.h>

struct message {
    GtkWidget *box; /* to be packed by the caller */
    GtkWidget *label;
};

enum message_kind {
    MESSAGE_ALERT,
    MESSAGE_WARNING,
    MESSAGE_INFO,
};

void message_init(struct message *message, enum message_kind kind);
/* Shown with this text, or hidden where it is empty; `anew` says it again where it is the same. */
void message_set(struct message *message, const char *text, gboolean anew);
/* What a screen reader says of `widget` now, where the accessibility library can tell it. */
void message_announce(GtkWidget *widget, const char *text);

#endif
