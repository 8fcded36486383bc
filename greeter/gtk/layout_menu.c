/* SPDX-License-Identifier: BSD-2-Clause */
/* Keyboard layouts, on X by setxkbmap(1); a Wayland compositor has its own settings. */
#include <gdk/gdkx.h>
#include <string.h>

#include "greeter/gtk/menus.h"
#include "greeter/gtk/words.h"

#define SYSTEM_FILE "/etc/default/keyboard"
#define LAYOUTS_MAX 16

/* "us", "de(nodeadkeys)": nothing that a program could take for an option or a path. */
static gboolean is_layout(const char *layout)
{
    return g_ascii_isalpha(*layout) && strlen(layout) < 64 &&
           layout[strspn(layout, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789_()-")] == '\0';
}

/* XKBLAYOUT="us,de" of keyboard(5). */
static char *system_layouts(void)
{
    g_autofree char *content = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents(SYSTEM_FILE, &content, NULL, NULL))
        return g_strdup("");
    lines = g_strsplit(content, "\n", 256);
    for (guint i = 0; lines[i] != NULL; i++)
        if (g_str_has_prefix(lines[i], "XKBLAYOUT=")) {
            char *value = lines[i] + strlen("XKBLAYOUT=");

            g_strdelimit(value, "\"'", ' ');
            return g_strdup(g_strstrip(value));
        }
    return g_strdup("");
}

static void on_toggled(GtkToggleButton *item, gpointer data)
{
    g_autoptr(GSubprocess) child = NULL;

    if (gtk_toggle_button_get_active(item))
        child = g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, "setxkbmap", "-layout",
                                 (const char *)data, NULL);
}

void layout_menu_add(struct menus *menus, const char *layouts)
{
    g_autofree char *all = *layouts != '\0' ? g_strdup(layouts) : system_layouts();
    g_auto(GStrv) list = g_strsplit_set(all, ", ", LAYOUTS_MAX);
    g_autofree char *program = g_find_program_in_path("setxkbmap");
    GtkWidget *menu, *group = NULL;

    if (!GDK_IS_X11_DISPLAY(gdk_display_get_default()) || program == NULL ||
        g_strv_length(list) < 2)
        return;
    menu = menu_add(menus, "input-keyboard-symbolic", _("Keyboard layout"), NULL);
    for (guint i = 0; list[i] != NULL; i++) {
        GtkWidget *item;

        if (!is_layout(list[i]))
            continue;
        item = menu_add_radio(menu, group, list[i], group == NULL);
        group = item;
        g_signal_connect_data(item, "toggled", G_CALLBACK(on_toggled), g_strdup(list[i]),
                              (GClosureNotify)(void (*)(void))g_free, 0);
    }
}
