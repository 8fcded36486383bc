/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/tell.h"

#include <stdio.h>

#include "enroll/events.h"

#define WORDS_MAX 600

static enum enroll_event event_of(const struct run *run, enum vsc_err err)
{
    if (err == VSC_PIN)
        return EVENT_WRONG_PIN;
    return run->code[0] != '\0' ? EVENT_REFUSED : EVENT_FAILED;
}

void tell_end(const struct run *run, bool deleted, enum vsc_err err, const char *why)
{
    const char *profile = run->profile->name;
    const char *card = run->card != NULL ? run->card->name : NULL;
    char words[WORDS_MAX];

    if (deleted)
        event_tell(EVENT_OLD_KEY_DELETED, profile, card, NULL);
    if (run->result == RUN_DONE)
        event_tell(EVENT_ENROLLED, profile, card, NULL);
    if (run->result == RUN_WAITING)
        event_tell(EVENT_WAITING, profile, card, NULL);
    if (err == VSC_OK)
        return;
    (void)snprintf(words, sizeof words, "%s%s%s", vsc_strerror(err), *why != '\0' ? ": " : "", why);
    event_tell(event_of(run, err), profile, card, words);
}
