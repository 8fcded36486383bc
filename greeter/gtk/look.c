/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/gtk/look.h"

#include <stdint.h>

#include <gtk/gtk.h>

#define CONTRAST_THEME "HighContrast"
#define CONTRAST_DARK  "HighContrastInverse"
#define CONTRAST_CLASS "contrast"  /* of style.css */
#define DPI_UNSET      (96 * 1024) /* gtk-xft-dpi is in 1/1024 */

/* greeter/gtk/style.css, linked in as it is. */
extern const char _binary_greeter_gtk_style_css_start[];
extern const char _binary_greeter_gtk_style_css_end[];

/* What the system had set. */
static struct {
    char *theme, *icons;
    int dpi;
} base;

void look_init(void)
{
    GtkSettings *settings = gtk_settings_get_default();
    g_autoptr(GtkCssProvider) provider = gtk_css_provider_new();
    const gssize len = (gssize)((uintptr_t)_binary_greeter_gtk_style_css_end -
                                (uintptr_t)_binary_greeter_gtk_style_css_start);

    g_object_get(settings, "gtk-theme-name", &base.theme, "gtk-icon-theme-name", &base.icons,
                 "gtk-xft-dpi", &base.dpi, NULL);
    if (base.dpi <= 0)
        base.dpi = DPI_UNSET;
    (void)gtk_css_provider_load_from_data(provider, _binary_greeter_gtk_style_css_start, len, NULL);
    gtk_style_context_add_provider_for_screen(gdk_screen_get_default(),
                                              GTK_STYLE_PROVIDER(provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

/* What the style sheet itself makes stronger. */
static void mark_windows(gboolean contrast)
{
    GList *windows = gtk_window_list_toplevels();

    for (GList *at = windows; at != NULL; at = at->next) {
        GtkStyleContext *style = gtk_widget_get_style_context(at->data);

        if (contrast)
            gtk_style_context_add_class(style, CONTRAST_CLASS);
        else
            gtk_style_context_remove_class(style, CONTRAST_CLASS);
    }
    g_list_free(windows);
}

void look_apply(const struct look *look)
{
    const char *contrast = look->dark ? CONTRAST_DARK : CONTRAST_THEME;

    g_object_set(gtk_settings_get_default(), "gtk-theme-name",
                 look->high_contrast ? contrast : base.theme, "gtk-icon-theme-name",
                 look->high_contrast ? CONTRAST_THEME : base.icons,
                 "gtk-application-prefer-dark-theme", look->dark, "gtk-xft-dpi",
                 look->large_text ? base.dpi * 2 : base.dpi, "gtk-enable-animations",
                 look->animations, NULL);
    mark_windows(look->high_contrast);
}
