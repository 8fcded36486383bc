/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/events.h"

#include <stdio.h>
#include <syslog.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "common/text.h"

#define FIELD_MAX 512

static const struct {
    const char *word, *id;
    int priority;
} events[] = {
#define EVENT_ROW(name, word, id, priority) {word, id, priority},
    ENROLL_EVENTS(EVENT_ROW)
#undef EVENT_ROW
};

void event_tell(enum enroll_event event, const char *profile, const char *card, const char *why)
{
    char name[TEXT_NAME], words[FIELD_MAX];

    text_clean(name, sizeof name, card != NULL ? card : "");
    text_clean(words, sizeof words, why != NULL ? why : "");
    (void)sd_journal_send("MESSAGE=vsc-enroll: %s: %s%s%s%s%s", profile, events[event].word,
                          name[0] != '\0' ? " card=" : "", name, words[0] != '\0' ? ": " : "",
                          words, "MESSAGE_ID=%s", events[event].id, "PRIORITY=%d",
                          events[event].priority, "SYSLOG_IDENTIFIER=vsc-enroll", "VSC_EVENT=%s",
                          events[event].word, "VSC_PROFILE=%s", profile, "VSC_CARD=%s", name,
                          "VSC_ERROR=%s", words, NULL);
}
