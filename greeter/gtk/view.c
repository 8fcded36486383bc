/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/gtk/view.h"

#include "greeter/gtk/field.h"
#include "greeter/gtk/label.h"
#include "greeter/gtk/message.h"
#include "greeter/gtk/tiles.h"
#include "greeter/gtk/words.h"

struct view {
    struct view_handlers handlers;
    GtkWidget *window, *first_menu, *clock;
    GtkWidget *emblem, *title, *subtitle, *countdown, *working, *spinner, *status;
    GtkWidget *submit, *password, *back;
    struct message alert, warning, info;
    struct tiles tiles;
    struct field field;
    enum screen_kind kind;
    unsigned step, announced;
};

/* ---- what the person does
 * ------------------------------------------------------------------------ */

static void on_choose(void *context, size_t tile)
{
    struct view *view = context;

    view->handlers.choose(view->handlers.context, tile);
}

static void on_submit(GtkWidget *widget, gpointer data)
{
    struct view *view = data;
    auto_secret struct secret text = {0};

    (void)widget;
    if (view->kind == SCREEN_NOTE || view->kind == SCREEN_GONE)
        view->handlers.go_on(view->handlers.context);
    else if (field_take(&view->field, &text))
        view->handlers.submit(view->handlers.context, &text);
}

static void on_password(GtkWidget *widget, gpointer data)
{
    struct view *view = data;

    (void)widget;
    view->handlers.use_password(view->handlers.context);
}

static void on_back(GtkWidget *widget, gpointer data)
{
    struct view *view = data;

    (void)widget;
    view->handlers.back(view->handlers.context);
}

static gboolean on_key(GtkWidget *window, GdkEventKey *event, gpointer data)
{
    struct view *view = data;
    const GdkModifierType held = event->state & gtk_accelerator_get_default_mod_mask();
    gunichar typed = gdk_keyval_to_unicode(event->keyval);

    /* A menu that is open has the keys. */
    if (gtk_window_get_focus(GTK_WINDOW(window)) != NULL &&
        gtk_widget_get_ancestor(gtk_window_get_focus(GTK_WINDOW(window)), GTK_TYPE_POPOVER) != NULL)
        return FALSE;
    if (event->keyval == GDK_KEY_Escape) {
        view->handlers.back(view->handlers.context);
        return TRUE;
    }
    if (event->keyval == GDK_KEY_F10 && view->first_menu != NULL) {
        gtk_button_clicked(GTK_BUTTON(view->first_menu));
        return TRUE;
    }
    if (view->tiles.count > 0 && held == 0 && g_unichar_isalnum(typed))
        return tiles_type(&view->tiles, typed);
    return FALSE;
}

/* The window is the only one, and stays. */
static gboolean on_delete(GtkWidget *window, GdkEvent *event, gpointer data)
{
    (void)window;
    (void)event;
    (void)data;
    return TRUE;
}

/* ---- its parts
 * ----------------------------------------------------------------------------------- */

static GtkWidget *add_label(GtkWidget *box, const char *style)
{
    GtkWidget *label = label_new(style, 32);

    gtk_label_set_justify(GTK_LABEL(label), GTK_JUSTIFY_CENTER);
    gtk_label_set_xalign(GTK_LABEL(label), 0.5f);
    gtk_container_add(GTK_CONTAINER(box), label);
    return label;
}

static GtkWidget *add_button(GtkWidget *box, GCallback clicked, struct view *view)
{
    GtkWidget *button = gtk_button_new_with_label("");

    gtk_style_context_add_class(gtk_widget_get_style_context(button), "wide");
    g_signal_connect(button, "clicked", clicked, view);
    gtk_widget_set_no_show_all(button, TRUE);
    gtk_container_add(GTK_CONTAINER(box), button);
    return button;
}

static void add_message(GtkWidget *box, struct message *message, enum message_kind kind)
{
    message_init(message, kind);
    gtk_container_add(GTK_CONTAINER(box), message->box);
}

static void add_working(struct view *view, GtkWidget *box)
{
    view->working = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    view->spinner = gtk_spinner_new();
    view->status = label_new("status", 32);
    gtk_container_add(GTK_CONTAINER(view->working), view->spinner);
    gtk_container_add(GTK_CONTAINER(view->working), view->status);
    gtk_widget_set_halign(view->working, GTK_ALIGN_CENTER);
    atk_object_set_role(gtk_widget_get_accessible(view->working), ATK_ROLE_STATUSBAR);
    gtk_widget_show_all(view->working);
    gtk_widget_set_no_show_all(view->working, TRUE);
    gtk_container_add(GTK_CONTAINER(box), view->working);
}

