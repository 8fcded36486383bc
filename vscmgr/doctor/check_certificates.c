/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificates of each card: is there one, is it its key's, and would it sign its owner in? */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "card/tpm/key.h"
#include "certcheck/certs.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "common/own.h"
#include "common/reason.h"
#include "vscmgr/doctor/each_card.h"

#define DAY_SECONDS 86400

DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO(struct evaluation, evaluation_free)
DEFINE_AUTO(struct evaluator, evaluator_free)

struct looking {
    const struct evaluator *evaluator; /* NULL where trust cannot be read */
    unsigned keys, certificates;       /* of the card at hand */
};

static STACK_OF(X509) * parse_chain(const struct der *chain, size_t count)
{
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();

    for (size_t i = 0; certs != NULL && i < count; i++) {
        auto_by(X509_free) X509 *cert = NULL;

        if (cert_parse(chain[i].data, chain[i].len, &cert) != VSC_OK)
            continue;
        if (sk_X509_push(certs, cert) <= 0)
            return NULL;
        (void)take(cert);
    }
    return take(certs);
}

static void check_pair(struct doctor *doctor, const struct doctor_card *card, const char *key,
                       const TPM2B_PUBLIC *area, X509 *cert)
{
    auto_by(EVP_PKEY_free) EVP_PKEY *ours = NULL;

    if (key_to_evp(area, &ours) != VSC_OK || EVP_PKEY_eq(ours, X509_get0_pubkey(cert)) != 1)
        doctor_find(doctor, FINDING_CERT_WITHOUT_KEY, card->id, "key %s", key);
}

/* As at a sign-in now, by its owner, through no particular service. */
static void check_verdict(struct doctor *doctor, const struct doctor_card *card, const char *key,
                          const struct evaluator *evaluator, STACK_OF(X509) * certs)
{
    struct evaluation_request request = evaluation_request_of(doctor->conf);
    auto_by(evaluation_free) struct evaluation *evaluation = NULL;
    int64_t days;

    request.certs = certs;
    request.at = time(NULL);
    request.at_is_clock = true;
    request.user = card->conf.has_owner ? card->conf.owner : NULL;
    if (evaluation_new(evaluator, &request, &evaluation) != VSC_OK)
        return;
    for (size_t i = 0; i < evaluation->verdict.count; i++)
        doctor_find(doctor, FINDING_CERT_REFUSED, card->id, "key %s: %s: %s (%s)", key,
                    reason_code(evaluation->verdict.items[i].reason),
                    evaluation->verdict.items[i].text,
                    reason_remedy(evaluation->verdict.items[i].reason));
    if (!evaluation->accepted || evaluation->facts == NULL)
        return;
    days = (evaluation->facts->not_after - request.at) / DAY_SECONDS;
    if (days <= doctor->conf->login.warn_days)
        doctor_find(doctor, FINDING_CERT_EXPIRING, card->id, "key %s: in %d days", key, (int)days);
}

static void check_key(struct doctor *doctor, const struct doctor_card *card, const char *key,
                      struct looking *looking)
{
    auto_fd int folder = -1;
    auto_by(x509_stack_free) STACK_OF(X509) *certs = NULL;
    struct der chain[CHAIN_MAX] = {{0}};
    TPM2B_PRIVATE private = {0};
    TPM2B_PUBLIC area = {0};
    struct problem problem = {""};
    size_t count = 0;
    enum vsc_err err = store_open_key(card->folder, key, &folder, &problem);

    if (err == VSC_OK)
        err = store_read_key(folder, &area, &private, &problem);
    if (err == VSC_OK)
        err = store_read_chain(folder, chain, &count, &problem);
    looking->keys++;
    if (err != VSC_OK) {
        doctor_find(doctor, FINDING_CARD_DAMAGED, card->id, "key %s: %s", key, problem.text);
        return;
    }
    certs = parse_chain(chain, count);
    for (size_t i = 0; i < count; i++)
        free(chain[i].data);
    if (count == 0 || certs == NULL)
        return;
    looking->certificates++;
    if (sk_X509_num(certs) > 0)
        check_pair(doctor, card, key, &area, sk_X509_value(certs, 0));
    if (looking->evaluator != NULL)
        check_verdict(doctor, card, key, looking->evaluator, certs);
}

static void check_card(struct doctor *doctor, struct doctor_card *card, void *arg)
{
    auto_free char(*ids)[STORE_CARD_SIZE] = NULL;
    struct looking *looking = arg;
    size_t count = 0;

    if (card_key_ids(card->folder, &ids, &count) != VSC_OK)
        return;
    looking->keys = 0;
    looking->certificates = 0;
    for (size_t i = 0; i < count; i++)
        check_key(doctor, card, ids[i], looking);
    if (looking->keys == 0)
        doctor_find(doctor, FINDING_CARD_EMPTY, card->id, NULL);
    else if (looking->certificates == 0)
        doctor_find(doctor, FINDING_NO_CERTIFICATE, card->id, NULL);
}

void check_certificates(struct doctor *doctor)
{
    auto_by(evaluator_free) struct evaluator *evaluator = NULL;
    struct looking looking = {0};
    struct problem problem = {""};
    struct evaluator_places places;
    enum vsc_err err;

    if (doctor->conf == NULL)
        return;
    places = evaluator_places_of(doctor->conf);
    err = evaluator_new(doctor->conf, &places, &account_nss, &evaluator, &problem);
    if (err == VSC_OK)
        looking.evaluator = evaluator;
    else if (!doctor_has(doctor, FINDING_CONF_FAULT))
        doctor_find(doctor, FINDING_CONF_FAULT, NULL, "%s", problem.text);
    each_card(doctor, false, check_card, &looking);
}
