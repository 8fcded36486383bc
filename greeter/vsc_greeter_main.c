/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-greeter(8): the login screen. Brings together the state machine, a login service, the watcher
 * and the window; each of them knows nothing of the others. */
#include <glib-unix.h>
#include <gtk/gtk.h>
#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/options.h"
#include "greeter/files/remember.h"
#include "greeter/files/sessions.h"
#include "greeter/files/settings.h"
#include "greeter/gtk/look.h"
#include "greeter/gtk/menus.h"
#include "greeter/gtk/view.h"
#include "greeter/gtk/watcher.h"
#include "greeter/gtk/words.h"
#include "greeter/model/model.h"
#include "greeter/service.h"

#define TICK_MS 500

struct choices {
    bool greetd, lightdm, help, version;
    const char *config, *watch;
};

struct app {
    struct settings settings;
    struct remembered remembered;
    struct sessions sessions;
    size_t session; /* the one chosen */
    struct look look;
    struct menus menus;
    struct backend *backend;
    struct model *model;
    struct view *view;
    struct watcher *watcher;
};

/* ---- inputs: the time first, then the thing itself, then the window
 * ------------------------------ */

static void tick(struct app *app)
{
    model_tick(app->model, g_get_monotonic_time() / 1000);
}

static void draw(struct app *app)
{
    view_draw(app->view, model_screen(app->model));
}

#define INPUT(app, ...)                                                                            \
    do {                                                                                           \
        tick(app);                                                                                 \
        __VA_ARGS__;                                                                               \
        draw(app);                                                                                 \
    } while (0)

static void on_message(void *context, enum backend_message kind, const char *text)
{
    static const enum model_message kinds[] = {
        [BACKEND_VISIBLE] = MODEL_VISIBLE,
        [BACKEND_SECRET] = MODEL_SECRET,
        [BACKEND_INFO] = MODEL_INFO,
        [BACKEND_ERROR] = MODEL_ERROR,
    };
    struct app *app = context;

    INPUT(app, model_message(app->model, kinds[kind], text));
}

static void on_refused(void *context, const char *text)
{
    struct app *app = context;

    INPUT(app, model_refused(app->model, text));
}

static void on_gone(void *context, const char *why)
{
    struct app *app = context;

    g_printerr("vsc-greeter: %s\n", why);
    INPUT(app, model_gone(app->model));
}

static void on_watch(void *context, const struct watch_event *event)
{
    struct app *app = context;

    INPUT(app, model_watch(app->model, event));
}

static void on_choose(void *context, size_t tile)
{
    struct app *app = context;

    INPUT(app, model_choose(app->model, tile));
}

static void on_submit(void *context, const struct secret *text)
{
    struct app *app = context;

    INPUT(app, model_submit(app->model, text));
}

/* Those that say nothing but that they happen. */
#define PLAIN_INPUT(name, input)                                                                   \
    static void name(void *context)                                                                \
    {                                                                                              \
        struct app *app = context;                                                                 \
                                                                                                   \
        INPUT(app, input(app->model));                                                             \
    }

PLAIN_INPUT(on_signed_in, model_signed_in)
PLAIN_INPUT(on_started, model_started)
PLAIN_INPUT(on_watch_lost, model_watch_lost)
PLAIN_INPUT(on_use_password, model_use_password)
PLAIN_INPUT(on_back, model_back)
PLAIN_INPUT(on_go_on, model_continue)

static gboolean on_tick(gpointer data)
{
    struct app *app = data;

    tick(app);
    draw(app);
    return G_SOURCE_CONTINUE;
}

/* ---- what the model asks for
 * --------------------------------------------------------------------- */

static void do_create_session(void *context, const char *user)
{
    struct app *app = context;

    app->backend->ops->create_session(app->backend, user);
}

static void do_answer(void *context, const struct secret *answer)
{
    struct app *app = context;

    app->backend->ops->answer(app->backend, answer);
}

