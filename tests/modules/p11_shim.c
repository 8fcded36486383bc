/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PKCS#11 module for tests that stands before another one. Helpers run with an empty environment,
 * so the settings of the module behind it are read from a file beside this one: NAME.so.conf with
 * lines "module PATH", "env NAME=VALUE" and "fault NAME" (what this module does wrong). A file
 * NAME.so.away takes the tokens out while it is there, NAME.so.broken breaks the slots.
 */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cryptoki.h"

#define FAULTS_MAX 8

__attribute__((visibility("default"))) unsigned long C_GetFunctionList(
    const struct ck_functions **list);

static struct ck_functions mine; /* what a caller gets */
static const struct ck_functions *real;
static char faults[FAULTS_MAX][32];
static size_t fault_count;
static char wants_module[PATH_MAX];
static char own_path[PATH_MAX];

static int has_fault(const char *name)
{
    for (size_t i = 0; i < fault_count; i++) {
        if (strcmp(faults[i], name) == 0)
            return 1;
    }
    return 0;
}

static void hang(void)
{
    for (;;)
        (void)pause();
}

static void apply(char *line)
{
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "module ", 7) == 0) {
        (void)snprintf(wants_module, sizeof(wants_module), "%.4000s", line + 7);
    } else if (strncmp(line, "env ", 4) == 0) {
        char *value = strchr(line + 4, '=');

        if (value != NULL) {
            *value = '\0';
            (void)setenv(line + 4, value + 1, 1);
        }
    } else if (strncmp(line, "fault ", 6) == 0 && fault_count < FAULTS_MAX) {
        (void)snprintf(faults[fault_count++], sizeof(faults[0]), "%.31s", line + 6);
    }
}

static int read_settings(void)
{
    char path[PATH_MAX], line[PATH_MAX + 64];
    Dl_info info;
    FILE *file;

    if (dladdr(&mine, &info) == 0)
        return -1;
    (void)snprintf(own_path, sizeof(own_path), "%.4000s", info.dli_fname);
    (void)snprintf(path, sizeof(path), "%s.conf", info.dli_fname);
    file = fopen(path, "re");
    if (file == NULL)
        return -1;
    while (fgets(line, sizeof(line), file) != NULL)
        apply(line);
    (void)fclose(file);
    return 0;
}

/* On demand, while it runs: is there a file NAME.so.WORD? */
static int is_asked_for(const char *word)
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%.4000s.%s", own_path, word);
    return access(path, F_OK) == 0;
}

/* "away": the slots are empty. "broken": they do not tell what is in them. */
static unsigned long get_slot_info(unsigned long slot, struct ck_slot_info *info)
{
    unsigned long code = real->get_slot_info(slot, info);

    if (is_asked_for("broken"))
        return CKR_GENERAL_ERROR;
    if (is_asked_for("away"))
        info->flags &= ~CKF_TOKEN_PRESENT;
    if (has_fault("removable")) /* as a reader's slot is, and SoftHSM's is not */
        info->flags |= CKF_REMOVABLE_DEVICE;
    return code;
}

static unsigned long get_token_info(unsigned long slot, struct ck_token_info *info)
{
    unsigned long code = real->get_token_info(slot, info);

    if (code != CKR_OK)
        return code;
    if (is_asked_for("away"))
        return CKR_TOKEN_NOT_PRESENT;
    if (has_fault("token-crash"))
        abort();
    if (has_fault("token-gone"))
        return CKR_TOKEN_NOT_PRESENT;
    if (has_fault("bad-label"))
        memcpy(info->label, "A\x1b[2J\xe2\x80\xae\xff\nname                   ", 32);
    if (has_fault("same-names")) {
        memset(info->label, ' ', sizeof(info->label));
        memset(info->serial, '0', sizeof(info->serial));
    }
    if (has_fault("odd-limits")) {
        info->min_pin_len = CK_UNAVAILABLE;
        info->max_pin_len = 0;
    }
    if (has_fault("final-try"))
        info->flags |= CKF_USER_PIN_FINAL_TRY;
    if (has_fault("flag-locked"))
        info->flags |= CKF_USER_PIN_LOCKED;
    return CKR_OK;
}

