/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/texts.h"

#include <stdio.h>
#include <string.h>

/* Where gettext goes: _() looks a text up when it is shown, plural() picks the form of a number. */
#define _(text)                   (text)
#define plural(one, many, number) ((number) == 1 ? (one) : (many))

#define SECONDS_PER_MINUTE        60

/* "(2 tries left)" belongs into the prompt when some are used up and the card tells. */
static bool tries_used(const struct card_state *state)
{
    return state->tries_known && state->tries_left < state->tries_max;
}

void texts_pin_prompt(char to[TEXTS_SIZE], const char *card, const char *person,
                      const struct card_state *state)
{
    if (tries_used(state))
        (void)snprintf(to, TEXTS_SIZE,
                       plural(_("PIN for %s (%u try left): "), _("PIN for %s (%u tries left): "),
                              state->tries_left),
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
                       plural(_("Current PIN for %s (%u try left): "),
                              _("Current PIN for %s (%u tries left): "), state->tries_left),
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
            plural(_("Wrong PIN. %u try left."), _("Wrong PIN. %u tries left."), state->tries_left),
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
            plural(_("Wrong PUK. %u try left."), _("Wrong PUK. %u tries left."), state->tries_left),
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

/* The rules speak in the middle of a sentence; here they begin one. */
static void capitalise(char *text)
{
    if (text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 'a' + 'A');
}

void texts_not_a_pin(char to[TEXTS_SIZE], const char *rule)
{
    (void)snprintf(to, TEXTS_SIZE, _("%s."), rule);
    capitalise(to);
}

void texts_blocked(char to[TEXTS_SIZE], const char *card, const struct card_state *state)
{
    if (state->tries_known && state->tries_max > 0)
        (void)snprintf(to, TEXTS_SIZE,
                       plural(_("%s is blocked after %u wrong PIN. "
                                "Ask your administrator to unblock it (VSC-BLOCKED)."),
                              _("%s is blocked after %u wrong PINs. "
                                "Ask your administrator to unblock it (VSC-BLOCKED)."),
                              state->tries_max),
                       card, state->tries_max);
    else
        (void)snprintf(to, TEXTS_SIZE,
                       _("%s is blocked. Ask your administrator to unblock it (VSC-BLOCKED)."),
                       card);
}

void texts_tpm_locked(char to[TEXTS_SIZE], uint32_t seconds)
{
    uint32_t minutes = seconds / SECONDS_PER_MINUTE + (seconds % SECONDS_PER_MINUTE > 0 ? 1 : 0);

    if (minutes == 0)
        minutes = 1;
    (void)snprintf(
        to, TEXTS_SIZE,
        plural(_("Security chip locked, try again in at most %u minute (VSC-TPM-LOCKED)."),
               _("Security chip locked, try again in at most %u minutes (VSC-TPM-LOCKED)."),
               minutes),
        minutes);
}

const char *texts_card_gone(void)
{
    return _("This card cannot be opened in this computer any more. Enroll again (VSC-CARD-GONE).");
}

void texts_no_certificate(char to[TEXTS_SIZE], const char *card)
{
    (void)snprintf(to, TEXTS_SIZE,
                   _("There is no certificate on %s. Enroll one (VSC-NO-CERTIFICATE)."), card);
}

void texts_refused(char to[TEXTS_SIZE], const char *card, enum reason reason)
{
    char shown[REASON_SHOWN];
    char remedy[TEXTS_SIZE / 2];

    reason_shown(reason, shown);
    (void)snprintf(remedy, sizeof(remedy), "%s", _(reason_remedy(reason)));
    capitalise(remedy);
    (void)snprintf(to, TEXTS_SIZE, _("%s cannot be used: %s. %s (%s)."), card,
                   _(reason_text(reason)), remedy, shown);
}

void texts_expires(char to[TEXTS_SIZE], int32_t days)
{
    if (days <= 0)
        (void)snprintf(to, TEXTS_SIZE, "%s", _("Your certificate expires today."));
    else
        (void)snprintf(to, TEXTS_SIZE,
                       plural(_("Your certificate expires in %d day."),
                              _("Your certificate expires in %d days."), days),
                       (int)days);
}

const char *texts_stale(void)
{
    return _("This sign-in was checked against a revocation list that is out of date.");
}

const char *texts_choice_head(void)
{
    return _("Sign in as:");
}

const char *texts_change_head(void)
{
    return _("Change the PIN of:");
}

void texts_choice(char to[TEXTS_SIZE], const char *label, const char *card)
{
    if (label[0] != '\0')
        (void)snprintf(to, TEXTS_SIZE, _("%s (%s)"), label, card);
    else
        (void)snprintf(to, TEXTS_SIZE, "%s", card);
}

void texts_choice_card_first(char to[TEXTS_SIZE], const char *label, const char *card)
{
    if (label[0] != '\0')
        (void)snprintf(to, TEXTS_SIZE, _("%s: %s"), card, label);
    else
        (void)snprintf(to, TEXTS_SIZE, "%s", card);
}

void texts_choice_numbered(char to[TEXTS_SIZE], size_t number, const char *what)
{
    (void)snprintf(to, TEXTS_SIZE, _("%zu. %s"), number, what);
}

const char *texts_use_a_password(void)
{
    return _("Use a password");
}

const char *texts_choice_prompt(void)
{
    return _("Number: ");
}

const char *texts_no_such_choice(void)
{
    return _("There is no such choice.");
}

const char *texts_cannot_sign_in(void)
{
    return _("Sign-in with a smart card is not possible now.");
}

const char *texts_press_enter(void)
{
    return _("Press Enter to try again: ");
}
