/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr create. */
#include <openssl/rand.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "card/tpm/source.h"
#include "common/own.h"
#include "common/text.h"
#include "vscmgr/ask.h"
#include "vscmgr/command.h"
#include "vscmgr/print.h"

#define DEFAULT_PIN       "12345678"
#define DEFAULT_ADMIN_KEY "010203040506070801020304050607080102030405060708"
#define PASSWD_BUFFER     16384

enum pin_from {
    PIN_DEFAULT,
    PIN_PROMPT,
    PIN_STDIN,
};
enum key_from {
    ADMIN_DEFAULT,
    ADMIN_RANDOM,
    ADMIN_PROMPT,
    ADMIN_STDIN,
};

struct create_options {
    const char *conf, *name, *owner, *puk, *pinpolicy, *ownerauth, *lockoutauth;
    int pin, adminkey, key, attestation;
    unsigned tries;
    bool generate, must_change, json, quiet;
};

#define AT(member) offsetof(struct create_options, member)
static const char *const pin_choices[] = {"default", "prompt", "stdin", NULL};
static const char *const admin_choices[] = {"default", "random", "prompt", "stdin", NULL};
static const char *const key_choices[] = {"rsa2048", "rsa3072", "p256", "p384", NULL};
/* In the order of enum attestation_kind. */
static const char *const attestation_choices[] = {"none", "aik_only", "aik_and_cert", NULL};
static const enum key_type key_types[] = {KEY_RSA2048, KEY_RSA3072, KEY_P256, KEY_P384};

static const struct option create_table[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"name", OPTION_STRING, AT(name), 0, 0, NULL},
    {"pin", OPTION_CHOICE, AT(pin), 0, 0, pin_choices},
    {"adminkey", OPTION_CHOICE, AT(adminkey), 0, 0, admin_choices},
    {"owner", OPTION_STRING, AT(owner), 0, 0, NULL},
    {"generate", OPTION_FLAG, AT(generate), 0, 0, NULL},
    {"key", OPTION_CHOICE, AT(key), 0, 0, key_choices},
    {"tries", OPTION_NUMBER, AT(tries), TRIES_MIN, TRIES_MAX, NULL},
    {"json", OPTION_FLAG, AT(json), 0, 0, NULL},
    {"quiet", OPTION_FLAG, AT(quiet), 0, 0, NULL},
    {"puk", OPTION_STRING, AT(puk), 0, 0, NULL},
    {"pinpolicy", OPTION_STRING, AT(pinpolicy), 0, 0, NULL},
    {"must-change", OPTION_FLAG, AT(must_change), 0, 0, NULL},
    {"ownerauth", OPTION_STRING, AT(ownerauth), 0, 0, NULL},
    {"lockoutauth", OPTION_STRING, AT(lockoutauth), 0, 0, NULL},
    {"attestation", OPTION_CHOICE, AT(attestation), 0, 0, attestation_choices},
    {0},
};

DEFINE_AUTO(struct conf, conf_free)
DEFINE_AUTO(struct card_source, card_source_free)

static enum vsc_err not_built(const struct create_options *options, struct problem *problem)
{
    const char *name = NULL;

    if (options->puk != NULL)
        name = "--puk";
    else if (options->pinpolicy != NULL)
        name = "--pinpolicy";
    else if (options->must_change)
        name = "--must-change";
    else if (options->ownerauth != NULL && strcmp(options->ownerauth, "empty") != 0)
        name = "--ownerauth";
    else if (options->lockoutauth != NULL && strcmp(options->lockoutauth, "keep") != 0)
        name = "--lockoutauth";
    return name == NULL ? VSC_OK : problem_set(problem, VSC_NOT_BUILT, "%s", name);
}

static enum vsc_err set_owner(const char *user, struct card_conf *conf, struct problem *problem)
{
    char buffer[PASSWD_BUFFER];
    struct passwd entry, *found = NULL;

    if (user == NULL)
        return VSC_OK;
    if (getpwnam_r(user, &entry, buffer, sizeof buffer, &found) != 0 || found == NULL)
        return problem_set(problem, VSC_INPUT, "--owner: there is no account \"%s\"", user);
    if (strlen(found->pw_name) >= sizeof conf->owner || !text_is_printable(found->pw_name))
        return problem_set(problem, VSC_INPUT, "--owner: the account's name cannot be stored");
    conf->has_owner = true;
    conf->owner_uid = found->pw_uid;
    memcpy(conf->owner, found->pw_name, strlen(found->pw_name) + 1);
    text_name(conf->owner_display, sizeof conf->owner_display, found->pw_gecos,
              strcspn(found->pw_gecos, ","));
    return VSC_OK;
}

static enum vsc_err get_pin(const struct create_options *options, struct secret *ret_pin,
                            struct problem *problem)
{
    switch ((enum pin_from)options->pin) {
    case PIN_DEFAULT:
        (void)fputs("vscmgr: warning: the default PIN is known to everybody: "
                    "this card is not for production\n",
                    stderr);
        return secret_set(ret_pin, DEFAULT_PIN, strlen(DEFAULT_PIN));
    case PIN_PROMPT:
        return ask_new_secret(ASK_TERMINAL, "New PIN", ret_pin, problem);
    case PIN_STDIN:
        return ask_new_secret(ASK_STDIN, "New PIN", ret_pin, problem);
    }
    return VSC_USAGE;
}

