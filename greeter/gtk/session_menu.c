/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/gtk/menus.h"
#include "greeter/gtk/words.h"

static size_t *chosen_session;

static void on_toggled(GtkToggleButton *item, gpointer data)
{
    if (gtk_toggle_button_get_active(item))
        *chosen_session = GPOINTER_TO_SIZE(data);
}

void session_menu_add(struct menus *menus, const struct sessions *sessions, size_t *chosen)
{
    GtkWidget *menu, *group = NULL;

    chosen_session = chosen;
    if (sessions->count < 2)
        return;
    menu = menu_add(menus, "emblem-system-symbolic", _("Session"), NULL);
    for (size_t i = 0; i < sessions->count; i++) {
        const struct session *session = &sessions->list[i];
        g_autofree char *text =
            g_strdup_printf(session->is_wayland ? _("%s (Wayland)") : "%s", session->name);
        GtkWidget *item = menu_add_radio(menu, group, text, i == *chosen);

        group = item;
        g_signal_connect(item, "toggled", G_CALLBACK(on_toggled), GSIZE_TO_POINTER(i));
    }
}
