/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our definition of GDM's structures against GDM's own header (libgdm-dev): sizes, offsets, and
 * that its macros take our request and make the reply that we read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gdm/gdm-pam-extensions.h>

#include "pam_vsc/gdm.h"
#include "pam_vsc/menu.h"
#include "tests/fakepam/fakepam.h"

#define SAME_SIZE(ours, theirs) assert_int_equal(sizeof(ours), sizeof(theirs))
#define SAME_PLACE(ours, our_member, theirs, their_member)                                         \
    assert_int_equal(offsetof(ours, our_member), offsetof(theirs, their_member))

static void test_structures_are_those_of_gdm(void **state)
{
    (void)state;
    SAME_SIZE(struct gdm_header, GdmPamExtensionMessage);
    SAME_PLACE(struct gdm_header, length, GdmPamExtensionMessage, length);
    SAME_PLACE(struct gdm_header, type, GdmPamExtensionMessage, type);
    SAME_SIZE(struct gdm_choice, GdmChoiceListItems);
    SAME_PLACE(struct gdm_choice, key, GdmChoiceListItems, key);
    SAME_PLACE(struct gdm_choice, text, GdmChoiceListItems, text);
    SAME_PLACE(struct gdm_choice_request, prompt, GdmPamExtensionChoiceListRequest, prompt_message);
    SAME_PLACE(struct gdm_choice_request, count, GdmPamExtensionChoiceListRequest,
               list.number_of_items);
    SAME_PLACE(struct gdm_choice_request, items, GdmPamExtensionChoiceListRequest, list.items);
    SAME_SIZE(struct gdm_choice_reply, GdmPamExtensionChoiceListResponse);
    SAME_PLACE(struct gdm_choice_reply, key, GdmPamExtensionChoiceListResponse, key);
    for (size_t i = 0; i < GDM_CHOICES_MAX; i++)
        assert_int_equal(GDM_CHOICES(i), GDM_PAM_EXTENSION_CHOICE_LIST_REQUEST_SIZE(i));
    assert_string_equal(GDM_CHOICE_LIST, GDM_PAM_EXTENSION_CHOICE_LIST);
}

/* GDM has this one since 46; its header there was compiled by hand (LP64). */
static void test_json_structure_is_that_of_later_gdm(void **state)
{
    (void)state;
    assert_int_equal(offsetof(struct gdm_json_message, protocol), 8);
    assert_int_equal(offsetof(struct gdm_json_message, version), 72);
    assert_int_equal(offsetof(struct gdm_json_message, json), 80);
    assert_int_equal(sizeof(struct gdm_json_message), 88);
}

/* ---- a worker made of GDM's macros ---- */

static size_t items_seen, choose;
static char first_text[256], last_text[256];

static int worker(int count, const struct pam_message **messages, struct pam_response **resp,
                  void *data)
{
    const char *const supported[] = {"org.gnome.Other", GDM_PAM_EXTENSION_CHOICE_LIST, NULL};
    const struct pam_message *query = messages[0];
    GdmPamExtensionMessage *message = GDM_PAM_EXTENSION_MESSAGE_FROM_PAM_MESSAGE(query);
    GdmPamExtensionChoiceListRequest *request;
    GdmPamExtensionChoiceListResponse *response;

    (void)data;
    assert_int_equal(count, 1);
    assert_int_equal(query->msg_style, PAM_BINARY_PROMPT);
    assert_false(GDM_PAM_EXTENSION_MESSAGE_TRUNCATED(message));
    assert_false(GDM_PAM_EXTENSION_MESSAGE_INVALID_TYPE(message));
    assert_true(GDM_PAM_EXTENSION_MESSAGE_MATCH(message, supported, GDM_PAM_EXTENSION_CHOICE_LIST));
    request = (GdmPamExtensionChoiceListRequest *)(void *)message;
    assert_int_equal(be32toh(request->header.length),
                     GDM_PAM_EXTENSION_CHOICE_LIST_REQUEST_SIZE(request->list.number_of_items));
    items_seen = request->list.number_of_items;
    (void)snprintf(first_text, sizeof(first_text), "%s", request->list.items[0].text);
    (void)snprintf(last_text, sizeof(last_text), "%s", request->list.items[items_seen - 1].text);
    response = calloc(1, GDM_PAM_EXTENSION_CHOICE_LIST_RESPONSE_SIZE);
    GDM_PAM_EXTENSION_CHOICE_LIST_RESPONSE_INIT(response);
    response->key = strdup(request->list.items[choose].key);
    *resp = calloc(1, sizeof(**resp));
    (*resp)->resp = GDM_PAM_EXTENSION_MESSAGE_TO_PAM_REPLY(response);
    return PAM_SUCCESS;
}

