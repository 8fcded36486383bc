/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A libpam that tests can link and look into: items, environment, data and the log of one handle.
 * With `fails` set, each of its functions that can fail asks it whether this very call shall.
 */
#ifndef VSC_TESTS_FAKEPAM_H
#define VSC_TESTS_FAKEPAM_H

#include <stdbool.h>
#include <stddef.h>

#include <security/pam_modules.h>

#define FAKEPAM_ITEMS 16
#define FAKEPAM_ENV   16
#define FAKEPAM_DATA  4
#define FAKEPAM_LOG   64

struct fakepam_data {
    char *name;
    void *data;
    void (*cleanup)(pam_handle_t *pamh, void *data, int status);
};

struct fakepam_line {
    int priority;
    char *text;
};

struct pam_handle {
    char *items[FAKEPAM_ITEMS]; /* all but PAM_CONV */
    struct pam_conv conv;
    bool has_conv;
    char *env[FAKEPAM_ENV];
    struct fakepam_data data[FAKEPAM_DATA];
    struct fakepam_line log[FAKEPAM_LOG];
    size_t log_count;
    bool (*fails)(const char *function);
};

pam_handle_t *fakepam_new(const char *service, const struct pam_conv *conv);
void fakepam_free(pam_handle_t *pamh);
/* NULL unsets. Not subject to `fails`. */
void fakepam_set(pam_handle_t *pamh, int item, const char *value);
const char *fakepam_get(const pam_handle_t *pamh, int item);
/* As sshd does between authentication and session. */
void fakepam_lose_data(pam_handle_t *pamh);

#endif