/* SoftHSM tells no events; a reader's module tells the first slot's. */
static unsigned long wait_for_slot_event(unsigned long flags, unsigned long *slot, void *reserved)
{
    static int was_away;
    const int is_away = is_asked_for("away");
    unsigned long slots[8], count = 8;

    if (!has_fault("removable"))
        return real->wait_for_slot_event(flags, slot, reserved);
    if ((flags & CKF_DONT_BLOCK) == 0)
        return CKR_FUNCTION_NOT_SUPPORTED;
    if (is_away == was_away)
        return CKR_NO_EVENT;
    if (real->get_slot_list(1, slots, &count) != CKR_OK || count == 0)
        return CKR_GENERAL_ERROR;
    was_away = is_away;
    *slot = slots[0];
    return CKR_OK;
}

static unsigned long login(unsigned long session, unsigned long user, unsigned char *pin,
                           unsigned long pin_len)
{
    if (has_fault("login-crash"))
        abort();
    if (has_fault("login-hang"))
        hang();
    if (has_fault("login-locked"))
        return CKR_PIN_LOCKED;
    if (has_fault("login-expired"))
        return CKR_PIN_EXPIRED;
    if (has_fault("login-already"))
        return CKR_USER_ALREADY_LOGGED_IN;
    if (has_fault("login-lies"))
        return CKR_OK;
    return real->login(session, user, pin, pin_len);
}

/* As if another part of this program had logged in before. */
static unsigned long get_session_info(unsigned long session, struct ck_session_info *info)
{
    unsigned long code = real->get_session_info(session, info);

    if (has_fault("session-logged-in"))
        info->state = CKS_RO_USER;
    return code;
}

static unsigned long find_objects(unsigned long session, unsigned long *objects, unsigned long max,
                                  unsigned long *count)
{
    unsigned long code = real->find_objects(session, objects, max, count);

    if (has_fault("list-crash"))
        abort();
    if (has_fault("list-hang"))
        hang();
    if (has_fault("many-objects")) { /* the same one for ever */
        objects[0] = 1;
        *count = 1;
        return CKR_OK;
    }
    return code;
}

static unsigned long sign(unsigned long session, unsigned char *data, unsigned long data_len,
                          unsigned char *signature, unsigned long *signature_len)
{
    unsigned long code = real->sign(session, data, data_len, signature, signature_len);

    if (has_fault("sign-huge"))
        *signature_len = 1ul << 40;
    if (has_fault("sign-empty"))
        *signature_len = 0;
    if (has_fault("sign-wrong") && *signature_len > 0)
        signature[*signature_len - 1] ^= 1;
    return code;
}

static unsigned long get_attribute_value(unsigned long session, unsigned long object,
                                         struct ck_attribute *attributes, unsigned long count)
{
    unsigned long code = real->get_attribute_value(session, object, attributes, count);

    if (has_fault("attribute-huge") && count > 0)
        attributes[0].len = 1ul << 40;
    return code;
}

unsigned long C_GetFunctionList(const struct ck_functions **list)
{
    unsigned long (*get_list)(const struct ck_functions **);
    void *handle, *symbol;

    if (mine.version.major == 0) {
        if (read_settings() != 0)
            return CKR_GENERAL_ERROR;
        if (has_fault("load-crash"))
            abort();
        if (has_fault("load-hang"))
            hang();
        handle = dlopen(wants_module, RTLD_NOW | RTLD_LOCAL);
        symbol = handle != NULL ? dlsym(handle, "C_GetFunctionList") : NULL;
        if (symbol == NULL)
            return CKR_HOST_MEMORY;
        memcpy(&get_list, &symbol, sizeof(get_list));
        if (get_list(&real) != CKR_OK)
            return CKR_GENERAL_ERROR;
        mine = *real;
        mine.get_slot_info = get_slot_info;
        mine.get_token_info = get_token_info;
        mine.wait_for_slot_event = wait_for_slot_event;
        mine.login = login;
        mine.get_session_info = get_session_info;
        mine.find_objects = find_objects;
        mine.sign = sign;
        mine.get_attribute_value = get_attribute_value;
    }
    *list = &mine;
    return CKR_OK;
}
