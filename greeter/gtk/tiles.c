/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/gtk/tiles.h"

#include "greeter/gtk/label.h"

#define TEXT_WIDTH 26 /* characters */

static void on_clicked(GtkButton *button, gpointer data)
{
    struct tile_widgets *tile = data;

    (void)button;
    tile->tiles->choose(tile->tiles->context, (size_t)(tile - tile->tiles->list));
}

static GtkWidget *add_label(GtkWidget *box, const char *style)
{
    GtkWidget *label = label_new(style, TEXT_WIDTH);

    gtk_container_add(GTK_CONTAINER(box), label);
    return label;
}

static void make_tile(struct tiles *tiles, struct tile_widgets *tile)
{
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 14);
    GtkWidget *texts = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);

    tile->tiles = tiles;
    tile->button = gtk_button_new();
    tile->icon = gtk_image_new();
    tile->title = add_label(texts, "name");
    tile->detail = add_label(texts, "detail");
    tile->note = add_label(texts, "note");
    gtk_widget_set_valign(texts, GTK_ALIGN_CENTER);
    gtk_container_add(GTK_CONTAINER(row), tile->icon);
    gtk_box_pack_start(GTK_BOX(row), texts, TRUE, TRUE, 0);
    gtk_container_add(GTK_CONTAINER(tile->button), row);
    gtk_style_context_add_class(gtk_widget_get_style_context(tile->button), "tile");
    g_signal_connect(tile->button, "clicked", G_CALLBACK(on_clicked), tile);
    gtk_container_add(GTK_CONTAINER(tiles->box), tile->button);
    gtk_widget_show_all(tile->button);
}

void tiles_init(struct tiles *tiles, void (*choose)(void *context, size_t tile), void *context)
{
    *tiles = (struct tiles){.choose = choose, .context = context};
    tiles->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 10);
    gtk_widget_set_no_show_all(tiles->box, TRUE);
}

static void draw_tile(struct tile_widgets *tile, const struct tile *is)
{
    static const char *const icons[] = {
        [TILE_CARD] = "auth-smartcard-symbolic",
        [TILE_PASSWORD] = "dialog-password-symbolic",
        [TILE_LINE] = "avatar-default-symbolic",
    };
    AtkObject *accessible = gtk_widget_get_accessible(tile->button);

    gtk_image_set_from_icon_name(GTK_IMAGE(tile->icon), icons[is->kind], GTK_ICON_SIZE_DND);
    label_set(tile->title, is->title);
    label_set(tile->detail, is->detail);
    label_set(tile->note, is->note);
    atk_object_set_name(accessible, is->accessible);
    atk_object_set_description(accessible, is->note);
    gtk_widget_show(tile->button);
}

void tiles_draw(struct tiles *tiles, const struct screen *screen)
{
    for (size_t i = 0; i < screen->tile_count; i++) {
        if (tiles->list[i].button == NULL)
            make_tile(tiles, &tiles->list[i]);
        draw_tile(&tiles->list[i], &screen->tiles[i]);
    }
    for (size_t i = screen->tile_count; i < tiles->count; i++)
        gtk_widget_hide(tiles->list[i].button);
    tiles->count = screen->tile_count;
    gtk_widget_set_visible(tiles->box, tiles->count > 0);
}

void tiles_focus(struct tiles *tiles, size_t tile)
{
    if (tile < tiles->count)
        gtk_widget_grab_focus(tiles->list[tile].button);
}

gboolean tiles_type(struct tiles *tiles, gunichar typed)
{
    size_t at = 0;

    for (size_t i = 0; i < tiles->count; i++)
        if (gtk_widget_has_focus(tiles->list[i].button))
            at = i;
    for (size_t i = 1; i <= tiles->count; i++) {
        size_t tile = (at + i) % tiles->count;
        const char *title = gtk_label_get_text(GTK_LABEL(tiles->list[tile].title));

        if (g_unichar_tolower(g_utf8_get_char(title)) == g_unichar_tolower(typed)) {
            tiles_focus(tiles, tile);
            return TRUE;
        }
    }
    return FALSE;
}
