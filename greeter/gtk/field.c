/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/gtk/field.h"

#include <string.h>

#include "greeter/gtk/label.h"
#include "greeter/gtk/words.h"

static void on_reveal(GtkToggleButton *button, gpointer data)
{
    struct field *field = data;

    gtk_entry_set_visibility(GTK_ENTRY(field->entry),
                             !field->secret || gtk_toggle_button_get_active(button));
}

static void on_keyboard(GdkKeymap *keymap, gpointer data)
{
    struct field *field = data;

    gtk_widget_set_visible(field->hint, field->secret && gdk_keymap_get_caps_lock_state(keymap));
}

static GdkKeymap *keyboard(void)
{
    return gdk_keymap_get_for_display(gdk_display_get_default());
}

static GtkWidget *new_hint(void)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    GtkWidget *icon = gtk_image_new_from_icon_name("dialog-warning-symbolic", GTK_ICON_SIZE_BUTTON);

    gtk_container_add(GTK_CONTAINER(box), icon);
    gtk_container_add(GTK_CONTAINER(box), gtk_label_new(_("Caps Lock is on")));
    gtk_style_context_add_class(gtk_widget_get_style_context(box), "hint");
    atk_object_set_role(gtk_widget_get_accessible(box), ATK_ROLE_NOTIFICATION);
    atk_object_set_name(gtk_widget_get_accessible(box), _("Caps Lock is on"));
    gtk_widget_show_all(box);
    gtk_widget_set_no_show_all(box, TRUE);
    gtk_widget_hide(box);
    return box;
}

static GtkWidget *new_reveal(struct field *field)
{
    GtkWidget *button = gtk_toggle_button_new();

    gtk_button_set_image(GTK_BUTTON(button), gtk_image_new_from_icon_name("view-reveal-symbolic",
                                                                          GTK_ICON_SIZE_BUTTON));
    gtk_widget_set_tooltip_text(button, _("Show what is typed"));
    atk_object_set_name(gtk_widget_get_accessible(button), _("Show what is typed"));
    g_signal_connect(button, "toggled", G_CALLBACK(on_reveal), field);
    return button;
}

void field_init(struct field *field, GCallback submit, gpointer context)
{
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);

    *field = (struct field){.box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8)};
    field->label = label_new("field", 36);
    field->entry = gtk_entry_new();
    gtk_entry_set_max_length(GTK_ENTRY(field->entry), SECRET_MAX - 1);
    gtk_entry_set_input_hints(GTK_ENTRY(field->entry),
                              GTK_INPUT_HINT_NO_SPELLCHECK | GTK_INPUT_HINT_NO_EMOJI);
    g_object_set(field->entry, "caps-lock-warning", FALSE, NULL);
    gtk_label_set_mnemonic_widget(GTK_LABEL(field->label), field->entry);
    g_signal_connect(field->entry, "activate", submit, context);
    field->reveal = new_reveal(field);
    field->hint = new_hint();
    gtk_container_add(GTK_CONTAINER(field->box), field->label);
    gtk_box_pack_start(GTK_BOX(row), field->entry, TRUE, TRUE, 0);
    gtk_container_add(GTK_CONTAINER(row), field->reveal);
    gtk_container_add(GTK_CONTAINER(field->box), row);
    gtk_container_add(GTK_CONTAINER(field->box), field->hint);
    gtk_widget_show_all(field->box);
    gtk_widget_set_no_show_all(field->box, TRUE);
    g_signal_connect(keyboard(), "state-changed", G_CALLBACK(on_keyboard), field);
}

void field_draw(struct field *field, const struct screen *screen, gboolean anew)
{
    GtkEntry *entry = GTK_ENTRY(field->entry);

    gtk_widget_set_visible(field->box, screen->entry.shown);
    label_set(field->label, screen->entry.label);
    atk_object_set_name(gtk_widget_get_accessible(field->entry), screen->entry.label);
    gtk_widget_set_sensitive(field->entry, screen->entry.enabled);
    gtk_widget_set_sensitive(field->reveal, screen->entry.enabled);
    if (!anew)
        return;
    field->secret = screen->entry.secret;
    gtk_widget_set_visible(field->reveal, field->secret);
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(field->reveal), FALSE);
    gtk_entry_set_visibility(entry, !field->secret);
    gtk_entry_set_input_purpose(entry, field->secret ? GTK_INPUT_PURPOSE_PASSWORD
                                                     : GTK_INPUT_PURPOSE_FREE_FORM);
    gtk_entry_set_text(entry, screen->entry.text);
    on_keyboard(keyboard(), field);
}

gboolean field_take(struct field *field, struct secret *secret)
{
    GtkEntry *entry = GTK_ENTRY(field->entry);
    const char *text = gtk_entry_get_text(entry);
    size_t len = strlen(text);

    if (len >= SECRET_MAX || secret_set(secret, text, len) != VSC_OK)
        return FALSE;
    gtk_entry_set_text(entry, "");
    return TRUE;
}
