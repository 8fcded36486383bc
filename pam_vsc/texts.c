/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of cards, certificates and choices, see texts.h. */
#include "pam_vsc/texts.h"

#include <stdio.h>
#include <string.h>

#include "pam_vsc/translate.h"

#define SECONDS_PER_MINUTE 60
#define DEFAULT_FOLDER     "/usr/share/locale" /* where libc looks by itself */

void texts_begin(void)
{
    if (strcmp(VSC_LOCALEDIR, DEFAULT_FOLDER) != 0)
        (void)bindtextdomain(TEXTS_DOMAIN, VSC_LOCALEDIR);
}

void texts_blocked(char to[TEXTS_SIZE], const char *card, const struct card_state *state)
{
    if (state->tries_known && state->tries_max > 0)
        (void)snprintf(to, TEXTS_SIZE,
                       plural("%s is blocked after %u wrong PIN. "
                              "Ask your administrator to unblock it (VSC-BLOCKED).",
                              "%s is blocked after %u wrong PINs. "
                              "Ask your administrator to unblock it (VSC-BLOCKED).",
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
    (void)snprintf(to, TEXTS_SIZE,
                   plural("Security chip locked, try again in at most %u minute (VSC-TPM-LOCKED).",
                          "Security chip locked, try again in at most %u minutes (VSC-TPM-LOCKED).",
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

/* Remedies speak in the middle of a sentence; here they begin one. */
static void capitalise(char *text)
{
    if (text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 'a' + 'A');
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
                       plural("Your certificate expires in %d day.",
                              "Your certificate expires in %d days.", days),
                       (int)days);
}

void texts_no_ticket(char to[TEXTS_SIZE], enum tgt_outcome outcome)
{
    char shown[REASON_SHOWN];

    code_shown(tgt_code(outcome), shown);
    if (outcome == TGT_UNREACHABLE)
        (void)snprintf(to, TEXTS_SIZE,
                       _("The domain cannot be reached for a Kerberos ticket (%s)."), shown);
    else if (outcome == TGT_REFUSED)
        (void)snprintf(to, TEXTS_SIZE, _("The domain refuses you a Kerberos ticket (%s)."), shown);
    else if (outcome == TGT_UNTRUSTED)
        (void)snprintf(to, TEXTS_SIZE,
                       _("The Kerberos ticket is not from this computer's domain (%s)."), shown);
    else
        (void)snprintf(to, TEXTS_SIZE, _("There is no Kerberos ticket for you (%s)."), shown);
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

const char *texts_smartcard(void)
{
    return _("Smartcard");
}

const char *texts_password(void)
{
    return _("Password");
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