static GtkWidget *new_card(struct view *view)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 16);
    GtkWidget *head = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    GtkWidget *others = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);

    view->emblem = gtk_image_new_from_icon_name("auth-smartcard-symbolic", GTK_ICON_SIZE_DIALOG);
    gtk_style_context_add_class(gtk_widget_get_style_context(view->emblem), "emblem");
    gtk_container_add(GTK_CONTAINER(head), view->emblem);
    view->title = add_label(head, "title");
    view->subtitle = add_label(head, "subtitle");
    gtk_container_add(GTK_CONTAINER(box), head);
    add_message(box, &view->alert, MESSAGE_ALERT);
    add_message(box, &view->warning, MESSAGE_WARNING);
    add_message(box, &view->info, MESSAGE_INFO);
    tiles_init(&view->tiles, on_choose, view);
    gtk_container_add(GTK_CONTAINER(box), view->tiles.box);
    field_init(&view->field, G_CALLBACK(on_submit), view);
    gtk_container_add(GTK_CONTAINER(box), view->field.box);
    view->countdown = add_label(box, "countdown");
    add_working(view, box);
    view->submit = add_button(box, G_CALLBACK(on_submit), view);
    gtk_style_context_add_class(gtk_widget_get_style_context(view->submit), "suggested-action");
    view->password = add_button(others, G_CALLBACK(on_password), view);
    view->back = add_button(others, G_CALLBACK(on_back), view);
    gtk_button_set_relief(GTK_BUTTON(view->password), GTK_RELIEF_NONE);
    gtk_button_set_relief(GTK_BUTTON(view->back), GTK_RELIEF_NONE);
    gtk_container_add(GTK_CONTAINER(box), others);
    gtk_style_context_add_class(gtk_widget_get_style_context(box), "card");
    gtk_widget_set_halign(box, GTK_ALIGN_CENTER);
    gtk_widget_set_valign(box, GTK_ALIGN_CENTER);
    gtk_widget_set_size_request(box, 420, -1);
    g_object_set(box, "margin", 18, NULL);
    return box;
}

static gboolean on_clock(gpointer data)
{
    struct view *view = data;
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *text = g_date_time_format(now, "%a %e %b  %H:%M");

    if (text != NULL)
        gtk_label_set_text(GTK_LABEL(view->clock), text);
    return G_SOURCE_CONTINUE;
}

static GtkWidget *new_bar(struct view *view, GtkWidget *menus)
{
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    GtkWidget *host = gtk_label_new(g_get_host_name());

    view->clock = gtk_label_new("");
    gtk_style_context_add_class(gtk_widget_get_style_context(bar), "bar");
    gtk_style_context_add_class(gtk_widget_get_style_context(host), "host");
    gtk_style_context_add_class(gtk_widget_get_style_context(view->clock), "clock");
    gtk_label_set_ellipsize(GTK_LABEL(host), PANGO_ELLIPSIZE_END);
    gtk_label_set_xalign(GTK_LABEL(host), 0);
    gtk_box_pack_start(GTK_BOX(bar), view->clock, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(bar), host, TRUE, TRUE, 0);
    gtk_box_pack_end(GTK_BOX(bar), menus, FALSE, FALSE, 0);
    (void)on_clock(view);
    g_timeout_add_seconds(5, on_clock, view);
    return bar;
}

/* A page that scrolls where the text is large, and follows the focus. */
static GtkWidget *new_page(GtkWidget *card)
{
    GtkWidget *scrolled = gtk_scrolled_window_new(NULL, NULL);
    GtkWidget *viewport = gtk_viewport_new(NULL, NULL);

    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_AUTOMATIC,
                                   GTK_POLICY_AUTOMATIC);
    gtk_viewport_set_shadow_type(GTK_VIEWPORT(viewport), GTK_SHADOW_NONE);
    gtk_container_add(GTK_CONTAINER(viewport), card);
    /* What is in it has the focus, and is scrolled to. */
    gtk_widget_set_can_focus(scrolled, FALSE);
    gtk_container_add(GTK_CONTAINER(scrolled), viewport);
    gtk_container_set_focus_vadjustment(
        GTK_CONTAINER(card), gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(scrolled)));
    return scrolled;
}

