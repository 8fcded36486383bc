/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions on the terminal. */
#include "enroll/asker.h"

#include <libintl.h>
#include <stdio.h>

#include "common/ask.h"
#include "enroll/texts.h"

static enum vsc_err ask_pin(void *context, const char *card, unsigned tries_left, bool again,
                            struct secret *ret_pin, struct problem *problem)
{
    char label[TEXT_MAX];

    (void)context;
    text_pin(card, tries_left, again, label, sizeof label);
    return ask_secret(ASK_TERMINAL, label, ret_pin, problem);
}

static bool say_yes(const char *question)
{
    bool yes = false;

    return ask_yes(question, "", &yes, NULL) == VSC_OK && yes;
}

static bool ask_replace(void *context, const char *card, const char *profile)
{
    char question[TEXT_MAX];

    (void)context;
    text_replace(card, profile, question, sizeof question);
    return say_yes(question);
}

static enum asker_card ask_card(void *context, const char *card, const char *profile)
{
    char question[TEXT_MAX];

    (void)context;
    text_use_card(card, profile, question, sizeof question);
    return say_yes(question) ? ASKER_USE : ASKER_NEXT;
}

const struct asker asker_terminal = {ask_pin, ask_replace, ask_card, NULL};
