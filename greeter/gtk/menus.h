/* SPDX-License-Identifier: BSD-2-Clause */
/* The menus in the corner: session, keyboard layout, accessibility, power. One that would be empty
 * is not there. */
#ifndef VSC_GREETER_GTK_MENUS_H
#define VSC_GREETER_GTK_MENUS_H

#include <gtk/gtk.h>

#include "greeter/files/sessions.h"
#include "greeter/files/settings.h"
#include "greeter/gtk/look.h"

struct menus {
    GtkWidget *box;   /* to be packed by the caller */
    GtkWidget *first; /* for F10; NULL where there is none */
};

/* A button with a menu that hangs from it; returns the box for its items. */
GtkWidget *menu_add(struct menus *menus, const char *icon, const char *name,
                    GtkWidget **ret_button);
/* One item: a check button, or a radio button in the group of `group` (NULL for the first). */
GtkWidget *menu_add_check(GtkWidget *menu, const char *text, gboolean active);
GtkWidget *menu_add_radio(GtkWidget *menu, GtkWidget *group, const char *text, gboolean active);

void menus_init(struct menus *menus);

/* session_menu.c: `*chosen` is the index of a session, and follows the menu. */
void session_menu_add(struct menus *menus, const struct sessions *sessions, size_t *chosen);
/* layout_menu.c: `layouts` as the configuration has them; "" asks the system's. */
void layout_menu_add(struct menus *menus, const char *layouts);
/* access_menu.c: `look` follows the menu. */
void access_menu_add(struct menus *menus, struct look *look, const struct settings *settings);
/* power_menu.c: what logind lets this user do. */
void power_menu_add(struct menus *menus);

#endif
