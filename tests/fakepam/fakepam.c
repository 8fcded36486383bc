/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fakepam/fakepam.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_ext.h>
#include <security/pam_modutil.h>

#define LINE_SIZE 8192

static bool shall_fail(const pam_handle_t *pamh, const char *function)
{
    return pamh->fails != NULL && pamh->fails(function);
}

pam_handle_t *fakepam_new(const char *service, const struct pam_conv *conv)
{
    pam_handle_t *pamh = calloc(1, sizeof(*pamh));

    fakepam_set(pamh, PAM_SERVICE, service);
    if (conv != NULL) {
        pamh->conv = *conv;
        pamh->has_conv = true;
    }
    return pamh;
}

static void data_release(pam_handle_t *pamh, struct fakepam_data *data)
{
    if (data->cleanup != NULL)
        data->cleanup(pamh, data->data, 0);
    free(data->name);
    *data = (struct fakepam_data){.name = NULL};
}

void fakepam_lose_data(pam_handle_t *pamh)
{
    for (size_t i = 0; i < FAKEPAM_DATA; i++)
        if (pamh->data[i].name != NULL)
            data_release(pamh, &pamh->data[i]);
}

void fakepam_set(pam_handle_t *pamh, int item, const char *value)
{
    char *copy = value != NULL ? strdup(value) : NULL;

    if (pamh->items[item] != NULL)
        explicit_bzero(pamh->items[item], strlen(pamh->items[item]));
    free(pamh->items[item]);
    pamh->items[item] = copy;
}

const char *fakepam_get(const pam_handle_t *pamh, int item)
{
    return pamh->items[item];
}

void fakepam_free(pam_handle_t *pamh)
{
    fakepam_lose_data(pamh);
    for (int i = 0; i < FAKEPAM_ITEMS; i++)
        fakepam_set(pamh, i, NULL);
    for (size_t i = 0; i < FAKEPAM_ENV; i++)
        free(pamh->env[i]);
    for (size_t i = 0; i < pamh->log_count; i++)
        free(pamh->log[i].text);
    free(pamh);
}

/* ---- what libpam offers a module ---- */

int pam_get_item(const pam_handle_t *pamh, int item_type, const void **item)
{
    if (shall_fail(pamh, "pam_get_item"))
        return PAM_BAD_ITEM;
    if (item_type == PAM_CONV)
        *item = pamh->has_conv ? &pamh->conv : NULL;
    else
        *item = pamh->items[item_type];
    return PAM_SUCCESS;
}

int pam_set_item(pam_handle_t *pamh, int item_type, const void *item)
{
    if (shall_fail(pamh, "pam_set_item"))
        return PAM_BUF_ERR;
    fakepam_set(pamh, item_type, item);
    return PAM_SUCCESS;
}

/* In a change: asked for twice, in libpam's words. */
int pam_get_authtok(pam_handle_t *pamh, int item, const char **authtok, const char *prompt)
{
    static const struct pam_message first = {PAM_PROMPT_ECHO_OFF, "New password: "};
    static const struct pam_message second = {PAM_PROMPT_ECHO_OFF, "Retype new password: "};
    const struct pam_message *messages[] = {&first, &second};
    char *words[2] = {NULL, NULL};
    int result = PAM_SUCCESS;

    (void)prompt;
    for (int i = 0; i < 2; i++) {
        struct pam_response *response = NULL;

        if (pamh->conv.conv(1, &messages[i], &response, pamh->conv.appdata_ptr) != PAM_SUCCESS ||
            response == NULL)
            result = PAM_CONV_ERR;
        else
            words[i] = response->resp;
        free(response);
    }
    if (words[0] == NULL || words[1] == NULL || strcmp(words[0], words[1]) != 0)
        result = PAM_TRY_AGAIN;
    else
        fakepam_set(pamh, item, words[0]);
    free(words[0]);
    free(words[1]);
    *authtok = result == PAM_SUCCESS ? fakepam_get(pamh, item) : NULL;
    return result;
}