static void do_cancel(void *context)
{
    struct app *app = context;

    app->backend->ops->cancel(app->backend);
}

static void save(struct app *app)
{
    if (remember_write(g_get_home_dir(), &app->remembered) != VSC_OK)
        g_debug("what was chosen is not remembered");
}

static void do_start_session(void *context)
{
    struct app *app = context;
    const struct session *session = &app->sessions.list[app->session];
    const struct backend_session start = {
        .id = session->id,
        .is_wayland = session->is_wayland,
        .command = (const char *const *)session->command,
        .environment = (const char *const *)session->environment,
    };

    (void)g_strlcpy(app->remembered.session, session->id, sizeof(app->remembered.session));
    save(app);
    app->backend->ops->start_session(app->backend, &start);
}

static void do_quit(void *context)
{
    (void)context;
    gtk_main_quit();
}

static void do_remember(void *context, const char *card)
{
    struct app *app = context;

    (void)g_strlcpy(app->remembered.card, card, sizeof(app->remembered.card));
}

/* ---- the parts
 * ----------------------------------------------------------------------------------- */

static gboolean on_backend(gint fd, GIOCondition condition, gpointer data)
{
    struct app *app = data;

    (void)condition;
    app->backend->ops->readable(app->backend);
    return app->backend->ops->fd(app->backend) == fd ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static bool open_backend(struct app *app, enum service service)
{
    const struct backend_listener listener = {
        .context = app,
        .message = on_message,
        .signed_in = on_signed_in,
        .refused = on_refused,
        .started = on_started,
        .gone = on_gone,
    };
    struct problem problem = {""};
    int fd;

    if (service_open(service, &listener, &app->backend, &problem) != VSC_OK) {
        g_printerr("vsc-greeter: %s\n", problem.text);
        return false;
    }
    fd = app->backend->ops->fd(app->backend);
    if (fd >= 0)
        g_unix_fd_add(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_backend, app);
    return true;
}

static bool open_sessions(struct app *app)
{
    const struct sessions_rules rules = {
        .x_folder = app->settings.x_sessions,
        .wayland_folder = app->settings.wayland_sessions,
        .x_wrapper = app->settings.x_wrapper,
        .command = app->settings.command,
        .command_name = _("Command line"),
        .locale = setlocale(LC_MESSAGES, NULL),
    };

    if (sessions_read(&rules, &app->sessions) != VSC_OK || app->sessions.count == 0) {
        g_printerr("vsc-greeter: there is no session to start\n");
        return false;
    }
    app->session =
        sessions_find(&app->sessions, app->remembered.session[0] != '\0' ? app->remembered.session
                                                                         : app->settings.session);
    return true;
}

static bool open_model(struct app *app)
{
    const struct model_actions actions = {
        .context = app,
        .create_session = do_create_session,
        .answer = do_answer,
        .cancel = do_cancel,
        .start_session = do_start_session,
        .quit = do_quit,
        .remember = do_remember,
    };
    struct model_settings settings = {.direct = app->settings.direct};

    (void)g_strlcpy(settings.last_card, app->remembered.card, sizeof(settings.last_card));
    app->model = model_new(&settings, &actions);
    return app->model != NULL;
}

static void open_window(struct app *app)
{
    const struct view_handlers handlers = {
        .context = app,
        .choose = on_choose,
        .submit = on_submit,
        .use_password = on_use_password,
        .back = on_back,
        .go_on = on_go_on,
    };

    app->look = (struct look){
        .dark = app->settings.dark,
        .high_contrast = app->settings.high_contrast,
        .large_text = app->settings.large_text,
        .animations = app->settings.animations,
    };
    look_init();
    menus_init(&app->menus);
    session_menu_add(&app->menus, &app->sessions, &app->session);
    layout_menu_add(&app->menus, app->settings.layouts);
    access_menu_add(&app->menus, &app->look, &app->settings);
    if (app->settings.power)
        power_menu_add(&app->menus);
    app->view = view_new(&handlers, app->menus.box, app->menus.first);
    look_apply(&app->look);
    view_show(app->view);
}

/* What makes GTK load code or abort on a warning is not for a login screen. */
static void clean_environment(void)
{
    static const char *const names[] = {
        "G_DEBUG",           "G_SLICE",        "GTK3_MODULES",           "GTK_DEBUG",
        "GTK_MODULES",       "GTK_PATH",       "GTK_EXE_PREFIX",         "GTK_DATA_PREFIX",
        "GIO_EXTRA_MODULES", "GIO_MODULE_DIR", "GDK_PIXBUF_MODULE_FILE", "GTK_IM_MODULE_FILE"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        (void)unsetenv(names[i]);
    /* GLib has read G_DEBUG before main(). */
    (void)g_log_set_always_fatal(G_LOG_FATAL_MASK);
}

static int run(const struct choices *choices)
{
    static struct app app;
    struct watcher_handlers handlers = {.context = &app, .event = on_watch, .lost = on_watch_lost};
    struct problem problem = {""};
    enum service service = SERVICE_FROM_ENVIRONMENT;

    if (settings_read(choices->config, &app.settings, &problem) != VSC_OK)
        g_printerr("vsc-greeter: %s\n", problem.text);
    remember_read(g_get_home_dir(), &app.remembered);
    if (choices->greetd || choices->lightdm)
        service = choices->greetd ? SERVICE_GREETD : SERVICE_LIGHTDM;
    if (!open_backend(&app, service) || !open_sessions(&app) || !open_model(&app))
        return EXIT_FAILURE;
    open_window(&app);
    draw(&app);
    app.watcher =
        watcher_start(choices->watch != NULL ? choices->watch : app.settings.watch, &handlers);
    g_timeout_add(TICK_MS, on_tick, &app);
    gtk_main();
    watcher_stop(app.watcher);
    app.backend->ops->free(app.backend);
    model_free(app.model);
    return EXIT_SUCCESS;
}

static const struct option table[] = {
    {.name = "greetd", .kind = OPTION_FLAG, .offset = offsetof(struct choices, greetd)},
    {.name = "lightdm", .kind = OPTION_FLAG, .offset = offsetof(struct choices, lightdm)},
    {.name = "watch", .kind = OPTION_PATH, .offset = offsetof(struct choices, watch)},
    {.name = "c", .kind = OPTION_PATH, .offset = offsetof(struct choices, config)},
    {.name = "help", .kind = OPTION_FLAG, .offset = offsetof(struct choices, help)},
    {.name = "version", .kind = OPTION_FLAG, .offset = offsetof(struct choices, version)},
    {.name = NULL},
};

int main(int argc, char **argv)
{
    struct choices choices = {.config = NULL};
    struct problem problem = {""};
    const char *words[1];
    size_t count = 0;

    if (options_parse_command(table, argc - 1, argv + 1, &choices, words, 0, &count, &problem) !=
        VSC_OK) {
        (void)fprintf(stderr, "vsc-greeter: %s\n", problem.text);
        return 2;
    }
    if (choices.version || choices.help) {
        (void)puts(choices.version
                       ? "vsc-greeter " VSC_VERSION
                       : "usage: vsc-greeter [--greetd | --lightdm] [-c FILE] [--watch PROGRAM]");
        return 0;
    }
    clean_environment();
    (void)setlocale(LC_ALL, "");
    (void)bindtextdomain("pam_vsc", VSC_LOCALEDIR);
    (void)bind_textdomain_codeset("pam_vsc", "UTF-8");
    if (!gtk_init_check(NULL, NULL)) {
        (void)fputs("vsc-greeter: there is no display\n", stderr);
        return EXIT_FAILURE;
    }
    /* Translators: "default:RTL" where the language is written from right to left. */
    if (strcmp(_("default:LTR"), "default:RTL") == 0)
        gtk_widget_set_default_direction(GTK_TEXT_DIR_RTL);
    return run(&choices);
}
