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

/* Is a profile that this one supersedes in use on the card? */
static bool has_superseded(struct errand *errand, const struct profile *profile)
{
    for (size_t i = 0; i < profile->supersedes.count; i++) {
        char current[SPKI_ID_SIZE];

        current_of(errand, profile->supersedes.items[i], current);
        if (current[0] != '\0')
            return true;
    }
    return false;
}

/* Does another profile of this person take this one's place? */
static bool is_superseded(const struct errand *errand, const struct profile *profile)
{
    for (size_t i = 0; i < errand->profiles.count; i++)
        if (profile_allows(errand->profiles.items[i], &errand->person) &&
            conf_list_has(&errand->profiles.items[i]->supersedes, profile->name))
            return true;
    return false;
}

bool due_has_work(struct errand *errand, const struct profile *profile)
{
    auto_state struct state state = {.phase = STATE_IDLE};

    return state_read(errand->folder, profile->name, &state, NULL) != VSC_OK ||
           state.card[0] != '\0' || has_superseded(errand, profile);
}

bool due_now(struct run *run)
{
    auto_issued struct issued issued = {.chain_len = 0};
    const struct profile *profile = run->profile;

    if (is_superseded(run->errand, profile))
        return false;
    if (!run_current(run, &issued))
        return run->state.current[0] == '\0' && has_superseded(run->errand, profile);
    return run->state.version < profile->version ||
           run->errand->now >= profile_renew_at(profile, issued.not_before, issued.not_after);
}

bool due_on_another_card(struct run *run)
{
    return run->state.phase == STATE_IDLE && !is_superseded(run->errand, run->profile) &&
           (run->state.current[0] != '\0' || has_superseded(run->errand, run->profile));
}

bool due_replaces_another(struct run *run)
{
    const struct profile *profile = run->profile;
    auto_issued struct issued issued = {.chain_len = 0};
    const struct card_key *key = NULL;

    for (size_t i = 0; i < run->card->key_count; i++)
        if (run->card->keys[i].is_default && run->card->keys[i].chain_len > 0)
            key = &run->card->keys[i];
    if (key == NULL)
        return false;
    if (issued_of_key(key, &issued, NULL) != VSC_OK)
        return true;
    if (strcmp(issued.spki, run->state.current) == 0 || strcmp(issued.spki, run->state.old) == 0)
        return false;
    for (size_t i = 0; i < profile->supersedes.count; i++) {
        char current[SPKI_ID_SIZE];

        current_of(run->errand, profile->supersedes.items[i], current);
        if (strcmp(issued.spki, current) == 0)
            return false;
    }
    return true;
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
