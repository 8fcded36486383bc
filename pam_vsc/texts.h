/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every text that a person sees, in one place, in the host's language (gettext's domain pam_vsc):
 * whole sentences, plural forms apart. Names that come in are safe to show already (common/text.h);
 * prompts end with ": ". Codes such as (VSC-BLOCKED) are the same in every language.
 */
#ifndef VSC_PAM_VSC_TEXTS_H
#define VSC_PAM_VSC_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "common/pin_policy.h"
#include "common/reason.h"
#include "common/wire_card.h"
#include "common/wire_tgt.h"
#include "common/wire_stale.h"

#define TEXTS_SIZE 1024

/* Say where the translations lie, if they are not where libc looks. Nothing else of the host's. */
void texts_begin(void);

/* "PIN for TestVSC (Alice Smith): ", or with the tries left where they are not full. */
void texts_pin_prompt(char to[TEXTS_SIZE], const char *card, const char *person,
                      const struct card_state *state);
/* "Current PIN for TestVSC: ", with the tries left likewise. */
void texts_old_pin_prompt(char to[TEXTS_SIZE], const char *card, const struct card_state *state);
void texts_new_pin_prompt(char to[TEXTS_SIZE], const char *card);
const char *texts_new_pin_again(void);
const char *texts_pins_differ(void);
const char *texts_pin_changed(void);
/* Somebody else chose the PIN. */
const char *texts_must_change(void);
const char *texts_same_pin(void);
const char *texts_not_without_a_new_pin(void);
const char *texts_change_elsewhere(void);

/* "PUK of TestVSC, for a new PIN (or Enter alone): " */
void texts_puk_prompt(char to[TEXTS_SIZE], const char *card);
void texts_wrong_puk(char to[TEXTS_SIZE], const struct card_state *state);
const char *texts_puk_blocked(void);
/* What to read to the help desk, and how its answer is asked for. */
void texts_challenge(char to[TEXTS_SIZE], const char *card_code, const char *code);
void texts_answer_prompt(char to[TEXTS_SIZE], const char *card);
const char *texts_wrong_answer(void);
const char *texts_mistyped_answer(void);

void texts_wrong_pin(char to[TEXTS_SIZE], const struct card_state *state);
/* A PIN that breaks the card's rules, and one of which the card alone knows why. */
void texts_not_a_pin(char to[TEXTS_SIZE], const struct pin_flaw *flaw);
const char *texts_breaks_policy(void);
void texts_blocked(char to[TEXTS_SIZE], const char *card, const struct card_state *state);
void texts_tpm_locked(char to[TEXTS_SIZE], uint32_t seconds);
const char *texts_card_gone(void);
void texts_no_certificate(char to[TEXTS_SIZE], const char *card);
void texts_refused(char to[TEXTS_SIZE], const char *card, enum reason reason);

void texts_expires(char to[TEXTS_SIZE], int32_t days);
/* Why there is no Kerberos ticket. */
void texts_no_ticket(char to[TEXTS_SIZE], enum tgt_outcome outcome);
/* What was out of date; nothing named where that could not be learned. */
void texts_stale(char to[TEXTS_SIZE], const struct stale *stale);

/* A choice: what stands above it, and how one line of it is written; `label` may be empty. */
const char *texts_choice_head(void);
const char *texts_change_head(void);
void texts_choice(char to[TEXTS_SIZE], const char *label, const char *card);
void texts_choice_card_first(char to[TEXTS_SIZE], const char *label, const char *card);
void texts_choice_numbered(char to[TEXTS_SIZE], size_t number, const char *what);
const char *texts_use_a_password(void);
/* Two ways to sign in, where a login screen lets the person choose. */
const char *texts_smartcard(void);
const char *texts_password(void);
const char *texts_choice_prompt(void);
const char *texts_no_such_choice(void);

/* For login screens that would start over at once. */
const char *texts_cannot_sign_in(void);
const char *texts_press_enter(void);

#endif
