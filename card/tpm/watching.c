/* SPDX-License-Identifier: BSD-2-Clause */
/* Cards as they are shown, see the header. */
#include "card/tpm/watching.h"

#include <string.h>

#include "common/own.h"

#define FIRST_WAIT_MS 2000 /* for the TPM where nothing is known of it yet */

struct watching {
    struct opened *opened;
    const char *store, *tcti;
    struct record *own;
    const struct card_list *list;
};

/* The machine's record where there is a good one, else this process's own. */
static void find_record(const struct watching *watching, struct record *ret_record)
{
    const struct moment now = moment_now();

    if (record_read(watching->store, ret_record) != VSC_OK || !record_is_of_today(ret_record, &now))
        *ret_record = *watching->own;
}

static bool is_due(const struct watching *watching, const struct record *record)
{
    const struct moment now = moment_now();

    return record_is_due(record, &now, watching->list);
}

/* A card that cannot be read is not known; what fails otherwise is the TPM. */
static enum vsc_err look_at(const struct watching *watching, const char *id,
                            struct glimpse *glimpse, struct problem *problem)
{
    struct opened *opened = watching->opened;
    enum vsc_err err = opened_card(opened, watching->store, watching->tcti, id, problem);

    if (err == VSC_OK)
        err = gate_state(&opened->gate, &glimpse->state, problem);
    if (err == VSC_CARD_GONE)
        glimpse->state = (struct card_state){.gone = true};
    glimpse->known = err == VSC_OK || err == VSC_CARD_GONE;
    return glimpse->known || err == VSC_NO_CARD || err == VSC_STORE ? VSC_OK : err;
}

/* Under the lock. */
static void look(const struct watching *watching, struct record *record, struct problem *problem)
{
    memset(record, 0, sizeof *record);
    for (size_t i = 0; i < watching->list->count && record->err == VSC_OK; i++) {
        const char *id = watching->list->cards[i].id;

        if (!store_is_card_id(id))
            continue;
        memcpy(record->cards[record->count].id, id, STORE_CARD_SIZE);
        record->err = look_at(watching, id, &record->cards[record->count].glimpse, problem);
        record->count++;
    }
    if (record->err != VSC_OK)
        record->count = 0;
    opened_close(watching->opened);
    record->at = moment_now(); /* of the end: it may have taken its time */
    *watching->own = *record;
}

static enum vsc_err refresh(const struct watching *watching, struct record *record,
                            struct problem *problem)
{
    const struct moment now = moment_now();
    struct deadline deadline = watching->opened->tpm.deadline;
    struct deadline soon = deadline_in(record_is_of_today(record, &now) ? 0 : FIRST_WAIT_MS);
    auto_fd int lock = -1;
    enum vsc_err err;

    if (soon.at_ms > deadline.at_ms)
        soon = deadline;
    err = store_lock(watching->store, &soon, &lock, problem);
    if (err == VSC_TIMEOUT)
        return VSC_OK; /* a sign-in goes first */
    if (err != VSC_OK)
        return err;
    find_record(watching, record); /* another may have looked meanwhile */
    if (!is_due(watching, record))
        return VSC_OK;
    look(watching, record, problem);
    record_write(lock, record);
    return VSC_OK;
}

static bool has_native(const struct card_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (store_is_card_id(list->cards[i].id))
            return true;
    }
    return false;
}

enum vsc_err watching_ask(struct opened *opened, const char *store, const char *tcti,
                          struct record *own, const struct card_list *list,
                          struct glimpse *ret_glimpses, struct problem *problem)
{
    const struct watching watching = {
        .opened = opened, .store = store, .tcti = tcti, .own = own, .list = list};
    struct record record = {0};
    struct moment now;
    enum vsc_err err = VSC_OK;

    if (!has_native(list))
        return VSC_OK; /* there may be no store yet */
    find_record(&watching, &record);
    if (is_due(&watching, &record))
        err = refresh(&watching, &record, problem);
    if (err == VSC_OK && record.err != VSC_OK)
        err = problem_set(problem, record.err, "the TPM does not answer: %s",
                          vsc_strerror(record.err));
    if (err != VSC_OK)
        return err;
    now = moment_now();
    for (size_t i = 0; i < list->count; i++)
        if (store_is_card_id(list->cards[i].id))
            ret_glimpses[i] = record_is_of_today(&record, &now)
                                  ? record_glimpse(&record, &now, list->cards[i].id)
                                  : (struct glimpse){0};
    return VSC_OK;
}
