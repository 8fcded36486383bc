/* SPDX-License-Identifier: BSD-2-Clause */
#include "tgt/pkinit.h"

#include <dirent.h>
#include <limits.h>
#include <profile.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ANCHORS_MAX 64                 /* files of a folder */
#define RENEW_LIFE  (7 * 24 * 60 * 60) /* seconds, as Windows asks for; the KDC cuts it */
#define LOCKED_FLAGS                                                                               \
    (KRB5_RESPONDER_PKINIT_FLAGS_TOKEN_USER_PIN_LOCKED |                                           \
     KRB5_RESPONDER_PKINIT_FLAGS_TOKEN_USER_PIN_FINAL_TRY)

bool pkinit_identity(const char *module, const char *card, const char *key, char *to, size_t size)
{
    int written;

    /* vsc-pkcs11.so has the native cards only, a slot each by their number. */
    if (strlen(card) != 4 || strspn(card, "0123456789") != 4 || key[0] == '\0' ||
        strlen(key) % 2 != 0 || strspn(key, "0123456789abcdefABCDEF") != strlen(key) ||
        strchr(module, ':') != NULL)
        return false;
    written = snprintf(to, size, "PKCS11:module_name=%s:slotid=%d:certid=%s", module,
                       (card[0] - '0') * 1000 + (card[1] - '0') * 100 + (card[2] - '0') * 10 +
                           (card[3] - '0'),
                       key);
    return written > 0 && (size_t)written < size;
}

static krb5_error_code KRB5_CALLCONV respond(krb5_context context, void *data,
                                             krb5_responder_context questions)
{
    struct pkinit *pkinit = data;
    krb5_responder_pkinit_challenge *challenge = NULL;
    const krb5_responder_pkinit_identity *card;
    char answer[SECRET_MAX + 1];
    krb5_error_code code = krb5_responder_pkinit_get_challenge(context, questions, &challenge);

    if (code != 0 || challenge == NULL)
        return code; /* other questions, a password's too, get no answer */
    card = challenge->identities[0];
    /* The PIN was right a moment ago: tries that are used up now are not for us to use up. */
    if (card != NULL && challenge->identities[1] == NULL && pkinit->answers == 0 &&
        (card->token_flags < 0 || (card->token_flags & LOCKED_FLAGS) == 0)) {
        pkinit->answers++;
        memcpy(answer, pkinit->pin->bytes, pkinit->pin->len);
        answer[pkinit->pin->len] = '\0';
        code = krb5_responder_pkinit_set_answer(context, questions, card->identity, answer);
        explicit_bzero(answer, sizeof(answer));
    }
    krb5_responder_pkinit_challenge_free(context, questions, challenge);
    return code;
}

/* Does krb5.conf say something of `name`, for this realm or for all? */
static bool is_configured(krb5_context context, const char *realm, const char *name)
{
    const char *const places[][5] = {
        {"realms", realm, name, NULL, NULL},
        {"libdefaults", realm, name, NULL, NULL},
        {"libdefaults", name, NULL, NULL, NULL},
    };
    struct _profile_t *profile = NULL;
    bool found = false;

    if (krb5_get_profile(context, &profile) != 0)
        return false;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !found; i++) {
        const char *names[5];
        char **values = NULL;

        memcpy(names, places[i], sizeof(names));
        found = profile_get_values(profile, names, &values) == 0;
        if (found)
            profile_free_list(values);
    }
    profile_release(profile);
    return found;
}

static krb5_error_code add_anchor(krb5_context context, krb5_get_init_creds_opt *options,
                                  const char *path)
{
    char value[PATH_MAX + 8];
    const int written = snprintf(value, sizeof(value), "FILE:%s", path);

    if (written < 0 || (size_t)written >= sizeof(value))
        return 0;
    return krb5_get_init_creds_opt_set_pa(context, options, "X509_anchors", value);
}

/* A file, or each file of a folder. */
static krb5_error_code add_anchors(krb5_context context, krb5_get_init_creds_opt *options,
                                   const char *anchors)
{
    DIR *folder = opendir(anchors);
    const struct dirent *entry;
    krb5_error_code code = 0;
    size_t count = 0;

    if (folder == NULL)
        return add_anchor(context, options, anchors);
    while (code == 0 && count < ANCHORS_MAX && (entry = readdir(folder)) != NULL) {
        char path[PATH_MAX];
        struct stat status;
        const int written = snprintf(path, sizeof(path), "%s/%s", anchors, entry->d_name);

        if (written < 0 || (size_t)written >= sizeof(path) || stat(path, &status) != 0 ||
            !S_ISREG(status.st_mode))
            continue;
        count++;
        code = add_anchor(context, options, path);
    }
    (void)closedir(folder);
    return code;
}

static krb5_error_code set_options(krb5_context context, const char *realm, struct pkinit *pkinit,
                                   krb5_get_init_creds_opt *options)
{
    krb5_error_code code;

    krb5_get_init_creds_opt_set_canonicalize(options, 1);
    if (!is_configured(context, realm, "renew_lifetime"))
        krb5_get_init_creds_opt_set_renew_life(options, RENEW_LIFE);
    code = krb5_get_init_creds_opt_set_pa(context, options, "X509_user_identity", pkinit->identity);
    if (code == 0 && pkinit->anchors[0] != '\0' && !is_configured(context, realm, "pkinit_anchors"))
        code = add_anchors(context, options, pkinit->anchors);
    return code != 0 ? code
                     : krb5_get_init_creds_opt_set_responder(context, options, respond, pkinit);
}

krb5_error_code pkinit_get(krb5_context context, krb5_principal client, struct pkinit *pkinit,
                           krb5_creds *ret_creds)
{
    krb5_get_init_creds_opt *options = NULL;
    char realm[256];
    krb5_error_code code = krb5_get_init_creds_opt_alloc(context, &options);

    if (code != 0)
        return code;
    (void)snprintf(realm, sizeof(realm), "%.*s", (int)client->realm.length, client->realm.data);
    code = set_options(context, realm, pkinit, options);
    /* No password and no prompter: a PIN is never sent as a password, and nobody is asked. */
    if (code == 0)
        code = krb5_get_init_creds_password(context, ret_creds, client, NULL, NULL, NULL, 0, NULL,
                                            options);
    krb5_get_init_creds_opt_free(context, options);
    return code;
}
