/* SPDX-License-Identifier: BSD-2-Clause */
/* vscmgr answer: at the help desk. No TPM, no card, no configuration. */
#include <stdio.h>
#include <string.h>

#include "card/helpdesk/challenge.h"
#include "common/own.h"
#include "vscmgr/helpdesk.h"

#define TYPED_MAX 256

struct answer_options {
    const char *conf; /* taken as by every command, and not read */
    const char *card, *challenge;
    int master;
    bool card_key;
};

#define AT(member) offsetof(struct answer_options, member)
static const char *const from_choices[] = {"prompt", "stdin", NULL};
static const struct option answer_table[] = {
    {"c", OPTION_STRING, AT(conf), 0, 0, NULL},
    {"card", OPTION_STRING, AT(card), 0, 0, NULL},
    {"challenge", OPTION_STRING, AT(challenge), 0, 0, NULL},
    {"card-key", OPTION_FLAG, AT(card_key), 0, 0, NULL},
    {"master", OPTION_CHOICE, AT(master), 0, 0, from_choices},
    {0},
};

/* What the caller says, in whatever form: two codes, or the QR code's text for both. */
struct call {
    char card[TYPED_MAX], challenge[TYPED_MAX];
};

static enum vsc_err take_text(const char *given, enum ask_from from, const char *what,
                              char to[TYPED_MAX], struct problem *problem)
{
    if (given == NULL)
        return ask_line(from, what, to, TYPED_MAX, problem);
    if (strlen(given) >= TYPED_MAX)
        return problem_set(problem, VSC_INPUT, "%s: too long", what);
    memcpy(to, given, strlen(given) + 1);
    return VSC_OK;
}

/* "VSC1:CARD:CHALLENGE": true if it was one, and split. */
static bool split_qr(const char *text, struct call *call)
{
    const char *card = text + strlen(HELPDESK_QR), *colon;
    size_t len;

    if (strncmp(text, HELPDESK_QR, strlen(HELPDESK_QR)) != 0)
        return false;
    colon = strchr(card, ':');
    if (colon == NULL)
        return false;
    len = (size_t)(colon - card);
    memmove(call->challenge, colon + 1, strlen(colon + 1) + 1);
    memmove(call->card, card, len);
    call->card[len] = '\0';
    return true;
}

static enum vsc_err get_call(const struct answer_options *options, enum ask_from from,
                             struct call *call, struct problem *problem)
{
    enum vsc_err err;

    if (options->challenge != NULL && options->card == NULL &&
        strlen(options->challenge) < TYPED_MAX && split_qr(options->challenge, call))
        return VSC_OK;
    err = take_text(options->card, from, "Card", call->card, problem);
    if (err != VSC_OK)
        return err;
    if (options->challenge == NULL) {
        char text[TYPED_MAX];

        memcpy(text, call->card, sizeof text);
        if (split_qr(text, call))
            return VSC_OK;
    }
    return take_text(options->challenge, from, "Challenge", call->challenge, problem);
}

static enum vsc_err read_code(const char *what, const char *text, size_t len, unsigned char *bytes,
                              struct problem *problem)
{
    if (code_read(text, len, bytes) == VSC_OK)
        return VSC_OK;
    return problem_set(problem, VSC_INPUT, "%s: there is an error in it (%zu letters and digits)",
                       what, CODE_LETTERS(len));
}

static enum vsc_err print_code(const unsigned char *bytes, size_t len, struct problem *problem)
{
    char text[CODE_SIZE];
    int printed;

    code_write(bytes, len, ANSWER_GROUP, text);
    printed = printf("%s\n", text);
    explicit_bzero(text, sizeof text);
    return printed > 0 && fflush(stdout) == 0
               ? VSC_OK
               : problem_set(problem, VSC_SYSTEM, "standard output cannot be written");
}

static enum vsc_err print_answer(const struct secret *master, const struct call *call,
                                 struct problem *problem)
{
    unsigned char serial[SERIAL_SIZE], challenge[HELPDESK_CHALLENGE_SIZE];
    unsigned char answer[HELPDESK_ANSWER_SIZE];
    enum vsc_err err;

    err = read_code("card", call->card, sizeof serial, serial, problem);
    if (err == VSC_OK)
        err = read_code("challenge", call->challenge, sizeof challenge, challenge, problem);
    if (err == VSC_OK)
        err = helpdesk_answer(master, serial, challenge, HELPDESK_SECONDS, answer);
    return err == VSC_OK ? print_code(answer, sizeof answer, problem) : err;
}

/* What a new card gets: create --helpdesk-key. */
static enum vsc_err print_card_key(const struct answer_options *options, enum ask_from from,
                                   const struct secret *master, struct problem *problem)
{
    unsigned char serial[SERIAL_SIZE], key[HELPDESK_KEY_SIZE];
    char card[TYPED_MAX];
    enum vsc_err err;

    err = take_text(options->card, from, "Card", card, problem);
    if (err == VSC_OK)
        err = read_code("card", card, sizeof serial, serial, problem);
    if (err == VSC_OK)
        err = helpdesk_card_key(master, serial, key);
    if (err == VSC_OK)
        err = print_code(key, sizeof key, problem);
    explicit_bzero(key, sizeof key);
    return err;
}

enum vsc_err command_answer(const struct request *request)
{
    struct answer_options options = {0};
    auto_secret struct secret master = {0};
    struct call call;
    enum ask_from from;
    enum vsc_err err;

    err = command_parse(request, answer_table, &options, NULL, 0);
    if (err != VSC_OK)
        return err;
    if (options.card_key && options.challenge != NULL)
        return problem_set(request->problem, VSC_USAGE, "--card-key takes no --challenge");
    from = options.master == 0 ? ASK_TERMINAL : ASK_STDIN;
    err = ask_secret(from, "Master key", &master, request->problem);
    if (err == VSC_OK)
        err = helpdesk_master_parse(&master, request->problem);
    if (err == VSC_OK && options.card_key)
        return print_card_key(&options, from, &master, request->problem);
    if (err == VSC_OK)
        err = get_call(&options, from, &call, request->problem);
    return err == VSC_OK ? print_answer(&master, &call, request->problem) : err;
}