static enum ending ask(size_t lines, size_t choice, size_t *ret_index)
{
    const struct pam_conv conv = {.conv = worker};
    pam_handle_t *pamh = fakepam_new("gdm-smartcard", &conv);
    struct deadline deadline = deadline_in(30000);
    struct talk talk = {.pamh = pamh, .deadline = &deadline};
    static struct menu menu;
    static char labels[MENU_MAX][32];
    enum ending ending;

    (void)setenv(GDM_EXTENSIONS, "org.gnome.Other " GDM_CHOICE_LIST, 1);
    talk.lists = gdm_offers("gdm-smartcard", GDM_CHOICE_LIST, &talk.list_type);
    assert_true(talk.lists);
    menu = (struct menu){.head = "Sign in as:", .count = lines, .password = true};
    for (size_t i = 0; i < lines; i++) {
        (void)snprintf(labels[i], sizeof(labels[i]), "person%zu@corp.test", i);
        menu.lines[i] =
            (struct menu_line){.label = labels[i], .card = "Card", .card_id = "", .key_id = ""};
    }
    choose = choice;
    ending = menu_ask(&menu, &talk, ret_index);
    (void)unsetenv(GDM_EXTENSIONS);
    fakepam_free(pamh);
    return ending;
}

static void test_macros_of_gdm_take_the_request_and_make_the_reply(void **state)
{
    size_t index = 99;

    (void)state;
    assert_int_equal(ask(3, 2, &index), ENDING_NOT_YET);
    assert_int_equal(index, 2);
    assert_int_equal(items_seen, 4);
    assert_string_equal(first_text, "person0@corp.test (Card)");
    assert_int_equal(ask(3, 3, &index), ENDING_DECLINED);
    assert_int_equal(index, 2);
}

static void test_longest_list_ends_with_the_password_too(void **state)
{
    size_t index = 99;

    (void)state;
    assert_int_equal(ask(MENU_MAX, MENU_MAX - 1, &index), ENDING_NOT_YET);
    assert_int_equal(index, MENU_MAX - 1);
    assert_int_equal(items_seen, GDM_CHOICES_MAX);
    assert_string_equal(last_text, "Use a password");
    assert_int_equal(ask(MENU_MAX, MENU_MAX, &index), ENDING_DECLINED);
}

static void test_extension_is_a_whole_word_and_its_place(void **state)
{
    static const struct {
        const char *extensions;
        int type;
    } rows[] = {
        {NULL, -1},     {"", -1},          {"  ", -1},      {"a.b", 0},     {"  a.b  ", 0},
        {"x a.b", 1},   {"x  y a.b z", 2}, {"a", -1},       {"a.", -1},     {"a.bc", -1},
        {"xa.b", -1},   {"A.B", -1},       {"a.bc a.b", 1}, {"a.b\tx", -1}, {"x,a.b", -1},
        {"a.b a.b", 0}, {"a.b\n", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned char type = 77;
        bool found = gdm_has_extension(rows[i].extensions, "a.b", &type);

        assert_int_equal(found ? type : -1, rows[i].type);
    }
}

static void test_extension_beyond_a_byte_is_not_there(void **state)
{
    static char many[1024];
    unsigned char type = 77;

    (void)state;
    for (size_t i = 0; i < 255; i++)
        (void)strcat(many, "x ");
    (void)strcat(many, "a.b");
    assert_true(gdm_has_extension(many, "a.b", &type));
    assert_int_equal(type, 255);
    memmove(many + 2, many, strlen(many) + 1);
    assert_false(gdm_has_extension(many, "a.b", &type));
}

static void test_only_services_of_gdm_are_offered_anything(void **state)
{
    static const char *const others[] = {"gdm", "gdm3", "GDM-smartcard", "xgdm-", "sshd", ""};
    unsigned char type = 77;

    (void)state;
    (void)setenv(GDM_EXTENSIONS, GDM_CHOICE_LIST, 1);
    assert_true(gdm_offers("gdm-smartcard", GDM_CHOICE_LIST, &type));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(gdm_offers(others[i], GDM_CHOICE_LIST, &type));
    (void)unsetenv(GDM_EXTENSIONS);
    assert_false(gdm_offers("gdm-smartcard", GDM_CHOICE_LIST, &type));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_structures_are_those_of_gdm),
        cmocka_unit_test(test_json_structure_is_that_of_later_gdm),
        cmocka_unit_test(test_macros_of_gdm_take_the_request_and_make_the_reply),
        cmocka_unit_test(test_longest_list_ends_with_the_password_too),
        cmocka_unit_test(test_extension_is_a_whole_word_and_its_place),
        cmocka_unit_test(test_extension_beyond_a_byte_is_not_there),
        cmocka_unit_test(test_only_services_of_gdm_are_offered_anything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
