/* SPDX-License-Identifier: BSD-2-Clause */
#include "tgt/exchange.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/sandbox.h"
#include "common/text.h"
#include "tgt/host_keys.h"
#include "tgt/outcome.h"
#include "tgt/owner.h"
#include "tgt/pkinit.h"
#include "tgt/principal.h"

#define SOCKET_VARIABLE "VSC_PKCS11_SOCKET" /* vsc-pkcs11(8) */
#define IDENTITY_SIZE   (PATH_MAX + 256)

void exchange_before(void *data)
{
    struct exchange *exchange = data;

    exchange->keys = host_keys_read(&exchange->keys_broken);
}

void exchange_forked(void *data)
{
    struct exchange *exchange = data;

    secret_done(&exchange->get->pin);
}

/*
 * Network and libkrb5's plugins are the purpose, and krb5.conf may name files anywhere: all system
 * calls but the dangerous ones, and nothing can be written.
 */
static enum vsc_err close_sandbox(struct problem *problem)
{
    static const struct sandbox_path paths[] = {
        {"/", SANDBOX_READ | SANDBOX_EXEC},
        {"/dev/null", SANDBOX_DEVICE},
    };
    const struct sandbox sandbox = {
        .paths = paths,
        .path_count = sizeof(paths) / sizeof(paths[0]),
        .unix_sockets = true,
        .inet_sockets = true,
        .threads = true,
        .loose = true,
    };

    return sandbox_close(&sandbox, problem);
}

static void fail(krb5_context context, enum tgt_outcome outcome, krb5_error_code code,
                 struct worker_result *result)
{
    const char *text = krb5_get_error_message(context, code);

    worker_result_set(result, outcome, code, text);
    krb5_free_error_message(context, text);
}

/* The name that the KDC is asked for. */
enum asking {
    AS_ENTERPRISE, /* the UPN, which the KDC turns into the principal */
    AS_PRINCIPAL,  /* the one that it would be: a KDC may know no enterprise names */
};

/* KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN where the UPN is no principal of this realm. */
static krb5_error_code parse_client(krb5_context context, const char *upn, enum asking asking,
                                    krb5_principal *ret_client)
{
    char name[CERT_TEXT_SIZE];
    const char *suffix = "";
    char *realm = NULL;
    size_t len = 0;
    bool is_realms;
    krb5_error_code code;

    if (asking == AS_ENTERPRISE)
        return krb5_parse_name_flags(context, upn, KRB5_PRINCIPAL_PARSE_ENTERPRISE, ret_client);
    code = krb5_get_default_realm(context, &realm);
    if (code != 0)
        return code;
    is_realms = owner_split_upn(upn, &len, &suffix) && strcasecmp(suffix, realm) == 0;
    krb5_free_default_realm(context, realm);
    if (!is_realms)
        return KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN;
    (void)snprintf(name, sizeof(name), "%.*s", (int)len, upn);
    return krb5_parse_name(context, name, ret_client);
}

static void take_creds(krb5_context context, krb5_creds *creds, const char *principal,
                       struct worker_result *result)
{
    krb5_data *data = NULL;
    const krb5_error_code code = krb5_marshal_credentials(context, creds, &data);

    if (code != 0) {
        fail(context, TGT_NONE, code, result);
        return;
    }
    buf_put(&result->creds, data->data, data->length);
    explicit_bzero(data->data, data->length);
    krb5_free_data(context, data);
    (void)snprintf(result->principal, sizeof(result->principal), "%s", principal);
    if (buf_status(&result->creds) != VSC_OK || !text_is_printable(principal) ||
        strlen(principal) >= sizeof(result->principal)) {
        result->principal[0] = '\0';
        worker_result_set(result, TGT_NONE, 0, "the ticket cannot be kept");
        return;
    }
    worker_result_set(result, TGT_DONE, 0, "");
}

/* A ticket counts if it is the account's, and its KDC the host's. */
static void judge(krb5_context context, const struct exchange *exchange, krb5_creds *creds,
                  struct worker_result *result)
{
    char *principal = NULL;
    krb5_error_code code = krb5_unparse_name(context, creds->client, &principal);

    if (code != 0) {
        fail(context, TGT_NONE, code, result);
        return;
    }
    if (!principal_is_accounts(context, creds->client, exchange->get->account)) {
        worker_result_set(result, TGT_MISMATCH, 0, principal);
    } else if (exchange->keys_broken) {
        worker_result_set(result, TGT_UNTRUSTED, 0, "the host's keytab cannot be read");
    } else {
        code = host_keys_try(context, exchange->keys, creds);
        result->verified = code == 0 && exchange->keys != NULL;
        if (code == 0)
            take_creds(context, creds, principal, result);
        else
            fail(context, outcome_of_verification(code), code, result);
    }
    krb5_free_unparsed_name(context, principal);
}

/*
 * One exchange, in a context of its own, for libkrb5's PKINIT takes one identity for each. True:
 * the KDC does not know the name, and was told nothing that a second exchange would tell again.
 */
static bool run(const struct exchange *exchange, const char *identity, enum asking asking,
                struct worker_result *result)
{
    struct pkinit pkinit = {
        .identity = identity, .anchors = exchange->anchors, .pin = &exchange->get->pin};
    krb5_principal client = NULL;
    krb5_context context;
    krb5_creds creds;
    krb5_error_code code = krb5_init_context(&context);

    if (code != 0) {
        worker_result_set(result, TGT_NONE, code, "libkrb5 cannot be used: see krb5.conf");
        return false;
    }
    memset(&creds, 0, sizeof(creds));
    if (exchange->realm[0] != '\0')
        code = krb5_set_default_realm(context, exchange->realm);
    if (code == 0)
        code = parse_client(context, exchange->get->upn, asking, &client);
    if (code == 0)
        code = pkinit_get(context, client, &pkinit, &creds);
    if (code == 0)
        judge(context, exchange, &creds, result);
    else
        fail(context, outcome_of(code), code, result);
    krb5_free_cred_contents(context, &creds);
    if (client != NULL)
        krb5_free_principal(context, client);
    krb5_free_context(context);
    return code == KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN && pkinit.answers == 0;
}

void exchange_run(void *data, struct worker_result *result)
{
    const struct exchange *exchange = data;
    struct problem problem = {""};
    char identity[IDENTITY_SIZE];

    if (!pkinit_identity(exchange->module, exchange->get->card, exchange->get->key, identity,
                         sizeof(identity))) {
        worker_result_set(result, TGT_NONE, 0, "the card is no virtual one");
        return;
    }
    if (close_sandbox(&problem) != VSC_OK && exchange->as_root) {
        worker_result_set(result, TGT_NONE, 0, problem.text);
        return;
    }
    if (setenv(SOCKET_VARIABLE, exchange->socket, 1) != 0)
        return;
    if (run(exchange, identity, AS_ENTERPRISE, result))
        (void)run(exchange, identity, AS_PRINCIPAL, result);
}
