/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/gtk/message.h"

#include "greeter/gtk/label.h"

static const struct {
    const char *icon, *style;
    AtkRole role;
} kinds[] = {
    [MESSAGE_ALERT] = {"dialog-error-symbolic", "alert", ATK_ROLE_ALERT},
    [MESSAGE_WARNING] = {"dialog-warning-symbolic", "warning", ATK_ROLE_ALERT},
    [MESSAGE_INFO] = {"dialog-information-symbolic", "info", ATK_ROLE_NOTIFICATION},
};

void message_init(struct message *message, enum message_kind kind)
{
    GtkWidget *icon = gtk_image_new_from_icon_name(kinds[kind].icon, GTK_ICON_SIZE_LARGE_TOOLBAR);
    GtkStyleContext *style;

    message->box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    message->label = label_new("text", 36);
    gtk_widget_set_valign(icon, GTK_ALIGN_START);
    gtk_container_add(GTK_CONTAINER(message->box), icon);
    gtk_box_pack_start(GTK_BOX(message->box), message->label, TRUE, TRUE, 0);
    style = gtk_widget_get_style_context(message->box);
    gtk_style_context_add_class(style, "message");
    gtk_style_context_add_class(style, kinds[kind].style);
    atk_object_set_role(gtk_widget_get_accessible(message->box), kinds[kind].role);
    gtk_widget_show_all(message->box);
    gtk_widget_set_no_show_all(message->box, TRUE);
    gtk_widget_hide(message->box);
}

void message_announce(GtkWidget *widget, const char *text)
{
    AtkObject *accessible = gtk_widget_get_accessible(widget);

    /* Since ATK 2.46. */
    if (g_signal_lookup("announcement", G_OBJECT_TYPE(accessible)) != 0)
        g_signal_emit_by_name(accessible, "announcement", text);
}

void message_set(struct message *message, const char *text, gboolean anew)
{
    AtkObject *accessible = gtk_widget_get_accessible(message->box);

    if (!anew && g_strcmp0(atk_object_get_name(accessible), text) == 0)
        return;
    label_set(message->label, text);
    atk_object_set_name(accessible, text);
    gtk_widget_set_visible(message->box, *text != '\0');
    if (*text != '\0')
        message_announce(message->box, text);
}
