/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr create. */
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "card/helpdesk/answer.h"
#include "card/tpm/source.h"
#include "common/code.h"
#include "common/own.h"
#include "vscmgr/command.h"
#include "vscmgr/print.h"
#include "vscmgr/secrets.h"

struct create_options {
    const char *conf, *name, *owner, *pinpolicy;
    int pin, adminkey, key, ownerauth, lockoutauth, attestation;
    int puk, helpdesk, helpdesk_key; /* -1: none */
    unsigned tries;
    bool generate, must_change, json, quiet;
};

#define CODE_GROUP 4 /* letters between dashes */

#define AT(member) offsetof(struct create_options, member)
/* In the order of enum attestation_kind. */
static const char *const attestation_choices[] = {"none", "aik_only", "aik_and_cert", NULL};

static const struct option create_table[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"name", OPTION_STRING, AT(name), 0, 0, NULL},
    {"pin", OPTION_CHOICE, AT(pin), 0, 0, words_or_default},
    {"adminkey", OPTION_CHOICE, AT(adminkey), 0, 0, words_admin_key},
    {"owner", OPTION_STRING, AT(owner), 0, 0, NULL},
    {"generate", OPTION_FLAG, AT(generate), 0, 0, NULL},
    {"key", OPTION_CHOICE, AT(key), 0, 0, key_choices},
    {"tries", OPTION_NUMBER, AT(tries), TRIES_MIN, TRIES_MAX, NULL},
    {"json", OPTION_FLAG, AT(json), 0, 0, NULL},
    {"quiet", OPTION_FLAG, AT(quiet), 0, 0, NULL},
    {"puk", OPTION_CHOICE, AT(puk), 0, 0, words_or_default},
    {"helpdesk", OPTION_CHOICE, AT(helpdesk), 0, 0, words_typed},
    {"helpdesk-key", OPTION_CHOICE, AT(helpdesk_key), 0, 0, words_typed},
    {"pinpolicy", OPTION_STRING, AT(pinpolicy), 0, 0, NULL},
    {"must-change", OPTION_FLAG, AT(must_change), 0, 0, NULL},
    {"ownerauth", OPTION_CHOICE, AT(ownerauth), 0, 0, words_ownerauth},
    {"lockoutauth", OPTION_CHOICE, AT(lockoutauth), 0, 0, words_lockoutauth},
    {"attestation", OPTION_CHOICE, AT(attestation), 0, 0, attestation_choices},
    {0},
};

DEFINE_AUTO(struct conf, conf_free)

/* Everything secret that a creation asks for. */
struct create_secrets {
    struct secret pin, admin_key, puk, helpdesk, ownerauth, lockout;
    unsigned char serial[SERIAL_SIZE]; /* with --helpdesk-key */
};

static void secrets_wipe(struct create_secrets *secrets)
{
    secret_done(&secrets->pin);
    secret_done(&secrets->admin_key);
    secret_done(&secrets->puk);
    secret_done(&secrets->helpdesk);
    secret_done(&secrets->ownerauth);
    secret_done(&secrets->lockout);
}

/* What the default PIN breaks is the policy's doing, and no typing error. */
static enum vsc_err check_pin(const struct create_options *options, const struct card_new *card,
                              struct problem *problem)
{
    struct problem rule = {0};
    enum vsc_err err = pin_policy_check(&card->conf.policy, card->pin, &rule);

    if (err == VSC_OK)
        return VSC_OK;
    if (strcmp(words_or_default[options->pin], "default") == 0)
        return problem_set(problem, err,
                           "%s, which the default PIN does not fulfil: give another one with --pin",
                           rule.text);
    return problem_set(problem, err, "%s", rule.text);
}

/* The help desk computes the card's key from its number, and its master key stays there. */
static enum vsc_err get_card_key(const char *word, struct create_secrets *got,
                                 struct card_new *card, struct problem *problem)
{
    unsigned char key[HELPDESK_KEY_SIZE];
    char text[CODE_SIZE], typed[SECRET_MAX + 1] = "";
    enum vsc_err err;

    if (RAND_bytes(got->serial, SERIAL_SIZE) != 1)
        return problem_set(problem, VSC_SYSTEM, "no random numbers");
    code_write(got->serial, SERIAL_SIZE, CODE_GROUP, text);
    (void)dprintf(STDERR_FILENO, "vscmgr: the help desk needs the card's number: %s\n", text);
    err = secret_get(word, &asked_helpdesk_key, &got->helpdesk, problem);
    if (err == VSC_OK) {
        memcpy(typed, got->helpdesk.bytes, got->helpdesk.len);
        err = code_read(typed, sizeof key, key);
        if (err == VSC_OK)
            err = secret_set(&got->helpdesk, key, sizeof key);
        else
            err = problem_set(problem, err, "the card's key: there is an error in it");
    }
    explicit_bzero(typed, sizeof typed);
    explicit_bzero(key, sizeof key);
    card->helpdesk_key = &got->helpdesk;
    card->serial = got->serial;
    return err;
}

static enum vsc_err get_helpdesk(const struct create_options *options, struct create_secrets *got,
                                 struct card_new *card, struct problem *problem)
{
    enum vsc_err err = VSC_OK;

