/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/check_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certcheck/openssl_own.h"
#include "tests/support/pki.h"

#define FILES_MAX 16

static void expect(int true_or_not, const char *what)
{
    if (!true_or_not) {
        (void)fprintf(stderr, "check_client: %s\n", what);
        abort();
    }
}

void client_begin(struct message *request, const char *service, const char *user, const char *rhost)
{
    struct check_begin begin = {.tty = "tty1"};

    (void)snprintf(begin.service, sizeof(begin.service), "%s", service);
    (void)snprintf(begin.user, sizeof(begin.user), "%s", user);
    (void)snprintf(begin.rhost, sizeof(begin.rhost), "%s", rhost);
    message_init(request, WIRE_CHECK_BEGIN);
    check_begin_encode(&request->body, &begin);
}

/* The DER of all certificates of a file; freed by free_chain(). */
static size_t load_chain(const char *file, struct der chain[CHAIN_MAX])
{
    STACK_OF(X509) *certs = pki_certs(file);
    size_t count = (size_t)sk_X509_num(certs);

    expect(count <= CHAIN_MAX, "chain too long");
    for (size_t i = 0; i < count; i++) {
        unsigned char *der = NULL;
        int len = i2d_X509(sk_X509_value(certs, (int)i), &der);

        expect(len > 0, "no DER");
        chain[i] = (struct der){.data = der, .len = (size_t)len};
    }
    x509_stack_free(certs);
    return count;
}

static void free_chain(struct der *chain, size_t count)
{
    for (size_t i = 0; i < count; i++)
        OPENSSL_free(chain[i].data);
}

void client_evaluate(struct message *request, const char *const *files, size_t count)
{
    struct der chains[FILES_MAX][CHAIN_MAX];
    struct check_candidate candidates[FILES_MAX];

    expect(count <= FILES_MAX, "too many files");
    for (size_t i = 0; i < count; i++) {
        candidates[i].chain = chains[i];
        candidates[i].chain_len = load_chain(files[i], chains[i]);
    }
    message_init(request, WIRE_CHECK_EVALUATE);
    check_evaluate_encode(&request->body, candidates, count);
    for (size_t i = 0; i < count; i++)
        free_chain(chains[i], candidates[i].chain_len);
}

void client_evaluate_garbage(struct message *request)
{
    unsigned char bytes[] = {0x30, 0x03, 0x02, 0x01, 0x05};
    struct der der = {.data = bytes, .len = sizeof(bytes)};
    struct check_candidate candidate = {.chain = &der, .chain_len = 1};

    message_init(request, WIRE_CHECK_EVALUATE);
    check_evaluate_encode(&request->body, &candidate, 1);
}

void client_prove(struct message *request, uint32_t index, const unsigned char *signature,
                  size_t len)
{
    struct check_prove prove = {.index = index, .signature_len = len};

    expect(len <= sizeof(prove.signature), "signature too long");
    memcpy(prove.signature, signature, len);
    message_init(request, WIRE_CHECK_PROVE);
    check_prove_encode(&request->body, &prove);
}

void client_recheck(struct message *request, const char *user, const char *file)
{
    struct check_recheck recheck = {0};

    (void)snprintf(recheck.user, sizeof(recheck.user), "%s", user);
    recheck.chain_len = load_chain(file, recheck.chain);
    message_init(request, WIRE_CHECK_RECHECK);
    check_recheck_encode(&request->body, &recheck);
    free_chain(recheck.chain, recheck.chain_len);
}

static struct reader read_body(const struct message *answer, enum wire_type type)
{
    struct reader reader;

    expect(answer->type == type, wire_type_name((uint16_t)answer->type));
    reader_init(&reader, answer->body.data, answer->body.len);
    return reader;
}

struct check_begun client_begun(const struct message *answer)
{
    struct reader reader = read_body(answer, WIRE_CHECK_BEGUN);
    struct check_begun begun;

    expect(check_begun_decode(&reader, &begun) == VSC_OK, "malformed BEGUN");
    return begun;
}

struct check_evaluations client_evaluated(const struct message *answer)
{
    struct reader reader = read_body(answer, WIRE_CHECK_EVALUATED);
    struct check_evaluations evaluations;

    expect(check_evaluations_decode(&reader, &evaluations) == VSC_OK, "malformed EVALUATED");
    return evaluations;
}

struct check_verdict client_verdict(const struct message *answer)
{
    struct reader reader;
    struct check_verdict verdict;

    reader_init(&reader, answer->body.data, answer->body.len);
    expect(check_verdict_decode(&reader, &verdict) == VSC_OK, "malformed verdict");
    return verdict;
}

const char *client_codes(const uint16_t *reasons, size_t count)
{
    static char codes[1024];
    size_t len = 0;

    codes[0] = '\0';
    for (size_t i = 0; i < count && len < sizeof(codes); i++)
        len += (size_t)snprintf(codes + len, sizeof(codes) - len, "%s%s", i > 0 ? " " : "",
                                reason_code((enum reason)reasons[i]));
    return codes;
}
