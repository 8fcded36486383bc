/* SPDX-License-Identifier: BSD-2-Clause */
/* Power off, restart and suspend through logind, as far as it says that this user may. */
#include <gio/gio.h>

#include "common/msgid.h"
#include "greeter/gtk/menus.h"
#include "greeter/gtk/words.h"

#define LOGIND      "org.freedesktop.login1"
#define LOGIND_PATH "/org/freedesktop/login1"
#define LOGIND_FACE "org.freedesktop.login1.Manager"
#define TIMEOUT_MS  5000

struct action {
    const char *ask, *call; /* methods */
    const char *text;
    GtkWidget *item;
};

static GtkWidget *power_button;
/* Kept: what was sent and nobody waits for is lost with the last reference. */
static GDBusConnection *power_bus;

static void call(GDBusConnection *bus, const char *method, GVariant *arguments,
                 const GVariantType *type, GAsyncReadyCallback done, gpointer data)
{
    g_dbus_connection_call(bus, LOGIND, LOGIND_PATH, LOGIND_FACE, method, arguments, type,
                           G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS, NULL, done, data);
}

static void on_clicked(GtkButton *item, gpointer data)
{
    const struct action *action = data;

    (void)item;
    call(power_bus, action->call, g_variant_new("(b)", FALSE), NULL, NULL, NULL);
}

static void on_answer(GObject *bus, GAsyncResult *result, gpointer data)
{
    struct action *action = data;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(bus), result, NULL);
    const char *word = "";

    if (answer != NULL)
        g_variant_get(answer, "(&s)", &word);
    if (g_strcmp0(word, "yes") != 0)
        return;
    gtk_widget_show(action->item);
    gtk_widget_show(power_button);
}

static void on_bus(GObject *source, GAsyncResult *result, gpointer data)
{
    struct action *actions = data;

    (void)source;
    power_bus = g_bus_get_finish(result, NULL);
    if (power_bus == NULL)
        return;
    g_dbus_connection_set_exit_on_close(power_bus, FALSE);
    for (size_t i = 0; actions[i].ask != NULL; i++)
        call(power_bus, actions[i].ask, NULL, G_VARIANT_TYPE("(s)"), on_answer, &actions[i]);
}

void power_menu_add(struct menus *menus)
{
    static struct action actions[] = {
        {.ask = "CanSuspend", .call = "Suspend", .text = N_("Suspend")},
        {.ask = "CanReboot", .call = "Reboot", .text = N_("Restart")},
        {.ask = "CanPowerOff", .call = "PowerOff", .text = N_("Power off")},
        {.ask = NULL},
    };
    GtkWidget *menu = menu_add(menus, "system-shutdown-symbolic", _("Power"), &power_button);

    gtk_widget_set_no_show_all(power_button, TRUE);
    for (size_t i = 0; actions[i].ask != NULL; i++) {
        actions[i].item = gtk_button_new_with_label(_(actions[i].text));
        gtk_widget_set_no_show_all(actions[i].item, TRUE);
        gtk_container_add(GTK_CONTAINER(menu), actions[i].item);
        g_signal_connect(actions[i].item, "clicked", G_CALLBACK(on_clicked), &actions[i]);
    }
    g_bus_get(G_BUS_TYPE_SYSTEM, NULL, on_bus, actions);
}