static size_t env_find(const pam_handle_t *pamh, const char *name, size_t len)
{
    for (size_t i = 0; i < FAKEPAM_ENV; i++)
        if (pamh->env[i] != NULL && strncmp(pamh->env[i], name, len) == 0 &&
            pamh->env[i][len] == '=')
            return i;
    return FAKEPAM_ENV;
}

int pam_putenv(pam_handle_t *pamh, const char *name_value)
{
    size_t len = strcspn(name_value, "=");
    size_t at = env_find(pamh, name_value, len);

    if (name_value[len] == '=' && shall_fail(pamh, "pam_putenv"))
        return PAM_BUF_ERR;
    if (at == FAKEPAM_ENV && name_value[len] != '=')
        return PAM_BAD_ITEM;
    for (size_t i = 0; at == FAKEPAM_ENV && i < FAKEPAM_ENV; i++)
        if (pamh->env[i] == NULL)
            at = i;
    free(pamh->env[at]);
    pamh->env[at] = name_value[len] == '=' ? strdup(name_value) : NULL;
    return PAM_SUCCESS;
}

const char *pam_getenv(pam_handle_t *pamh, const char *name)
{
    size_t at = env_find(pamh, name, strlen(name));

    return at < FAKEPAM_ENV ? pamh->env[at] + strlen(name) + 1 : NULL;
}

static struct fakepam_data *data_find(pam_handle_t *pamh, const char *name)
{
    for (size_t i = 0; i < FAKEPAM_DATA; i++)
        if (pamh->data[i].name != NULL && strcmp(pamh->data[i].name, name) == 0)
            return &pamh->data[i];
    return NULL;
}

int pam_set_data(pam_handle_t *pamh, const char *module_data_name, void *data,
                 void (*cleanup)(pam_handle_t *pamh, void *data, int error_status))
{
    struct fakepam_data *slot = data_find(pamh, module_data_name);

    if (shall_fail(pamh, "pam_set_data"))
        return PAM_BUF_ERR;
    if (slot != NULL)
        data_release(pamh, slot);
    for (size_t i = 0; slot == NULL && i < FAKEPAM_DATA; i++)
        if (pamh->data[i].name == NULL)
            slot = &pamh->data[i];
    *slot = (struct fakepam_data){strdup(module_data_name), data, cleanup};
    return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t *pamh, const char *module_data_name, const void **data)
{
    for (size_t i = 0; i < FAKEPAM_DATA; i++)
        if (pamh->data[i].name != NULL && strcmp(pamh->data[i].name, module_data_name) == 0) {
            *data = pamh->data[i].data;
            return PAM_SUCCESS;
        }
    return PAM_NO_MODULE_DATA;
}

void pam_vsyslog(const pam_handle_t *pamh, int priority, const char *fmt, va_list args)
{
    union {
        const pam_handle_t *in;
        pam_handle_t *out;
    } same = {.in = pamh};
    char text[LINE_SIZE];

    (void)vsnprintf(text, sizeof(text), fmt, args);
    if (pamh->log_count < FAKEPAM_LOG)
        same.out->log[same.out->log_count++] =
            (struct fakepam_line){.priority = priority, .text = strdup(text)};
}

void pam_syslog(const pam_handle_t *pamh, int priority, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    pam_vsyslog(pamh, priority, fmt, args);
    va_end(args);
}

/* The accounts that these tests know. */
struct passwd *pam_modutil_getpwnam(pam_handle_t *pamh, const char *user)
{
    static char names[][6] = {"alice", "bob", "root"};
    static struct passwd accounts[] = {
        {.pw_name = names[0], .pw_uid = 1000, .pw_gid = 1000},
        {.pw_name = names[1], .pw_uid = 1001, .pw_gid = 1001},
        {.pw_name = names[2], .pw_uid = 0, .pw_gid = 0},
    };

    (void)pamh;
    for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++)
        if (strcmp(user, accounts[i].pw_name) == 0)
            return &accounts[i];
    return NULL;
}
