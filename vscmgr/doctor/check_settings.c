/* SPDX-License-Identifier: BSD-2-Clause */
/* What the configuration lacks although it can be read. */
#include <errno.h>
#include <openssl/x509.h>
#include <string.h>
#include <unistd.h>

#include "certcheck/certs.h"
#include "certcheck/openssl_own.h"
#include "vscmgr/doctor/doctor.h"

static void check_anchors(struct doctor *doctor)
{
    const struct source source = {doctor->conf->trust.anchors, doctor->conf->trust.anchors_named,
                                  true};
    auto_by(x509_stack_free) STACK_OF(X509) *anchors = sk_X509_new_null();
    struct problem problem = {""};

    if (anchors == NULL)
        return;
    if (certs_load(&source, anchors, &problem) != VSC_OK)
        doctor_find(doctor, FINDING_CONF_FAULT, NULL, "trust.anchors: %s", problem.text);
    else if (sk_X509_num(anchors) == 0)
        doctor_find(doctor, FINDING_NO_ANCHOR, NULL, "%s", doctor->conf->trust.anchors);
}

void check_settings(struct doctor *doctor)
{
    const struct conf *conf = doctor->conf;

    if (conf == NULL)
        return;
    check_anchors(doctor);
    if (conf->mapping.rule_count == 0)
        doctor_find(doctor, FINDING_NO_RULE, NULL, NULL);
    for (size_t i = 0; i < conf->card.pkcs11_modules.count; i++)
        if (access(conf->card.pkcs11_modules.items[i], R_OK) != 0)
            doctor_find(doctor, FINDING_PKCS11_MODULE, NULL, "%s: %s",
                        conf->card.pkcs11_modules.items[i], strerror(errno));
}
