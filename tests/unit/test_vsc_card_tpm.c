/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The card suite over the program vsc-card as a login spawns it, sandbox and all, with a native
 * card on a software TPM behind it.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "card/admin/admin.h"
#include "card/remote.h"
#include "card/tpm/key.h"
#include "common/own.h"
#include "common/spawn.h"
#include "tests/support/tpm_rig.h"
#include "tests/unit/card_suite.h"

#define PIN   "12345678"
#define TRIES 3

DEFINE_AUTO(FILE, fclose)

/* A vsc-card, and our end of its channel: the socket's number tells whether it is still open. */
struct started {
    pid_t pid;
    int fd;
    ino_t socket;
};

struct rig {
    struct tpm_rig tpm;
    char store[160], config[160], folder[PATH_MAX];
    char id[STORE_CARD_SIZE];
    struct started started[8];
    size_t count;
};

static ino_t socket_of(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

/* Whose source was freed ends, and flushes its sessions first: a TPM without a resource manager has
 * room for three. */
static void wait_for_freed(struct rig *rig)
{
    size_t kept = 0;

    for (size_t i = 0; i < rig->count; i++) {
        if (socket_of(rig->started[i].fd) == rig->started[i].socket)
            rig->started[kept++] = rig->started[i];
        else
            (void)waitpid(rig->started[i].pid, NULL, 0);
    }
    rig->count = kept;
}

static enum vsc_err make_card(struct rig *rig, struct problem *problem)
{
    auto_secret struct secret pin = {0}, admin_key = {0};
    struct card_new card = {.pin = &pin, .admin_key = &admin_key, .first_key = KEY_P256};
    auto_change struct change admin = CHANGE_CLOSED;
    struct problem leftover = {0};
    bool fallback = false;
    enum vsc_err err;

    card.conf.policy = PIN_POLICY_DEFAULT;
    card.conf.tries = TRIES;
    (void)snprintf(card.conf.name, sizeof(card.conf.name), "TestVSC");
    if (secret_set(&pin, PIN, strlen(PIN)) != VSC_OK ||
        secret_set(&admin_key, "0123456789abcdef01234567", ADMIN_KEY_SIZE) != VSC_OK)
        return VSC_INPUT;
    err = admin_open(&admin, rig->store, rig->tpm.tcti, "", &leftover, problem);
    if (err == VSC_OK && rig->id[0] != '\0')
        err = admin_destroy(&admin, rig->id, problem);
    if (err == VSC_OK)
        err = admin_create(&admin, &card, rig->id, &fallback, problem);
    return err;
}

static int reset(void *context)
{
    struct problem problem = {0};
    enum vsc_err err;

    wait_for_freed(context);
    err = make_card(context, &problem);
    if (err != VSC_OK)
        (void)fprintf(stderr, "reset: %s: %s\n", vsc_strerror(err), problem.text);
    return err == VSC_OK ? 0 : -1;
}

static enum vsc_err open_source(void *context, struct card_source **ret_source)
{
    struct rig *rig = context;
    char program[] = "vsc-card", option[] = "-c";
    char *const argv[] = {program, option, rig->config, NULL};
    struct helper helper = HELPER_NONE;
    struct problem problem = {0};
    enum vsc_err err;

    wait_for_freed(rig);
    if (rig->count == sizeof(rig->started) / sizeof(rig->started[0]))
        return VSC_USAGE;
    err = helper_start(rig->folder, program, argv, &helper, &problem);
    if (err != VSC_OK) {
        (void)fprintf(stderr, "%s\n", problem.text);
        return err;
    }
    rig->started[rig->count++] =
        (struct started){.pid = helper.pid, .fd = helper.fd, .socket = socket_of(helper.fd)};
    return remote_source_new(helper.fd, "vsc-card", ret_source);
}

static EVP_PKEY *public_key(void *context, const char *key)
{
    struct rig *rig = context;
    TPM2B_PRIVATE private = {0};
    TPM2B_PUBLIC area = {0};
    EVP_PKEY *public = NULL;
    auto_fd int card = -1;
    auto_fd int folder = -1;

    if (store_open_card(rig->store, rig->id, &card, NULL) == VSC_OK &&
        store_open_key(card, key, &folder, NULL) == VSC_OK &&
        store_read_key(folder, &area, &private, NULL) == VSC_OK &&
        key_to_evp(&area, &public) == VSC_OK)
        return public;
    return NULL;
}

static int prepare(struct rig *rig)
{
    const char *build = secure_getenv("B");
    auto_by(fclose) FILE *file = NULL;

    (void)snprintf(rig->store, sizeof(rig->store), "%s/store", rig->tpm.dir);
    (void)snprintf(rig->config, sizeof(rig->config), "%s/conf", rig->tpm.dir);
    if (realpath(build != NULL ? build : "build", rig->folder) == NULL)
        return -1;
    file = fopen(rig->config, "we");
    if (file == NULL)
        return -1;
    (void)fprintf(file,
                  "card = { store = \"%s\"; tcti = \"%s\"; };\n"
                  "helpers = { card_user = \"\"; check_user = \"\"; };\n",
                  rig->store, rig->tpm.tcti);
    return 0;
}

int main(void)
{
    struct rig rig = {0};
    struct card_rig suite = {
        .name = "vsc-card, TPM",
        .context = &rig,
        .reset = reset,
        .open = open_source,
        .public_key = public_key,
        .card_name = "TestVSC",
        .pin = PIN,
        .keys = 1,
        .kind = CARD_NATIVE,
        .tries = TRIES,
        .tries_known = true,
    };
    int failed = 1;

    if (!tpm_rig_present()) {
        (void)puts("1..0 # SKIP swtpm or tpm2-tools is not installed");
        return 0;
    }
    if (tpm_rig_start(&rig.tpm) && prepare(&rig) == 0)
        failed = card_suite_run(&suite);
    tpm_rig_stop(&rig.tpm);
    return failed;
}