struct view *view_new(const struct view_handlers *handlers, GtkWidget *menus, GtkWidget *first_menu)
{
    struct view *view = g_new0(struct view, 1);
    GtkWidget *page = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

    view->handlers = *handlers;
    view->first_menu = first_menu;
    view->window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_window_set_title(GTK_WINDOW(view->window), _("Sign in"));
    gtk_window_set_decorated(GTK_WINDOW(view->window), FALSE);
    gtk_style_context_add_class(gtk_widget_get_style_context(view->window), "login");
    gtk_box_pack_start(GTK_BOX(page), new_bar(view, menus), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(page), new_page(new_card(view)), TRUE, TRUE, 0);
    gtk_container_add(GTK_CONTAINER(view->window), page);
    g_signal_connect(view->window, "key-press-event", G_CALLBACK(on_key), view);
    g_signal_connect(view->window, "delete-event", G_CALLBACK(on_delete), view);
    return view;
}

void view_show(struct view *view)
{
    GdkDisplay *display = gdk_display_get_default();
    GdkMonitor *monitor = gdk_display_get_primary_monitor(display);
    GdkRectangle area = {0, 0, 1024, 768};
    g_autoptr(GdkCursor) cursor = gdk_cursor_new_from_name(display, "default");

    if (monitor == NULL)
        monitor = gdk_display_get_monitor(display, 0);
    if (monitor != NULL)
        gdk_monitor_get_geometry(monitor, &area);
    /* There may be no window manager: then nobody else makes it as large as the screen. */
    gtk_window_set_default_size(GTK_WINDOW(view->window), area.width, area.height);
    gtk_window_move(GTK_WINDOW(view->window), area.x, area.y);
    gtk_window_fullscreen(GTK_WINDOW(view->window));
    gtk_widget_show_all(view->window);
    gdk_window_set_cursor(gtk_widget_get_window(view->window), cursor);
    gdk_window_focus(gtk_widget_get_window(view->window), GDK_CURRENT_TIME);
}

/* ---- drawing
 * ------------------------------------------------------------------------------------- */

static void set_button(GtkWidget *button, const char *text)
{
    gtk_button_set_label(GTK_BUTTON(button), text);
    gtk_widget_set_visible(button, *text != '\0');
}

static void draw_status(struct view *view, const char *text)
{
    const gboolean waits = *text != '\0';

    label_set(view->status, text);
    atk_object_set_name(gtk_widget_get_accessible(view->working), text);
    gtk_widget_set_visible(view->working, waits);
    g_object_set(view->spinner, "active", waits, NULL);
}

/* Where the person goes on. */
static void set_focus(struct view *view, const struct screen *screen)
{
    if (screen->entry.shown && screen->entry.enabled)
        gtk_widget_grab_focus(view->field.entry);
    else if (screen->tile_count > 0)
        tiles_focus(&view->tiles, screen->focus);
    else if (screen->submit[0] != '\0')
        gtk_widget_grab_focus(view->submit);
    else if (screen->password[0] != '\0')
        gtk_widget_grab_focus(view->password);
    else if (screen->back[0] != '\0')
        gtk_widget_grab_focus(view->back);
}

void view_draw(struct view *view, const struct screen *screen)
{
    const gboolean anew = view->step != screen->step;

    view->kind = screen->kind;
    view->step = screen->step;
    gtk_widget_set_visible(view->emblem, screen->kind != SCREEN_CHOOSE);
    label_set(view->title, screen->title);
    label_set(view->subtitle, screen->subtitle);
    message_set(&view->alert, screen->alert, anew);
    message_set(&view->warning, screen->warning, anew);
    message_set(&view->info, screen->info, anew);
    tiles_draw(&view->tiles, screen);
    field_draw(&view->field, screen, anew);
    label_set(view->countdown, screen->countdown);
    draw_status(view, screen->status);
    set_button(view->submit, screen->submit);
    set_button(view->password, screen->password);
    set_button(view->back, screen->back);
    if (anew)
        set_focus(view, screen);
    if (view->announced != screen->announced) {
        view->announced = screen->announced;
        message_announce(view->countdown, screen->announcement);
    }
}
