/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/gtk/label.h"

#define RIGHT_TO_LEFT_MARK "\u200f"

GtkWidget *label_new(const char *style, int width)
{
    GtkWidget *label = gtk_label_new("");

    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_max_width_chars(GTK_LABEL(label), width);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), style);
    gtk_widget_set_no_show_all(label, TRUE);
    return label;
}

/* Letters of that direction: the sentence is the language's, though names in it are not. */
static gboolean has_rtl(const char *text)
{
    for (; *text != '\0'; text = g_utf8_find_next_char(text, NULL)) {
        const GUnicodeScript script = g_unichar_get_script(g_utf8_get_char(text));

        if (script == G_UNICODE_SCRIPT_HEBREW || script == G_UNICODE_SCRIPT_ARABIC)
            return TRUE;
    }
    return FALSE;
}

void label_set(GtkWidget *label, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *marked = g_strjoinv("\n" RIGHT_TO_LEFT_MARK, lines);
    g_autofree char *whole = g_strconcat(RIGHT_TO_LEFT_MARK, marked, NULL);
    const gboolean marks = gtk_widget_get_default_direction() == GTK_TEXT_DIR_RTL && has_rtl(text);

    gtk_label_set_text(GTK_LABEL(label), marks ? whole : text);
    gtk_widget_set_visible(label, *text != '\0');
}
