/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/gtk/menus.h"

void menus_init(struct menus *menus)
{
    menus->box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    menus->first = NULL;
}

GtkWidget *menu_add(struct menus *menus, const char *icon, const char *name, GtkWidget **ret_button)
{
    GtkWidget *button = gtk_menu_button_new();
    GtkWidget *popover = gtk_popover_new(button);
    GtkWidget *items = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);

    gtk_button_set_image(GTK_BUTTON(button),
                         gtk_image_new_from_icon_name(icon, GTK_ICON_SIZE_BUTTON));
    gtk_widget_set_tooltip_text(button, name);
    atk_object_set_name(gtk_widget_get_accessible(button), name);
    atk_object_set_name(gtk_widget_get_accessible(popover), name);
    g_object_set(items, "margin", 12, NULL);
    gtk_container_add(GTK_CONTAINER(popover), items);
    gtk_widget_show_all(items);
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(button), popover);
    gtk_container_add(GTK_CONTAINER(menus->box), button);
    if (menus->first == NULL)
        menus->first = button;
    if (ret_button != NULL)
        *ret_button = button;
    return items;
}

GtkWidget *menu_add_check(GtkWidget *menu, const char *text, gboolean active)
{
    GtkWidget *item = gtk_check_button_new_with_label(text);

    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(item), active);
    gtk_container_add(GTK_CONTAINER(menu), item);
    gtk_widget_show(item);
    return item;
}

GtkWidget *menu_add_radio(GtkWidget *menu, GtkWidget *group, const char *text, gboolean active)
{
    GtkWidget *item = gtk_radio_button_new_with_label_from_widget(GTK_RADIO_BUTTON(group), text);

    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(item), active);
    gtk_container_add(GTK_CONTAINER(menu), item);
    gtk_widget_show(item);
    return item;
}
