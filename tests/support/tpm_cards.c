/* SPDX-License-Identifier: BSD-2-Clause */
/* Native cards on a software TPM for cmocka tests, see the header. */
#include "tests/support/tpm_cards.h"

#include <stdio.h>
#include <string.h>

#include "card/tpm/source.h"
#include "common/own.h"

#define DEADLINE_MS 60000

DEFINE_AUTO(struct card_source, card_source_free)

bool tpm_cards_start(struct tpm_cards *cards)
{
    memset(cards, 0, sizeof *cards);
    if (!tpm_rig_start(&cards->tpm)) {
        tpm_rig_stop(&cards->tpm);
        return false;
    }
    (void)snprintf(cards->store, sizeof cards->store, "%s/store", cards->tpm.dir);
    (void)snprintf(cards->tcti, sizeof cards->tcti, "%s", cards->tpm.tcti);
    return true;
}

void tpm_cards_stop(struct tpm_cards *cards)
{
    tpm_rig_stop(&cards->tpm);
}

enum vsc_err tpm_cards_make(struct tpm_cards *cards, const struct tpm_card_spec *spec,
                            char ret_id[STORE_CARD_SIZE], struct problem *problem)
{
    auto_secret struct secret pin = {0}, admin_key = {0}, puk = {0}, helpdesk = {0};
    struct card_new card = {.pin = &pin, .admin_key = &admin_key, .first_key = spec->key};
    auto_change struct change admin = CHANGE_CLOSED;
    struct problem leftover = {0};
    bool fallback = false;
    enum vsc_err err;

    card.conf.policy = PIN_POLICY_DEFAULT;
    card.conf.tries = spec->tries;
    (void)snprintf(card.conf.name, sizeof card.conf.name, "%s", spec->name);
    err = secret_set(&pin, TEST_PIN, strlen(TEST_PIN));
    if (err == VSC_OK)
        err = secret_set(&admin_key, TEST_ADMIN_KEY, ADMIN_KEY_SIZE);
    if (err == VSC_OK && spec->puk != NULL) {
        err = secret_set(&puk, spec->puk, strlen(spec->puk));
        card.puk = &puk;
    }
    if (err == VSC_OK && spec->helpdesk != NULL) {
        err = secret_set(&helpdesk, spec->helpdesk, strlen(spec->helpdesk));
        card.helpdesk = &helpdesk;
    }
    if (err == VSC_OK)
        err = admin_open(&admin, cards->store, cards->tcti, "", &leftover, problem);
    if (err == VSC_OK)
        err = admin_create(&admin, &card, ret_id, &fallback, problem);
    if (err != VSC_OK && problem != NULL)
        (void)fprintf(stderr, "# create: %s: %s\n", vsc_strerror(err), problem->text);
    return err;
}

enum vsc_err tpm_cards_destroy(struct tpm_cards *cards, const char *id, struct problem *problem)
{
    auto_change struct change admin = CHANGE_CLOSED;
    struct problem leftover = {0};
    enum vsc_err err;

    err = admin_open(&admin, cards->store, cards->tcti, "", &leftover, problem);
    return err == VSC_OK ? admin_destroy(&admin, id, problem) : err;
}

struct card_source *tpm_cards_source(struct tpm_cards *cards)
{
    struct card_source *source = NULL;

    if (tpm_source_new(cards->store, cards->tcti, &source) != VSC_OK)
        return NULL;
    source->deadline = deadline_in(DEADLINE_MS);
    return source;
}

enum vsc_err tpm_cards_sign(struct tpm_cards *cards, const char *id, const char *pin,
                            struct card_outcome *ret_outcome)
{
    auto_by(card_source_free) struct card_source *source = tpm_cards_source(cards);
    struct card_sign sign = {.key = "00", .digest = "a digest of thirty-two byte long"};
    struct problem problem = {0};
    enum vsc_err err;

    (void)snprintf(sign.card, sizeof sign.card, "%s", id);
    err = secret_set(&sign.pin, pin, strlen(pin));
    if (err == VSC_OK)
        err = source->ops->sign(source, &sign, ret_outcome, &problem);
    if (err != VSC_OK)
        (void)fprintf(stderr, "# sign: %s: %s\n", vsc_strerror(err), problem.text);
    return err == VSC_OK ? ret_outcome->result : err;
}

enum vsc_err tpm_cards_change(struct tpm_cards *cards, const char *id, const char *old_pin,
                              const char *new_pin, struct card_outcome *ret_outcome)
{
    auto_by(card_source_free) struct card_source *source = tpm_cards_source(cards);
    struct card_change_pin change = {0};
    struct problem problem = {0};
    enum vsc_err err;

    (void)snprintf(change.card, sizeof change.card, "%s", id);
    err = secret_set(&change.old_pin, old_pin, strlen(old_pin));
    if (err == VSC_OK)
        err = secret_set(&change.new_pin, new_pin, strlen(new_pin));
    if (err == VSC_OK)
        err = source->ops->change_pin(source, &change, ret_outcome, &problem);
    if (err != VSC_OK)
        (void)fprintf(stderr, "# change: %s: %s\n", vsc_strerror(err), problem.text);
    return err == VSC_OK ? ret_outcome->result : err;
}

enum vsc_err tpm_cards_objects(struct tpm_cards *cards, const char *id, struct objects *ret_objects)
{
    auto_fd int card = -1;
    enum vsc_err err = store_open_card(cards->store, id, &card, NULL);

    return err == VSC_OK ? store_read_objects(card, ret_objects, NULL) : err;
}

int tpm_cards_lockout_counter(struct tpm_cards *cards)
{
    struct tpm tpm = {.deadline = deadline_in(DEADLINE_MS)};
    TPMS_CAPABILITY_DATA *data = NULL;
    TPMI_YES_NO more;
    int counter = -1;

    if (tpm_open(&tpm, cards->tpm.tcti, NULL) != VSC_OK)
        return -1;
    if (Esys_GetCapability(tpm.esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                           TPM2_CAP_TPM_PROPERTIES, TPM2_PT_LOCKOUT_COUNTER, 1, &more,
                           &data) == TSS2_RC_SUCCESS)
        counter = (int)data->data.tpmProperties.tpmProperty[0].value;
    Esys_Free(data);
    tpm_close(&tpm);
    return counter;
}
