/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * No copy of a PIN is left in the process when a function of the module returns, whatever way out
 * it took: not in the heap, freed or not, not in the stack, not in a register that was put aside.
 * All that can be written is searched. X41-2018-003 (pam_pkcs11 wiped by a memset that compilers
 * drop).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/own.h"
#include "pam_vsc/gdm_wire.h"
#include "tests/fakepam/fakepam.h"
#include "tests/pam/stage.h"
#include "tests/support/pin_search.h"

#define PIN_LEN PIN_SEARCH_LEN
#define SCRIPT  "script-of-the-test"

static struct stage stage;
static bool last_fails; /* the conversation ends by an error at the second prompt */
static unsigned asked;

/* The answer of GNOME's login screen, with the PIN in it. */
static char *json_answer(void)
{
    static const char before[] = "{\"authSelection\":{\"status\":\"Ok\",\"smartcard\":{\"pin\":\"",
                      after[] = "\",\"tokenName\":\"TestVSC\",\"moduleName\":\"pam_vsc.so\","
                                "\"keyId\":\"0000/01\",\"label\":\"\"}}}";
    char *json = malloc(sizeof(before) + PIN_LEN + sizeof(after));

    memcpy(json, before, sizeof(before) - 1);
    pin_search_give(json + sizeof(before) - 1);
    memcpy(json + sizeof(before) - 1 + PIN_LEN, after, sizeof(after));
    return json;
}

static int answer_gdm(const void *message, struct pam_response **resp)
{
    struct gdm_json_message *reply = calloc(1, sizeof(*reply));

    reply->header = *(const struct gdm_header *)message;
    reply->json = json_answer();
    *resp = calloc(1, sizeof(**resp));
    (*resp)->resp = (char *)reply;
    asked++;
    return PAM_SUCCESS;
}

static int converse(int count, const struct pam_message **messages, struct pam_response **resp,
                    void *data)
{
    char *reply;

    (void)count;
    (void)data;
    *resp = NULL;
    if (messages[0]->msg_style == PAM_BINARY_PROMPT)
        return answer_gdm(messages[0]->msg, resp);
    if (messages[0]->msg_style == PAM_PROMPT_ECHO_OFF && asked++ > 0 && last_fails)
        return PAM_CONV_ERR;
    *resp = calloc(1, sizeof(**resp));
    if (messages[0]->msg_style != PAM_PROMPT_ECHO_OFF)
        return PAM_SUCCESS;
    reply = malloc(PIN_LEN + 1);
    pin_search_give(reply);
    reply[PIN_LEN] = '\0';
    (*resp)->resp = reply;
    return PAM_SUCCESS;
}

