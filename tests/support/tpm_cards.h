/* SPDX-License-Identifier: BSD-2-Clause */
/* Native cards on a software TPM for cmocka tests: made as vscmgr makes them, used as vsc-card. */
#ifndef VSC_TESTS_SUPPORT_TPM_CARDS_H
#define VSC_TESTS_SUPPORT_TPM_CARDS_H

#include "card/admin/admin.h"
#include "card/card.h"
#include "tests/support/tpm_rig.h"

#define TEST_PIN       "12345678"
#define TEST_ADMIN_KEY "0123456789abcdef01234567" /* the 24 bytes themselves */

struct tpm_cards {
    struct tpm_rig tpm;
    char store[160];
    char tcti[96]; /* what cards are made and used with: tpm.tcti, or with "pcap:" before it */
};

struct tpm_card_spec {
    const char *name;
    unsigned tries;
    enum key_type key;
    const char *puk, *helpdesk; /* NULL: none */
};

/* Start a TPM and an empty store. */
bool tpm_cards_start(struct tpm_cards *cards);
void tpm_cards_stop(struct tpm_cards *cards);
must_check enum vsc_err tpm_cards_make(struct tpm_cards *cards, const struct tpm_card_spec *spec,
                                       char ret_id[STORE_CARD_SIZE], struct problem *problem);
must_check enum vsc_err tpm_cards_destroy(struct tpm_cards *cards, const char *id,
                                          struct problem *problem);
/* A new source, as a new process would have it, with a deadline. */
struct card_source *tpm_cards_source(struct tpm_cards *cards);
/* Sign with key 00 in a new source: the outcome's result, or the error. */
enum vsc_err tpm_cards_sign(struct tpm_cards *cards, const char *id, const char *pin,
                            struct card_outcome *ret_outcome);
enum vsc_err tpm_cards_change(struct tpm_cards *cards, const char *id, const char *old_pin,
                              const char *new_pin, struct card_outcome *ret_outcome);
/* The card's objects file. */
must_check enum vsc_err tpm_cards_objects(struct tpm_cards *cards, const char *id,
                                          struct objects *ret_objects);
/* TPM2_PT_LOCKOUT_COUNTER, or -1. */
int tpm_cards_lockout_counter(struct tpm_cards *cards);

#endif
