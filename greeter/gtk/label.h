/* SPDX-License-Identifier: BSD-2-Clause */
/* Labels that wrap, and are there only while they have a text. */
#ifndef VSC_GREETER_GTK_LABEL_H
#define VSC_GREETER_GTK_LABEL_H

#include <gtk/gtk.h>

/* At most `width` characters in a line, aligned at the start; `style` is a class of style.css. */
GtkWidget *label_new(const char *style, int width);
/*
 * Show `text`, or hide the label where it is empty. In a language that is written from right to
 * left a sentence keeps that direction though it begins with a word such as PIN.
 */
void label_set(GtkWidget *label, const char *text);

#endif
