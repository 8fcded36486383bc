/* SPDX-License-Identifier: BSD-2-Clause */
/* The card suite over native cards on a software TPM: RSA-2048, P-256 and P-384 keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "card/admin/admin.h"
#include "card/tpm/key.h"
#include "card/tpm/source.h"
#include "tests/support/tpm_rig.h"
#include "tests/unit/card_suite.h"

#define PIN   "12345678"
#define TRIES 3

struct rig {
    struct tpm_rig tpm;
    char store[160];
    char id[STORE_CARD_SIZE];
};

static enum vsc_err make_card(struct rig *rig, const char *name, struct problem *problem)
{
    auto_secret struct secret pin = {0}, admin_key = {0};
    struct card_new card = {.pin = &pin, .admin_key = &admin_key, .first_key = KEY_P256};
    auto_change struct change admin = CHANGE_CLOSED;
    struct problem leftover = {0};
    char key[STORE_KEY_SIZE];
    bool fallback = true;
    enum vsc_err err;

    card.conf.policy = PIN_POLICY_DEFAULT;
    card.conf.tries = TRIES;
    (void)snprintf(card.conf.name, sizeof card.conf.name, "%s", name);
    if (secret_set(&pin, PIN, strlen(PIN)) != VSC_OK ||
        secret_set(&admin_key, "0123456789abcdef01234567", ADMIN_KEY_SIZE) != VSC_OK)
        return VSC_INPUT;
    err = admin_open(&admin, rig->store, rig->tpm.tcti, "", &leftover, problem);
    if (err == VSC_OK)
        err = admin_create(&admin, &card, rig->id, &fallback, problem);
    if (err == VSC_OK && fallback)
        return problem_set(problem, VSC_TPM, "swtpm should know PIN-fail indices");
    if (err == VSC_OK)
        err = owner_generate(&admin, rig->id, KEY_RSA2048, key, problem);
    if (err == VSC_OK)
        err = owner_generate(&admin, rig->id, KEY_P384, key, problem);
    return err;
}

static int reset(void *context)
{
    struct rig *rig = context;
    auto_change struct change admin = CHANGE_CLOSED;
    struct problem problem = {0}, leftover = {0};
    enum vsc_err err = VSC_OK;

    if (rig->id[0] != '\0') {
        err = admin_open(&admin, rig->store, rig->tpm.tcti, "", &leftover, &problem);
        if (err == VSC_OK)
            err = admin_destroy(&admin, rig->id, &problem);
        change_close(&admin);
    }
    if (err == VSC_OK)
        err = make_card(rig, "TestVSC", &problem);
    if (err != VSC_OK)
        (void)fprintf(stderr, "reset: %s: %s\n", vsc_strerror(err), problem.text);
    return err == VSC_OK ? 0 : -1;
}

static enum vsc_err open_source(void *context, struct card_source **ret_source)
{
    struct rig *rig = context;

    return tpm_source_new(rig->store, rig->tpm.tcti, ret_source);
}

static EVP_PKEY *public_key(void *context, const char *key)
{
    struct rig *rig = context;
    TPM2B_PRIVATE private = {0};
    TPM2B_PUBLIC area = {0};
    EVP_PKEY *public = NULL;
    int card = -1, folder = -1;

    if (store_open_card(rig->store, rig->id, &card, NULL) == VSC_OK &&
        store_open_key(card, key, &folder, NULL) == VSC_OK &&
        store_read_key(folder, &area, &private, NULL) == VSC_OK &&
        key_to_evp(&area, &public) != VSC_OK)
    public = NULL;
    (void)close(folder);
    (void)close(card);
    return public;
}

int main(void)
{
    struct rig rig = {0};
    struct card_rig suite = {
        .name = "tpm",
        .context = &rig,
        .reset = reset,
        .open = open_source,
        .public_key = public_key,
        .card_name = "TestVSC",
        .pin = PIN,
        .keys = 3,
        .kind = CARD_NATIVE,
        .tries = TRIES,
        .tries_known = true,
    };
    int failed = 1;

    if (!tpm_rig_present()) {
        (void)puts("1..0 # SKIP swtpm or tpm2-tools is not installed");
        return 0;
    }
    if (tpm_rig_start(&rig.tpm)) {
        (void)snprintf(rig.store, sizeof rig.store, "%s/store", rig.tpm.dir);
        failed = card_suite_run(&suite);
    }
    tpm_rig_stop(&rig.tpm);
    return failed;
}
