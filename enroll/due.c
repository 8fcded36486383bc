/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/due.h"

#include <string.h>

/* The key that a profile is enrolled with; "" for none. */
static void current_of(struct errand *errand, const char *profile, char to[SPKI_ID_SIZE])
{
    auto_state struct state state = {.phase = STATE_IDLE};

    to[0] = '\0';
    if (state_read(errand->folder, profile, &state, NULL) == VSC_OK)
        memcpy(to, state.current, SPKI_ID_SIZE);
}

static bool is_template(const char *name, const struct profile *profile, const struct state *state)
{
    return *name != '\0' &&
           (strcmp(name, profile->template_name) == 0 || strcmp(name, state->template.name) == 0);
}

/* By what AD CS said of the one's template. */
static bool supersedes_template(struct errand *errand, const struct profile *by,
                                const struct profile *profile)
{
    auto_state struct state taker = {.phase = STATE_IDLE}, other = {.phase = STATE_IDLE};

    if (by == profile || by->backend != PROFILE_XCEP || profile->backend != PROFILE_XCEP ||
        state_read(errand->folder, by->name, &taker, NULL) != VSC_OK ||
        state_read(errand->folder, profile->name, &other, NULL) != VSC_OK)
        return false;
    for (size_t i = 0; i < taker.template.supersedes_count; i++)
        if (is_template(taker.template.supersedes[i], profile, &other))
            return true;
    return false;
}

bool due_supersedes(struct errand *errand, const struct profile *by, const struct profile *profile)
{
    return conf_list_has(&by->supersedes, profile->name) ||
           supersedes_template(errand, by, profile);
}

/* `spki`: by that key; NULL: by any. */
static bool is_in_use(struct errand *errand, const char *profile, const char *spki)
{
    char current[SPKI_ID_SIZE];

    current_of(errand, profile, current);
    return current[0] != '\0' && (spki == NULL || strcmp(spki, current) == 0);
}

/* Is a profile that this one supersedes in use on the card? One that is named may have no file any
 * more. `spki` as above. */
static bool has_superseded(struct errand *errand, const struct profile *profile, const char *spki)
{
    for (size_t i = 0; i < profile->supersedes.count; i++)
        if (is_in_use(errand, profile->supersedes.items[i], spki))
            return true;
    for (size_t i = 0; i < errand->profiles.count; i++) {
        const struct profile *other = errand->profiles.items[i];

        if (supersedes_template(errand, profile, other) && is_in_use(errand, other->name, spki))
            return true;
    }
    return false;
}

/* Does another profile of this person take this one's place? */
static bool is_superseded(struct errand *errand, const struct profile *profile)
{
    for (size_t i = 0; i < errand->profiles.count; i++)
        if (profile_allows(errand->profiles.items[i], &errand->person) &&
            due_supersedes(errand, errand->profiles.items[i], profile))
            return true;
    return false;
}

/* Whose template nobody has looked at yet. */
static bool may_supersede_template(struct errand *errand, const struct profile *profile)
{
    for (size_t i = 0; profile->backend == PROFILE_XCEP && i < errand->profiles.count; i++) {
        const struct profile *other = errand->profiles.items[i];

        if (other != profile && other->backend == PROFILE_XCEP &&
            is_in_use(errand, other->name, NULL))
            return true;
    }
    return false;
}

bool due_has_work(struct errand *errand, const struct profile *profile)
{
    auto_state struct state state = {.phase = STATE_IDLE};

    return profile->autoenroll || may_supersede_template(errand, profile) ||
           state_read(errand->folder, profile->name, &state, NULL) != VSC_OK ||
           state.card[0] != '\0' || has_superseded(errand, profile, NULL);
}

/* May a card without a certificate get one unasked? */
static bool may_be_first(const struct run *run)
{
    return run->profile->autoenroll &&
           (run->profile->backend != PROFILE_XCEP || run->state.template.auto_enroll);
}

int64_t due_renew_at(const struct run *run, const struct issued *issued)
{
    return profile_renew_at(run->profile, issued->not_before, issued->not_after,
                            run->state.template.renewal);
}

/* A certificate of a lower major version of the template. A CA that knows only the older one still
 * is not asked again and again: the version that was asked for counts too. */
static bool is_of_older_template(const struct run *run, const struct issued *issued)
{
    const struct state *state = &run->state;
    const int64_t has =
        issued->template_major > state->major ? issued->template_major : state->major;

    return (issued->template_major >= 0 || state->major > 0) && has < state->template.major;
}

bool due_now(struct run *run)
{
    auto_issued struct issued issued = {.chain_len = 0};
    const struct state *state = &run->state;

    if (is_superseded(run->errand, run->profile))
        return false;
    if (!run_current(run, &issued))
        return may_be_first(run) ||
               (state->current[0] == '\0' && has_superseded(run->errand, run->profile, NULL));
    return state->version < run->profile->version || is_of_older_template(run, &issued) ||
           (!state->template.no_renewal && run->errand->now >= due_renew_at(run, &issued));
}

bool due_on_another_card(struct run *run)
{
    return run->state.phase == STATE_IDLE && !is_superseded(run->errand, run->profile) &&
           (run->state.current[0] != '\0' || may_be_first(run) ||
            has_superseded(run->errand, run->profile, NULL));
}

const struct card_key *due_default_key(const struct run *run)
{
    const struct card_key *found = NULL;

    for (size_t i = 0; i < run->card->key_count; i++)
        if (run->card->keys[i].is_default && run->card->keys[i].chain_len > 0)
            found = &run->card->keys[i];
    return found;
}

bool due_replaces_another(struct run *run)
{
    auto_issued struct issued issued = {.chain_len = 0};
    const struct card_key *key = due_default_key(run);

    if (key == NULL)
        return false;
    /* Asked when the request began. */
    if (run->state.phase != STATE_IDLE && strcmp(key->id, run->state.default_key) == 0)
        return false;
    if (issued_of_key(key, &issued, NULL) != VSC_OK)
        return true;
    return strcmp(issued.spki, run->state.current) != 0 &&
           strcmp(issued.spki, run->state.old) != 0 &&
           !has_superseded(run->errand, run->profile, issued.spki);
}

size_t due_cards(const struct errand *errand, char ret_ids[CARDS_MAX][CARD_ID_SIZE])
{
    size_t count = 0;

    for (size_t i = 0; errand->listed && i < errand->list.count && count < CARDS_MAX; i++) {
        const char *id = errand->list.cards[i].id;
        const struct card_info *own = NULL;

        if (errand_card(errand, id, &own, NULL) == VSC_OK)
            memcpy(ret_ids[count++], id, CARD_ID_SIZE);
    }
    return count;
}
