/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A certificate that comes with others, before an anchor, a CA and lists that are sound and whose
 * keys are made anew in each run. The first byte says what the rest is:
 * even: a file as certcheck takes it. Nobody has the keys, so nothing of it is ever accepted.
 * odd: what the CA signs for the certificate to be checked. Then only what is good is accepted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certcheck/certs.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "certcheck/source.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/hostile_case.h"

#define AT INT64_C(1798761600) /* 2027-01-01 */

DEFINE_AUTO(struct evaluation, evaluation_free)

static char folder[] = "/tmp/vsc-fuzz-chain-XXXXXX";

static void must(int holds)
{
    if (!holds)
        abort();
}

static void tidy(void)
{
    static const char *const files[] = {"anchors/file", "pool/file", "lists/file", "check",
                                        "conf",         "anchors",   "pool",       "lists"};
    char path[128];

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
        (void)remove(path);
    }
    (void)rmdir(folder);
}

/* Made once. */
static const struct evaluator *evaluator(void)
{
    static struct evaluator *made;
    static struct conf *conf;
    static struct evaluator_places places;
    static const struct hostile_case good;
    struct problem problem = {""};
    char path[128];

    if (made != NULL)
        return made;
    must(mkdtemp(folder) != NULL && atexit(tidy) == 0);
    hostile_write(folder, &good);
    (void)snprintf(path, sizeof(path), "%s/conf", folder);
    must(conf_load(path, &conf, &problem) == VSC_OK);
    places = evaluator_places_of(conf);
    must(evaluator_new(conf, &places, &account_nss, &made, &problem) == VSC_OK);
    return made;
}

static enum vsc_err add(void *arg, const char *file, const unsigned char *der, size_t len)
{
    STACK_OF(X509) *certs = arg;
    X509 *cert = NULL;

    (void)file;
    if (cert_parse(der, len, &cert) == VSC_OK)
        must(sk_X509_push(certs, cert) > 0);
    return sk_X509_num(certs) < CERTS_MAX ? VSC_OK : VSC_INPUT;
}

/* The bytes as what is signed in a certificate. */
static void sign(const uint8_t *data, size_t size, struct buf *to)
{
    struct forge *forge = forge_new();
    char *notation = calloc(1, 2 * size + 1);

    must(notation != NULL);
    for (size_t i = 0; i < size; i++)
        (void)snprintf(notation + 2 * i, 3, "%02x", data[i]);
    forge_set(forge, "leaf.tbs", notation);
    forge_put(forge, "leaf.der", to);
    forge_free(forge);
    free(notation);
}

static void check(const struct evaluation *evaluation, bool is_signed)
{
    must(evaluation->accepted == (evaluation->verdict.count == 0));
    if (!evaluation->accepted)
        return;
    must(is_signed && evaluation->facts != NULL && evaluation->mapped);
    must(evaluation->facts->upn_state == UPN_ONE);
    must(facts_list_has(&evaluation->facts->eku, "1.3.6.1.4.1.311.20.2.2"));
    must(evaluation->facts->not_before <= AT && AT <= evaluation->facts->not_after);
    must(!evaluation->facts->is_ca && evaluation->chain.count == 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    auto_by(evaluation_free) struct evaluation *evaluation = NULL;
    auto_buf struct buf content;
    bool is_signed = size > 0 && (data[0] & 1) != 0;
    struct evaluation_request request = {.at = AT};
    const struct evaluator *before = evaluator();

    buf_init(&content, FORGE_MAX);
    if (size == 0 || certs == NULL)
        return 0;
    if (is_signed)
        sign(data + 1, size - 1, &content);
    else
        buf_put(&content, data + 1, size - 1);
    if (!source_is_foreign(&content) &&
        source_split(&content, "file", SOURCE_CERTIFICATES, add, certs) != VSC_OK)
        return 0;
    request.certs = certs;
    request.purpose = before->conf->policy.purpose;
    request.revocation = before->conf->revocation.mode;
    must(evaluation_new(before, &request, &evaluation) == VSC_OK);
    check(evaluation, is_signed);
    return 0;
}
