/* SPDX-License-Identifier: BSD-2-Clause */
/* A card as people and programs read it. */
#ifndef VSC_VSCMGR_PRINT_H
#define VSC_VSCMGR_PRINT_H

#include "common/json.h"
#include "common/wire_card.h"
#include "vscmgr/reach.h"

/* An element of `list --json`; with `state` (may be NULL) that of `show --json`. With `instance`
 * also the Windows device instance id. */
void print_card_json(struct json *json, const struct reach *reach, const struct card_info *card,
                     const struct card_state *state, bool instance);
void print_card(const struct reach *reach, const struct card_info *card,
                const struct card_state *state);

#endif
