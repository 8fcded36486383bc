/* SPDX-License-Identifier: BSD-2-Clause */
/* Where secrets come from, see the header. */
#include "vscmgr/secrets.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "card/admin/admin.h"
#include "card/admin/hierarchy.h"
#include "common/ask.h"
#include "vscmgr/adminkey/admin_key.h"

#define DEFAULT_PIN       "12345678"
#define DEFAULT_ADMIN_KEY "010203040506070801020304050607080102030405060708"

const char *const words_typed[] = {"prompt", "stdin", NULL};
const char *const words_or_default[] = {"default", "prompt", "stdin", NULL};
const char *const words_admin_key[] = {"default", "random", "prompt", "stdin", NULL};
const char *const words_old_key[] = {"default", "prompt", "stdin", "kept", NULL};
const char *const words_new_key[] = {"prompt", "stdin", "random", "kept", NULL};
const char *const words_ownerauth[] = {"empty", "prompt", "stdin", NULL};
const char *const words_lockoutauth[] = {"keep", "random", "prompt", "stdin", NULL};

const struct asked asked_pin = {"PIN", "PIN", NULL, false};
const struct asked asked_old_pin = {"Old PIN", "PIN", NULL, false};
const struct asked asked_new_pin = {"New PIN", "PIN", DEFAULT_PIN, true};
const struct asked asked_puk = {"PUK", "PUK", DEFAULT_PIN, false};
const struct asked asked_new_puk = {"New PUK", "PUK", DEFAULT_PIN, true};
const struct asked asked_admin_key = {"Administrator key", "administrator key", DEFAULT_ADMIN_KEY,
                                      false};
const struct asked asked_new_admin_key = {"New administrator key", "administrator key",
                                          DEFAULT_ADMIN_KEY, true};
const struct asked asked_ownerauth = {"Owner password of the TPM", "owner password", NULL, false};
const struct asked asked_lockoutauth = {"New lockout password of the TPM", "lockout password", NULL,
                                        true};
const struct asked asked_helpdesk_key = {"The card's key from the help desk", "card's key", NULL,
                                         false};
const struct asked asked_helpdesk = {"Master key of the help desk", "master key", NULL, true};

static enum vsc_err well_known(const struct asked *asked, struct secret *ret_secret)
{
    if (asked->is_new)
        (void)fprintf(stderr,
                      "vscmgr: warning: the default %s is known to everybody: "
                      "this card is not for production\n",
                      asked->what);
    if (asked->well_known == NULL)
        return VSC_USAGE; /* no word for it has "default" */
    return secret_set(ret_secret, asked->well_known, strlen(asked->well_known));
}

bool word_is_kept(const char *word)
{
    return strcmp(word, "kept") == 0;
}

enum vsc_err secret_get(const char *word, const struct asked *asked, struct secret *ret_secret,
                        struct problem *problem)
{
    enum ask_from from = strcmp(word, "stdin") == 0 ? ASK_STDIN : ASK_TERMINAL;

    if (strcmp(word, "empty") == 0 || strcmp(word, "keep") == 0) {
        secret_done(ret_secret);
        return VSC_OK;
    }
    if (strcmp(word, "default") == 0)
        return well_known(asked, ret_secret);
    if (asked->is_new)
        return ask_new_secret(from, asked->label, ret_secret, problem);
    return ask_secret(from, asked->label, ret_secret, problem);
}

enum vsc_err secret_get_admin_key(const char *word, const struct asked *asked,
                                  struct secret *ret_key, struct problem *problem)
{
    enum vsc_err err;

    if (strcmp(word, "random") == 0) {
        ret_key->len = ADMIN_KEY_SIZE;
        return RAND_priv_bytes((unsigned char *)ret_key->bytes, ADMIN_KEY_SIZE) == 1 ? VSC_OK
                                                                                     : VSC_SYSTEM;
    }
    err = secret_get(word, asked, ret_key, problem);
    return err == VSC_OK ? admin_key_parse(ret_key, problem) : err;
}

/* Hexadecimal digits, so that it can be typed to any tool. */
static enum vsc_err random_password(struct secret *ret_password)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[HIERARCHY_PASSWORD_MAX / 2];

    if (RAND_priv_bytes(bytes, sizeof bytes) != 1)
        return VSC_SYSTEM;
    ret_password->len = HIERARCHY_PASSWORD_MAX;
    for (size_t i = 0; i < sizeof bytes; i++) {
        ret_password->bytes[2 * i] = digits[bytes[i] >> 4];
        ret_password->bytes[2 * i + 1] = digits[bytes[i] & 15];
    }
    explicit_bzero(bytes, sizeof bytes);
    return VSC_OK;
}

enum vsc_err secret_get_lockout(const char *word, struct secret *ret_password,
                                struct problem *problem)
{
    enum vsc_err err;

    if (strcmp(word, "random") != 0)
        return secret_get(word, &asked_lockoutauth, ret_password, problem);
    err = random_password(ret_password);
    if (err == VSC_OK)
        (void)dprintf(STDERR_FILENO,
                      "vscmgr: the lockout password of the TPM will be, shown only now: %.*s\n",
                      (int)ret_password->len, ret_password->bytes);
    return err;
}
