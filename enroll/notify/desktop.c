/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/notify/desktop.h"

#include "enroll/notify/pinentry.h"
#include "enroll/texts.h"

#define REPLACE_WAIT_MS (5 * 60 * 1000)

enum {
    ACTION_KEEP,
    ACTION_REPLACE
};

static enum vsc_err ask_pin(void *context, const char *card, unsigned tries_left, bool again,
                            struct secret *ret_pin, struct problem *problem)
{
    const struct desktop *desktop = context;
    char text[TEXT_MAX];
    const struct pinentry_words words = {
        .title = text_of(TEXT_TITLE),
        .text = text,
        .prompt = text_of(TEXT_PROMPT),
    };
    enum vsc_err err;

    text_pin(card, tries_left, again, text, sizeof text);
    err = pinentry_pin(desktop->pinentry, &words, ret_pin, problem);
    if (err != VSC_HELPER)
        return err;
    return asker_terminal.pin(NULL, card, tries_left, again, ret_pin, problem);
}

static bool ask_replace(void *context, const char *card, const char *profile)
{
    const struct desktop *desktop = context;
    char body[TEXT_MAX];
    const struct notice_text text = {
        .title = text_of(TEXT_REPLACE_TITLE),
        .body = body,
        .actions = {[ACTION_KEEP] = {"keep", text_of(TEXT_KEEP)},
                    [ACTION_REPLACE] = {"replace", text_of(TEXT_REPLACE)}},
        .urgent = true,
    };
    enum notice_end end = NOTICE_LATE;
    unsigned key = ACTION_KEEP;

    text_replace(card, profile, body, sizeof body);
    return notice_show(desktop->notice, &text, NULL) == VSC_OK &&
           notice_wait(desktop->notice, &text, REPLACE_WAIT_MS, &end, &key, NULL) == VSC_OK &&
           end == NOTICE_CLICKED && key == ACTION_REPLACE;
}

static enum asker_card ask_card(void *context, const char *card, const char *profile)
{
    const struct desktop *desktop = context;
    enum pinentry_answer answer = PINENTRY_CANCEL;
    char text[TEXT_MAX];
    const struct pinentry_words words = {
        .title = text_of(TEXT_TITLE),
        .text = text,
        .yes = text_of(TEXT_THIS_CARD),
        .no = text_of(TEXT_OTHER_CARD),
        .cancel = text_of(TEXT_CANCEL),
    };
    enum vsc_err err;

    text_use_card(card, profile, text, sizeof text);
    err = pinentry_confirm(desktop->pinentry, &words, &answer, NULL);
    if (err == VSC_HELPER)
        return asker_terminal.use_card(NULL, card, profile);
    if (err == VSC_OK && answer == PINENTRY_YES)
        return ASKER_USE;
    return err == VSC_OK && answer == PINENTRY_NO ? ASKER_NEXT : ASKER_CANCEL;
}

struct asker desktop_asker(struct desktop *desktop)
{
    return (struct asker){ask_pin, ask_replace, ask_card, desktop};
}
