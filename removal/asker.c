/* SPDX-License-Identifier: BSD-2-Clause */
#include "removal/asker.h"

#include <stdio.h>

#include "common/log.h"
#include "common/wire.h"
#include "common/wire_card.h"
#include "common/wire_token.h"

#define HELPER      "vsc-card"
#define PAUSE_MS    2000 /* before a helper that failed is started anew: 2, 4, ... 64 s */
#define PAUSE_STEPS 5
#define RENEW_MS    30000 /* one that answers with faults is not started anew more often */

/* execve() takes pointers to char, and changes nothing behind them. */
static char *word(const char *text)
{
    union {
        const char *in;
        char *out;
    } same = {.in = text};

    return same.out;
}

/* The channel is of no use any more. */
static void give_up(struct asker *asker, const char *why)
{
    unsigned steps = asker->failures < PAUSE_STEPS ? asker->failures : PAUSE_STEPS;

    helper_stop(&asker->helper);
    asker->not_before_ms = clock_ms() + ((int64_t)PAUSE_MS << steps);
    if (asker->failures++ == 0)
        vsc_log(LOG_WARNING, HELPER ": %s: whether tokens are there is not known", why);
}

static bool is_running(struct asker *asker)
{
    char *const plain[] = {word(HELPER), NULL};
    char *const configured[] = {word(HELPER), word("-c"), word(asker->config), NULL};
    struct problem problem = {""};

    if (asker->helper.fd >= 0)
        return true;
    if (clock_ms() < asker->not_before_ms)
        return false;
    if (helper_start(asker->helpers, HELPER, asker->config != NULL ? configured : plain,
                     &asker->helper, &problem) != VSC_OK) {
        give_up(asker, problem.text);
        return false;
    }
    asker->started_ms = clock_ms();
    return true;
}

static enum vsc_err exchange(const struct asker *asker, const char *card,
                             struct message *ret_answer)
{
    const struct deadline deadline = deadline_in(asker->timeout_ms);
    auto_message struct message request;
    struct card_which which = {.key = ""};
    enum vsc_err err;

    message_init(&request, WIRE_CARD_FIND_TOKEN);
    (void)snprintf(which.card, sizeof(which.card), "%s", card);
    card_which_encode(&request.body, &which);
    err = wire_send(asker->helper.fd, &request, &deadline);
    return err == VSC_OK ? wire_receive(asker->helper.fd, ret_answer, &deadline) : err;
}

/* A module that died stays dead in this vsc-card: another is started, but not at every poll. */
static enum presence take_fault(struct asker *asker, const struct message *answer)
{
    struct problem problem = {""};
    enum vsc_err err = wire_take_error(answer, &problem);

    if (clock_ms() - asker->started_ms >= RENEW_MS)
        helper_stop(&asker->helper);
    vsc_log(LOG_DEBUG, HELPER ": %s: %s", vsc_strerror(err), problem.text);
    return PRESENCE_UNKNOWN;
}

enum presence asker_ask(struct asker *asker, const char *card)
{
    auto_message struct message answer;
    struct card_found found = {.present = false};
    struct reader reader;
    enum vsc_err err;

    message_init(&answer, WIRE_ERROR);
    if (!is_running(asker))
        return PRESENCE_UNKNOWN;
    err = exchange(asker, card, &answer);
    if (err == VSC_OK && answer.type == WIRE_ERROR)
        return take_fault(asker, &answer);
    if (err == VSC_OK && answer.type != WIRE_CARD_FOUND_TOKEN)
        err = VSC_PROTOCOL;
    if (err == VSC_OK) {
        reader_init(&reader, answer.body.data, answer.body.len);
        err = card_found_decode(&reader, &found);
    }
    if (err != VSC_OK) {
        give_up(asker, vsc_strerror(err));
        return PRESENCE_UNKNOWN;
    }
    asker->failures = 0;
    return found.present ? PRESENCE_THERE : PRESENCE_GONE;
}

void asker_done(struct asker *asker)
{
    helper_stop(&asker->helper);
}
