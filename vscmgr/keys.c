/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr generate and delete-key: further keys on a card. */
#include <stdio.h>
#include <string.h>

#include "common/ask.h"
#include "common/own.h"
#include "vscmgr/command.h"

const char *const key_choices[] = {"rsa2048", "rsa3072", "p256", "p384", NULL};
const enum key_type key_types[] = {KEY_RSA2048, KEY_RSA3072, KEY_P256, KEY_P384};

struct keys_options {
    const char *conf;
    int key;
    bool yes, quiet;
};

#define AT(member) offsetof(struct keys_options, member)
static const struct option generate_table[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"key", OPTION_CHOICE, AT(key), 0, 0, key_choices},
    {"quiet", OPTION_FLAG, AT(quiet), 0, 0, NULL},
    {0},
};
static const struct option delete_table[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"yes", OPTION_FLAG, AT(yes), 0, 0, NULL},
    {"quiet", OPTION_FLAG, AT(quiet), 0, 0, NULL},
    {0},
};

enum vsc_err command_generate(const struct request *request)
{
    struct keys_options options = {0};
    auto_opened struct opened opened = {0};
    const char *what = NULL;
    char key[KEY_ID_SIZE];
    enum vsc_err err;

    err = command_parse(request, generate_table, &options, &what, 1);
    if (err == VSC_OK)
        err = open_card(request, options.conf, what, &opened);
    if (err == VSC_OK)
        err = check_own_card(opened.card, request->problem);
    if (err != VSC_OK)
        return err;
    if (!options.quiet)
        (void)fputs("vscmgr: making the key in the TPM, this can take up to a minute\n", stderr);
    err = reach_generate(&opened.reach, opened.card->id, key_types[options.key], key,
                         request->problem);
    if (err == VSC_OK && !options.quiet)
        (void)printf("Key %s (%s) is made on %s.\n", key, key_choices[options.key],
                     opened.card->name);
    return err;
}

static enum vsc_err confirm(const struct card_info *card, const char *key, struct problem *problem)
{
    char question[256];
    bool yes = false;
    enum vsc_err err;

    (void)snprintf(question, sizeof question, "Delete key %s of card %s (%s), for good?", key,
                   card->id, card->name);
    err = ask_yes(question, "without a terminal, delete-key wants --yes", &yes, problem);
    if (err == VSC_OK && !yes)
        return problem_set(problem, VSC_DENIED, "nothing was deleted");
    return err;
}

enum vsc_err command_delete_key(const struct request *request)
{
    struct keys_options options = {0};
    auto_opened struct opened opened = {0};
    const char *words[2] = {0};
    enum vsc_err err;

    err = command_parse(request, delete_table, &options, words, 2);
    if (err == VSC_OK)
        err = open_card(request, options.conf, words[0], &opened);
    if (err == VSC_OK)
        err = check_own_card(opened.card, request->problem);
    if (err == VSC_OK && find_key(opened.card, words[1]) == NULL)
        return problem_set(request->problem, VSC_NO_KEY, "%s has no key \"%s\"", opened.card->name,
                           words[1]);
    if (err == VSC_OK && !options.yes)
        err = confirm(opened.card, words[1], request->problem);
    if (err == VSC_OK)
        err = reach_delete_key(&opened.reach, opened.card->id, words[1], request->problem);
    if (err == VSC_OK && !options.quiet)
        (void)printf("Key %s of %s is deleted.\n", words[1], opened.card->name);
    return err;
}