    if (options->helpdesk >= 0 && options->helpdesk_key >= 0)
        return problem_set(problem, VSC_USAGE, "create takes --helpdesk or --helpdesk-key");
    if (options->helpdesk_key >= 0)
        return get_card_key(words_typed[options->helpdesk_key], got, card, problem);
    if (options->helpdesk >= 0) {
        err = secret_get(words_typed[options->helpdesk], &asked_helpdesk, &got->helpdesk, problem);
        if (err == VSC_OK)
            err = helpdesk_master_parse(&got->helpdesk, problem);
        card->helpdesk = &got->helpdesk;
    }
    return err;
}

/* In the order in which one would ask. */
static enum vsc_err get_secrets(const struct create_options *options, struct create_secrets *got,
                                struct card_new *card, struct problem *problem)
{
    enum vsc_err err;

    err = secret_get(words_or_default[options->pin], &asked_new_pin, &got->pin, problem);
    if (err == VSC_OK)
        err = check_pin(options, card, problem);
    if (err == VSC_OK)
        err = secret_get_admin_key(words_admin_key[options->adminkey], &asked_new_admin_key,
                                   &got->admin_key, problem);
    if (err == VSC_OK && options->puk >= 0) {
        err = secret_get(words_or_default[options->puk], &asked_new_puk, &got->puk, problem);
        if (err == VSC_OK)
            err = puk_check(&got->puk, problem);
        card->puk = &got->puk;
    }
    if (err == VSC_OK)
        err = get_helpdesk(options, got, card, problem);
    if (err == VSC_OK)
        err = secret_get(words_ownerauth[options->ownerauth], &asked_ownerauth, &got->ownerauth,
                         problem);
    if (err == VSC_OK)
        err = secret_get_lockout(words_lockoutauth[options->lockoutauth], &got->lockout, problem);
    if (err == VSC_OK && got->lockout.len > 0)
        card->lockout = &got->lockout;
    return err;
}

static enum vsc_err report_json(const struct conf *conf, const char *id, struct problem *problem)
{
    auto_reach struct reach reach = {0};
    auto_card_list struct card_list list = {0};
    const struct card_info *card = NULL;
    struct json json;
    enum vsc_err err;

    err = reach_open(conf, &reach, problem);
    if (err == VSC_OK)
        err = list_and_find(reach.source, id, &list, &card, problem);
    if (err != VSC_OK)
        return err;
    json_init(&json, stdout);
    print_card_json(&json, &reach, card, NULL, true);
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
                           const struct conf *conf, const struct card_new *card,
                           const struct secret *ownerauth)
{
    auto_change struct change change = CHANGE_CLOSED;
    char id[STORE_CARD_SIZE];
    bool fallback = false;
    enum vsc_err err;

    if (!options->quiet && !options->json && options->generate)
        (void)fputs("vscmgr: making the key in the TPM, this can take up to a minute\n", stderr);
    change.ownerauth = ownerauth;
    err = command_admin(request, conf, &change);
    if (err == VSC_OK)
        err = admin_create(&change, card, id, &fallback, request->problem);
    change_close(&change);
    if (err != VSC_OK)
        return err;
    if (fallback)
        (void)fputs("vscmgr: warning: this TPM has no counters of its own for a card: wrong PINs "
                    "count on the counter of the whole machine, a copy of the card's files keeps "
                    "the old PIN valid after a change, and nobody can unblock the card\n",
                    stderr);
    return report(options, conf, id, request->problem);
}

/* What can be told from the command line alone. */
static enum vsc_err describe(const struct create_options *options, struct card_new *card,
                             struct problem *problem)
{
    enum vsc_err err = VSC_OK;

    if (options->name == NULL || !card_name_is_good(options->name))
        return problem_set(problem, VSC_USAGE, "--name: 1 to 32 bytes, printable, without / \\ :");
    memcpy(card->conf.name, options->name, strlen(options->name) + 1);
    card->conf.tries = options->tries;
    card->conf.policy = PIN_POLICY_DEFAULT;
    card->first_key = options->generate ? key_types[options->key] : KEY_NONE;
    card->default_pin = options->pin == 0;
    card->must_change = options->must_change;
    card->attestation = (enum attestation_kind)options->attestation;
    if (options->pinpolicy != NULL)
        err = pin_policy_parse(options->pinpolicy, &card->conf.policy, problem);
    return err == VSC_OK ? admin_find_owner(options->owner, &card->conf, problem) : err;
}

enum vsc_err command_create(const struct request *request)
{
    struct create_options options = {
        .tries = TRIES_DEFAULT, .puk = -1, .helpdesk = -1, .helpdesk_key = -1};
    auto_by(conf_free) struct conf *conf = NULL;
    __attribute__((cleanup(secrets_wipe))) struct create_secrets secrets = {0};
    struct card_new card = {.pin = &secrets.pin, .admin_key = &secrets.admin_key};
    enum vsc_err err;

    err = command_parse(request, create_table, &options, NULL, 0);
    if (err == VSC_OK)
        err = describe(&options, &card, request->problem);
    if (err == VSC_OK)
        err = command_conf(request, options.conf, &conf);
    if (err == VSC_OK)
        err = get_secrets(&options, &secrets, &card, request->problem);
    if (err != VSC_OK)
        return err;
    return create(request, &options, conf, &card, &secrets.ownerauth);
}