static void write_script(const char *text)
{
    char path[PATH_MAX + 32];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/" SCRIPT, stage.folder);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void remove_script(void)
{
    char path[PATH_MAX + 32];

    (void)snprintf(path, sizeof(path), "%s/" SCRIPT, stage.folder);
    (void)unlink(path);
}

#define BEGUN "[check]\nCHECK_BEGIN -> CHECK_BEGUN user=alice/1000\n"
#define EVALUATED                                                                                  \
    BEGUN                                                                                          \
    "CHECK_EVALUATE certs=one -> CHECK_EVALUATED ; accepted account=alice/1000\n"
#define ACCEPTED                                                                                   \
    EVALUATED "CHECK_PROVE -> CHECK_ACCEPTED account=alice/1000 issuer=\"CN=CA\" serial=01\n"
#define REFUSED EVALUATED "CHECK_PROVE -> CHECK_REFUSED reasons=revoked account=alice/1000\n"
#define LISTED                                                                                     \
    "[card]\nCARD_LIST -> CARD_LISTED ; card owner=alice/1000 ; key cert=one\n"                    \
    "CARD_STATE -> CARD_STATED tries=5/5\n"
#define PREPARED LISTED "CARD_PREPARE -> CARD_PREPARED\n"

#define EVALUATED_GDM                                                                              \
    "[check]\nCHECK_BEGIN -> CHECK_BEGUN user=alice/1000 talk=gdm-json\n"                          \
    "CHECK_EVALUATE -> CHECK_EVALUATED ; accepted account=alice/1000\n"
#define MUST_CHANGE                                                                                \
    ACCEPTED                                                                                       \
    "CHECK_SERVICE -> CHECK_SERVED change-pin\n"                                                   \
    "[card]\nCARD_LIST -> CARD_LISTED ; card owner=alice/1000 must-change ; key cert=one\n"        \
    "CARD_STATE -> CARD_STATED tries=5/5\nCARD_PREPARE -> CARD_PREPARED\n"                         \
    "CARD_SIGN -> CARD_SIGNED ok tries=5/5\n"

/* One way out of a function of the module. */
struct way {
    const char *name;
    const char *script;
    const char *argument; /* or NULL */
    int code;
    bool last_fails;
    bool chauthtok;
};

static const struct way ways[] = {
    {"signed in", ACCEPTED PREPARED "CARD_SIGN -> CARD_SIGNED ok tries=5/5\n", NULL, PAM_SUCCESS,
     false, false},
    {"wrong, and the same again",
     EVALUATED PREPARED "CARD_SIGN -> CARD_SIGNED wrong tries=4/5\nCARD_PREPARE -> CARD_PREPARED\n",
     NULL, PAM_AUTH_ERR, false, false},
    {"wrong, and the conversation fails",
     EVALUATED PREPARED "CARD_SIGN -> CARD_SIGNED wrong tries=4/5\nCARD_PREPARE -> CARD_PREPARED\n",
     NULL, PAM_CONV_ERR, true, false},
    {"the last try", EVALUATED PREPARED "CARD_SIGN -> CARD_SIGNED last blocked tries=0/5\n", NULL,
     PAM_MAXTRIES, false, false},
    {"the card is gone", EVALUATED PREPARED "CARD_SIGN -> CARD_SIGNED card-gone gone\n", NULL,
     PAM_AUTHINFO_UNAVAIL, false, false},
    {"vsc-card dies with it", EVALUATED PREPARED "CARD_SIGN -> die\n", NULL, PAM_AUTHINFO_UNAVAIL,
     false, false},
    {"vsc-card reads it and hangs", EVALUATED PREPARED "CARD_SIGN -> hang\n", "timeout=1",
     PAM_AUTHINFO_UNAVAIL, false, false},
    {"vsc-card answers garbage", EVALUATED PREPARED "CARD_SIGN -> garbage\n", NULL,
     PAM_AUTHINFO_UNAVAIL, false, false},
    {"vsc-card is gone before", EVALUATED LISTED "CARD_PREPARE -> die\n", NULL,
     PAM_AUTHINFO_UNAVAIL, false, false},
    {"not proven", REFUSED PREPARED "CARD_SIGN -> CARD_SIGNED ok tries=5/5\n", NULL,
     PAM_CRED_INSUFFICIENT, false, false},
    {"the PIN is changed",
     BEGUN "CHECK_EVALUATE -> CHECK_EVALUATED ; accepted account=alice/1000\n" LISTED
           "CARD_CHANGE_PIN -> CARD_CHANGED_PIN ok tries=5/5\n",
     NULL, PAM_SUCCESS, false, true},
    {"the new PIN is not asked for twice",
     BEGUN "CHECK_EVALUATE -> CHECK_EVALUATED ; accepted account=alice/1000\n" LISTED, NULL,
     PAM_CONV_ERR, true, true},
    {"the new PIN is the old one", MUST_CHANGE, NULL, PAM_AUTH_ERR, false, false},
    {"signed in at GNOME's screen",
     EVALUATED_GDM "CHECK_PROVE -> CHECK_ACCEPTED account=alice/1000 issuer=\"CN=CA\"\n" PREPARED
                   "CARD_SIGN -> CARD_SIGNED ok tries=5/5\n",
     NULL, PAM_SUCCESS, false, false},
    {"wrong at GNOME's screen", EVALUATED_GDM PREPARED "CARD_SIGN -> CARD_SIGNED wrong tries=4/5\n",
     NULL, PAM_AUTH_ERR, false, false},
    {"vsc-card is gone before, at GNOME's screen", EVALUATED_GDM LISTED "CARD_PREPARE -> die\n",
     NULL, PAM_AUTHINFO_UNAVAIL, false, false},
};

static void take_way(const struct way *way)
{
    const struct pam_conv conv = {.conv = converse};
    pam_handle_t *pamh = fakepam_new("gdm-switchable-auth", &conv);
    char config[PATH_MAX + 64], helpers[PATH_MAX + 16];
    const char *argv[] = {config, helpers, way->argument};
    const int argc = way->argument != NULL ? 3 : 2;
    size_t found;
    int code;

    write_script(way->script);
    (void)snprintf(config, sizeof(config), "config=%s/" SCRIPT, stage.folder);
    (void)snprintf(helpers, sizeof(helpers), "helpers=%s", stage.folder);
    stage_reset(&stage);
    fakepam_set(pamh, PAM_USER, "alice");
    last_fails = way->last_fails;
    asked = 0;
    code = way->chauthtok ? pam_sm_chauthtok(pamh, PAM_UPDATE_AUTHTOK, argc, argv)
                          : pam_sm_authenticate(pamh, 0, argc, argv);
    found = pin_search_count();
    if (code != way->code || asked == 0 || found > 0)
        fail_msg("%s: returned %d after %u prompts, and %zu pieces of the PIN are there", way->name,
                 code, asked, found);
    fakepam_free(pamh);
}

static void test_no_piece_of_the_pin_is_left_whatever_the_way_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        pin_search_draw();
        take_way(&ways[i]);
    }
}

/* The search itself: it finds what is there, in the heap and in the stack. */
static void test_the_search_finds_a_pin(void **state)
{
    char on_stack[PIN_LEN];
    auto_free char *in_heap = malloc(PIN_LEN);

    (void)state;
    pin_search_draw();
    assert_int_equal(pin_search_count(), 0);
    pin_search_give(on_stack);
    pin_search_give(in_heap);
    assert_true(pin_search_count() >= 6);
    explicit_bzero(on_stack, PIN_LEN);
    explicit_bzero(in_heap, PIN_LEN);
}

static int setup(void **state)
{
    (void)state;
    (void)setenv(GDM_EXTENSIONS, GDM_CUSTOM_JSON, 1);
    return stage_open(&stage) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    remove_script();
    stage_close(&stage);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_search_finds_a_pin),
        cmocka_unit_test(test_no_piece_of_the_pin_is_left_whatever_the_way_out),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
