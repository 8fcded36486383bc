/* SPDX-License-Identifier: BSD-2-Clause */
/* What helps to see, hear and type. */
#include <signal.h>
#include <sys/prctl.h>

#include "greeter/gtk/menus.h"
#include "greeter/gtk/words.h"

/* A program that runs while its item is active. */
struct helper {
    char *program;
    GSubprocess *child;
};

static void on_contrast(GtkToggleButton *item, gpointer data)
{
    struct look *look = data;

    look->high_contrast = gtk_toggle_button_get_active(item);
    look_apply(look);
}

static void on_large(GtkToggleButton *item, gpointer data)
{
    struct look *look = data;

    look->large_text = gtk_toggle_button_get_active(item);
    look_apply(look);
}

static void on_dark(GtkToggleButton *item, gpointer data)
{
    struct look *look = data;

    look->dark = gtk_toggle_button_get_active(item);
    look_apply(look);
}

static void before_exec(gpointer data)
{
    (void)data;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static void on_helper(GtkToggleButton *item, gpointer data)
{
    struct helper *helper = data;
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);

    if (helper->child != NULL)
        g_subprocess_send_signal(helper->child, SIGTERM);
    g_clear_object(&helper->child);
    if (!gtk_toggle_button_get_active(item))
        return;
    g_subprocess_launcher_set_child_setup(launcher, before_exec, NULL, NULL);
    helper->child = g_subprocess_launcher_spawn(launcher, NULL, helper->program, NULL);
}

/* Only where the program is there. */
static void add_helper(GtkWidget *menu, const char *text, const char *name)
{
    char *program = *name != '\0' ? g_find_program_in_path(name) : NULL;
    struct helper *helper;

    if (program == NULL)
        return;
    helper = g_new0(struct helper, 1);
    helper->program = program;
    g_signal_connect(menu_add_check(menu, text, FALSE), "toggled", G_CALLBACK(on_helper), helper);
}

void access_menu_add(struct menus *menus, struct look *look, const struct settings *settings)
{
    GtkWidget *menu =
        menu_add(menus, "preferences-desktop-accessibility-symbolic", _("Accessibility"), NULL);

    g_signal_connect(menu_add_check(menu, _("High contrast"), look->high_contrast), "toggled",
                     G_CALLBACK(on_contrast), look);
    g_signal_connect(menu_add_check(menu, _("Large text"), look->large_text), "toggled",
                     G_CALLBACK(on_large), look);
    g_signal_connect(menu_add_check(menu, _("Dark"), look->dark), "toggled", G_CALLBACK(on_dark),
                     look);
    add_helper(menu, _("Screen reader"), settings->screen_reader);
    add_helper(menu, _("On-screen keyboard"), settings->screen_keyboard);
}