static enum vsc_err get_admin_key(const struct create_options *options, struct secret *ret_key,
                                  struct problem *problem)
{
    enum vsc_err err = VSC_USAGE;

    switch ((enum key_from)options->adminkey) {
    case ADMIN_DEFAULT:
        (void)fputs("vscmgr: warning: the default administrator key is known to everybody: "
                    "this card is not for production\n",
                    stderr);
        err = secret_set(ret_key, DEFAULT_ADMIN_KEY, strlen(DEFAULT_ADMIN_KEY));
        break;
    case ADMIN_RANDOM:
        /* Not kept anywhere: nobody can unblock this card by it. */
        ret_key->len = ADMIN_KEY_SIZE;
        return RAND_priv_bytes((unsigned char *)ret_key->bytes, ADMIN_KEY_SIZE) == 1 ? VSC_OK
                                                                                     : VSC_SYSTEM;
    case ADMIN_PROMPT:
        err = ask_new_secret(ASK_TERMINAL, "Administrator key", ret_key, problem);
        break;
    case ADMIN_STDIN:
        err = ask_new_secret(ASK_STDIN, "Administrator key", ret_key, problem);
        break;
    }
    return err == VSC_OK ? admin_key_parse(ret_key, problem) : err;
}

static enum vsc_err report_json(const struct conf *conf, const char *id, struct problem *problem)
{
    auto_by(card_source_free) struct card_source *source = NULL;
    auto_card_list struct card_list list = {0};
    const struct card_info *card = NULL;
    struct json json;
    enum vsc_err err;

    err = command_source(conf, &source);
    if (err == VSC_OK)
        err = list_and_find(source, id, &list, &card, problem);
    if (err != VSC_OK)
        return err;
    json_init(&json, stdout);
    print_card_json(&json, conf->card.store, card, NULL, true);
    return json_end(&json) ? VSC_OK : VSC_SYSTEM;
}

static enum vsc_err report(const struct create_options *options, const struct conf *conf,
                           const char *id, struct problem *problem)
{
    if (options->json)
        return report_json(conf, id, problem);
    if (!options->quiet)
        (void)printf("TPM smart card \"%s\" created.\n", options->name);
    (void)printf("Device instance ID: %s%s\n", INSTANCE_PREFIX, id);
    return fflush(stdout) == 0
               ? VSC_OK
               : problem_set(problem, VSC_SYSTEM, "standard output cannot be written");
}

static enum vsc_err create(const struct request *request, const struct create_options *options,
                           const struct conf *conf, const struct card_new *card)
{
    auto_change struct change admin = CHANGE_CLOSED;
    char id[STORE_CARD_SIZE];
    bool fallback = false;
    enum vsc_err err;

    if (!options->quiet && !options->json && options->generate)
        (void)fputs("vscmgr: making the key in the TPM, this can take up to a minute\n", stderr);
    err = command_admin(request, conf, &admin);
    if (err == VSC_OK)
        err = admin_create(&admin, card, id, &fallback, request->problem);
    change_close(&admin);
    if (err != VSC_OK)
        return err;
    if (fallback)
        (void)fputs("vscmgr: warning: this TPM has no counters of its own for a card: wrong PINs "
                    "count on the counter of the whole machine, a copy of the card's files keeps "
                    "the old PIN valid after a change, and nobody can unblock the card\n",
                    stderr);
    return report(options, conf, id, request->problem);
}

enum vsc_err command_create(const struct request *request)
{
    struct create_options options = {.tries = TRIES_DEFAULT};
    auto_by(conf_free) struct conf *conf = NULL;
    auto_secret struct secret pin = {0}, admin_key = {0};
    struct card_new card = {.pin = &pin, .admin_key = &admin_key};
    enum vsc_err err;

    err = command_parse(request, create_table, &options, NULL, 0);
    if (err == VSC_OK)
        err = not_built(&options, request->problem);
    if (err != VSC_OK)
        return err;
    if (options.name == NULL || !card_name_is_good(options.name))
        return problem_set(request->problem, VSC_USAGE,
                           "--name: 1 to 32 bytes, printable, without / \\ :");
    memcpy(card.conf.name, options.name, strlen(options.name) + 1);
    card.conf.tries = options.tries;
    card.conf.policy = PIN_POLICY_DEFAULT;
    card.first_key = options.generate ? key_types[options.key] : KEY_NONE;
    card.attestation = (enum attestation_kind)options.attestation;
    err = set_owner(options.owner, &card.conf, request->problem);
    if (err == VSC_OK)
        err = command_conf(request, options.conf, &conf);
    if (err == VSC_OK)
        err = get_pin(&options, &pin, request->problem);
    if (err == VSC_OK)
        err = pin_policy_check(&card.conf.policy, &pin, request->problem);
    if (err == VSC_OK)
        err = get_admin_key(&options, &admin_key, request->problem);
    if (err != VSC_OK)
        return err;
    return create(request, &options, conf, &card);
}
