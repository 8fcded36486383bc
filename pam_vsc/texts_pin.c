/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of PINs and PUKs, see texts.h. */
#include "pam_vsc/texts.h"

#include <stdio.h>

#include "pam_vsc/translate.h"

/* "(2 tries left)" belongs into the prompt when some are used up and the card tells. */
static bool tries_used(const struct card_state *state)
{
    return state->tries_known && state->tries_left < state->tries_max;
}

void texts_pin_prompt(char to[TEXTS_SIZE], const char *card, const char *person,
                      const struct card_state *state)
{
    if (tries_used(state))
        (void)snprintf(
            to, TEXTS_SIZE,
            plural("PIN for %s (%u try left): ", "PIN for %s (%u tries left): ", state->tries_left),
            card, state->tries_left);
    else if (person[0] != '\0')
        (void)snprintf(to, TEXTS_SIZE, _("PIN for %s (%s): "), card, person);
    else
        (void)snprintf(to, TEXTS_SIZE, _("PIN for %s: "), card);
}

void texts_old_pin_prompt(char to[TEXTS_SIZE], const char *card, const struct card_state *state)
{
    if (tries_used(state))
        (void)snprintf(to, TEXTS_SIZE,
                       plural("Current PIN for %s (%u try left): ",
                              "Current PIN for %s (%u tries left): ", state->tries_left),
                       card, state->tries_left);
    else
        (void)snprintf(to, TEXTS_SIZE, _("Current PIN for %s: "), card);
}

void texts_new_pin_prompt(char to[TEXTS_SIZE], const char *card)
{
    (void)snprintf(to, TEXTS_SIZE, _("New PIN for %s: "), card);
}

const char *texts_new_pin_again(void)
{
    return _("New PIN again: ");
}

const char *texts_pins_differ(void)
{
    return _("The two PINs differ.");
}

const char *texts_must_change(void)
{
    return _("Somebody else chose your PIN. Change it now.");
}

const char *texts_not_without_a_new_pin(void)
{
    return _("Without a new PIN this card signs in nobody (VSC-MUST-CHANGE).");
}

const char *texts_change_elsewhere(void)
{
    return _("The PIN has to be changed first, which is not possible here (VSC-MUST-CHANGE).");
}

const char *texts_same_pin(void)
{
    return _("This is the old PIN.");
}

const char *texts_pin_changed(void)
{
    return _("The PIN was changed.");
}

void texts_wrong_pin(char to[TEXTS_SIZE], const struct card_state *state)
{
    if (!state->tries_known)
        (void)snprintf(to, TEXTS_SIZE, "%s", _("Wrong PIN."));
    else
        (void)snprintf(
            to, TEXTS_SIZE,
            plural("Wrong PIN. %u try left.", "Wrong PIN. %u tries left.", state->tries_left),
            state->tries_left);
}

void texts_puk_prompt(char to[TEXTS_SIZE], const char *card)
{
    (void)snprintf(to, TEXTS_SIZE, _("PUK of %s, for a new PIN (or Enter alone): "), card);
}

void texts_wrong_puk(char to[TEXTS_SIZE], const struct card_state *state)
{
    if (!state->tries_known)
        (void)snprintf(to, TEXTS_SIZE, "%s", _("Wrong PUK."));
    else
        (void)snprintf(
            to, TEXTS_SIZE,
            plural("Wrong PUK. %u try left.", "Wrong PUK. %u tries left.", state->tries_left),
            state->tries_left);
}

const char *texts_puk_blocked(void)
{
    return _("The PUK is blocked too. Ask your administrator to unblock the card (VSC-BLOCKED).");
}

void texts_challenge(char to[TEXTS_SIZE], const char *card_code, const char *code)
{
    (void)snprintf(to, TEXTS_SIZE, _("Call the help desk. Card: %s. Challenge: %s."), card_code,
                   code);
}

void texts_answer_prompt(char to[TEXTS_SIZE], const char *card)
{
    (void)snprintf(to, TEXTS_SIZE, _("The help desk's answer for %s (or Enter alone): "), card);
}

const char *texts_wrong_answer(void)
{
    return _("This is not the help desk's answer for this card and this challenge.");
}

const char *texts_mistyped_answer(void)
{
    return _("There is a typing error in the answer.");
}

static const char *class_needed(enum pin_class class)
{
    switch (class) {
    case PIN_UPPERCASE:
        return _("The PIN needs uppercase letters.");
    case PIN_LOWERCASE:
        return _("The PIN needs lowercase letters.");
    case PIN_DIGITS:
        return _("The PIN needs digits.");
    case PIN_SPECIAL:
    case PIN_CLASSES:
        break;
    }
    return _("The PIN needs special characters.");
}

static const char *class_not_allowed(enum pin_class class)
{
    switch (class) {
    case PIN_UPPERCASE:
        return _("The PIN may not hold uppercase letters.");
    case PIN_LOWERCASE:
        return _("The PIN may not hold lowercase letters.");
    case PIN_DIGITS:
        return _("The PIN may not hold digits.");
    case PIN_SPECIAL:
    case PIN_CLASSES:
        break;
    }
    return _("The PIN may not hold special characters.");
}

const char *texts_breaks_policy(void)
{
    return _("The PIN does not fit the card's policy.");
}

void texts_not_a_pin(char to[TEXTS_SIZE], const struct pin_flaw *flaw)
{
    const char *text = texts_breaks_policy();

    switch (flaw->kind) {
    case FLAW_SHORT:
        (void)snprintf(to, TEXTS_SIZE,
                       plural("The PIN needs at least %u character.",
                              "The PIN needs at least %u characters.", flaw->limit),
                       flaw->limit);
        return;
    case FLAW_LONG:
        (void)snprintf(to, TEXTS_SIZE,
                       plural("The PIN may have at most %u character.",
                              "The PIN may have at most %u characters.", flaw->limit),
                       flaw->limit);
        return;
    case FLAW_CHARACTER:
        text = _("The PIN may hold printable ASCII characters only.");
        break;
    case FLAW_LACKS:
        text = class_needed(flaw->class);
        break;
    case FLAW_HOLDS:
        text = class_not_allowed(flaw->class);
        break;
    case FLAW_NONE:
        break;
    }
    (void)snprintf(to, TEXTS_SIZE, "%s", text);
}
