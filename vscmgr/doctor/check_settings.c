/* SPDX-License-Identifier: BSD-2-Clause */
/* What the configuration lacks although it can be read. */
#include <errno.h>
#include <openssl/x509.h>
#include <string.h>
#include <unistd.h>

#include "certcheck/certs.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "vscmgr/doctor/doctor.h"

/* How many certificates a key of the configuration names. One that cannot be read stops each
 * sign-in. */
static int count_certs(struct doctor *doctor, const char *key, const struct source *source)
{
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    struct problem problem = {""};

    if (certs == NULL)
        return -1;
    if (certs_load(source, certs, &problem) == VSC_OK)
        return sk_X509_num(certs);
    doctor_find(doctor, FINDING_CONF_FAULT, NULL, "%s: %s", key, problem.text);
    return -1;
}

static void check_trust(struct doctor *doctor)
{
    const struct evaluator_places places = evaluator_places_of(doctor->conf);

    if (count_certs(doctor, "trust.anchors", &places.anchors) == 0)
        doctor_find(doctor, FINDING_NO_ANCHOR, NULL, "%s", doctor->conf->trust.anchors);
    (void)count_certs(doctor, "trust.intermediates", &places.intermediates);
    (void)count_certs(doctor, "trust.ntauth", &places.ntauth);
}

void check_settings(struct doctor *doctor)
{
    const struct conf *conf = doctor->conf;

    if (conf == NULL)
        return;
    check_trust(doctor);
    if (conf->mapping.rule_count == 0)
        doctor_find(doctor, FINDING_NO_RULE, NULL, NULL);
    for (size_t i = 0; i < conf->card.pkcs11_modules.count; i++)
        if (access(conf->card.pkcs11_modules.items[i], R_OK) != 0)
            doctor_find(doctor, FINDING_PKCS11_MODULE, NULL, "%s: %s",
                        conf->card.pkcs11_modules.items[i], strerror(errno));
}
