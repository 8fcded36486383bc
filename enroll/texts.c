/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/texts.h"

#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/msgid.h"
#include "common/text.h"

#define DOMAIN                    "pam_vsc"
#define _(msgid)                  dgettext(DOMAIN, msgid)
#define plural(one, many, number) dngettext(DOMAIN, one, many, (unsigned long)(number))

static const char *const texts[] = {
    [TEXT_TITLE] = N_("Your smart card needs a new certificate"),
    [TEXT_BY_HAND] = N_("To renew it, type \"vsc-enroll pulse\" in a terminal."),
    [TEXT_NOW] = N_("Renew now"),
    [TEXT_LATER] = N_("Remind me later"),
    [TEXT_MORE] = N_("Details"),
    [TEXT_FAILED] = N_("The certificate of your smart card was not renewed"),
    [TEXT_REPLACE_TITLE] = N_("Replace the certificate that signs you in?"),
    [TEXT_REPLACE] = N_("Replace"),
    [TEXT_KEEP] = N_("Keep"),
    [TEXT_THIS_CARD] = N_("Use this card"),
    [TEXT_OTHER_CARD] = N_("Another card"),
    [TEXT_CANCEL] = N_("Not now"),
    [TEXT_PROMPT] = N_("PIN:"),
};

void texts_open(void)
{
    (void)setlocale(LC_ALL, "");
    (void)bindtextdomain(DOMAIN, VSC_LOCALEDIR);
}

const char *text_of(enum text text)
{
    return _(texts[text]);
}

static void clean_name(char to[TEXT_NAME], const char *from)
{
    text_name(to, TEXT_NAME, from, strlen(from));
}

static void date_of(int64_t seconds, char to[TEXT_TIME * 2])
{
    const time_t when = (time_t)seconds;
    struct tm tm;

    if (localtime_r(&when, &tm) == NULL || strftime(to, TEXT_TIME * 2, "%Y-%m-%d", &tm) == 0)
        text_time(seconds, to);
}

void text_pin(const char *card, unsigned tries_left, bool again, char *to, size_t size)
{
    char name[TEXT_NAME];

    clean_name(name, card);
    if (!again)
        (void)snprintf(to, size, _("PIN of the smart card %s"), name);
    else if (tries_left == 0)
        (void)snprintf(to, size, _("The PIN was wrong. PIN of the smart card %s"), name);
    else
        (void)snprintf(to, size,
                       plural("The PIN was wrong, %u try is left. PIN of the smart card %s",
                              "The PIN was wrong, %u tries are left. PIN of the smart card %s",
                              tries_left),
                       tries_left, name);
}

void text_replace(const char *card, const char *profile, char *to, size_t size)
{
    char name[TEXT_NAME];

    clean_name(name, card);
    (void)snprintf(to, size,
                   _("The smart card %s signs in with another certificate. Shall the one of \"%s\" "
                     "take its place?"),
                   name, profile);
}

void text_use_card(const char *card, const char *profile, char *to, size_t size)
{
    char name[TEXT_NAME];

    clean_name(name, card);
    (void)snprintf(to, size, _("Shall the smart card %s get the certificate of \"%s\"?"), name,
                   profile);
}

void text_due(const char *card, int64_t ends, char *to, size_t size)
{
    char name[TEXT_NAME], date[TEXT_TIME * 2];

    clean_name(name, card);
    date_of(ends, date);
    if (name[0] == '\0')
        (void)snprintf(to, size, "%s", _("The smart card is to be chosen."));
    else if (ends == 0)
        (void)snprintf(to, size, _("A new certificate for the smart card %s is due."), name);
    else
        (void)snprintf(to, size, _("The certificate of the smart card %s ends on %s."), name, date);
}

void text_details(const char *profile, const char *card, int64_t ends, char *to, size_t size)
{
    char due[TEXT_MAX];

    text_due(card, ends, due, sizeof due);
    (void)snprintf(to, size, _("%s Profile: %s. The PIN of the smart card will be asked for."), due,
                   profile);
}

void text_fault(const char *profile, const char *why, char *to, size_t size)
{
    char clean[TEXT_MAX];

    text_clean(clean, sizeof clean, why);
    (void)snprintf(to, size, "%s: %s", profile, clean);
}
