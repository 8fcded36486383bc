/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/reach.h"

#include <errno.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "card/owner/chain.h"
#include "card/remote.h"
#include "card/remote_owner.h"
#include "card/tpm/key.h"
#include "card/tpm/source.h"
#include "card/tpm/store.h"
#include "common/dial.h"
#include "common/own.h"
#include "vscmgr/command.h"

bool reach_is_others(const struct conf *conf)
{
    return geteuid() != 0 && access(conf->card.store, W_OK) != 0 && errno != ENOENT;
}

static enum vsc_err open_remote(const struct conf *conf, struct reach *reach,
                                struct problem *problem)
{
    const struct deadline deadline = deadline_in(COMMAND_DEADLINE_MS);
    int fd = -1;
    enum vsc_err err = dial(conf->card.socket, &deadline, &fd);

    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s (as an ordinary user cards are reached there)",
                           conf->card.socket, strerror(errno));
    reach->remote = true;
    return remote_source_new(fd, "vsc-card", &reach->source);
}

enum vsc_err reach_open(const struct conf *conf, struct reach *ret_reach, struct problem *problem)
{
    struct reach reach = {.conf = conf};
    enum vsc_err err;

    if (reach_is_others(conf))
        err = open_remote(conf, &reach, problem);
    else
        err = tpm_source_new(conf->card.store, conf->card.tcti, &reach.source);
    if (err != VSC_OK || reach.source == NULL)
        return err != VSC_OK ? err : VSC_SYSTEM;
    reach.source->deadline = deadline_in(COMMAND_DEADLINE_MS);
    *ret_reach = reach;
    return VSC_OK;
}

void reach_close(struct reach *reach)
{
    card_source_free(reach->source);
    reach->source = NULL;
}

enum vsc_err reach_denied(struct problem *problem)
{
    return problem_set(problem, VSC_DENIED, "this is the administrator's to do");
}

enum vsc_err reach_needs_store(const struct reach *reach, struct problem *problem)
{
    return reach->remote ? reach_denied(problem) : VSC_OK;
}

/* ---- by the store -------------------------------------------------------------------------------
 */

static enum vsc_err open_change(const struct reach *reach, struct change *change,
                                struct problem *problem)
{
    const struct request request = {.problem = problem};

    return command_admin(&request, reach->conf, change);
}

static enum vsc_err public_of_store(const struct conf *conf, const char *card, const char *key,
                                    EVP_PKEY **ret_key, struct problem *problem)
{
    auto_fd int folder = -1, key_folder = -1;
    TPM2B_PRIVATE private = {0};
    TPM2B_PUBLIC area = {0};
    enum vsc_err err;

    err = store_open_card(conf->card.store, card, &folder, problem);
    if (err == VSC_OK)
        err = store_open_key(folder, key, &key_folder, problem);
    if (err == VSC_OK)
        err = store_read_key(key_folder, &area, &private, problem);
    if (err == VSC_OK)
        err = key_to_evp(&area, ret_key);
    return err;
}

/* ---- by vsc-card --------------------------------------------------------------------------------
 */

static struct card_source *remote_of(const struct reach *reach)
{
    reach->source->deadline = deadline_in(CHANGE_DEADLINE_MS);
    return reach->source;
}

static enum vsc_err public_of_made(const struct card_made *made, EVP_PKEY **ret_key,
                                   struct problem *problem)
{
    const unsigned char *next = made->spki;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &next, (long)made->spki_len);

    if (key == NULL || next != made->spki + made->spki_len) {
        EVP_PKEY_free(key);
        return problem_set(problem, VSC_PROTOCOL, "vsc-card: this is no public key");
    }
    *ret_key = key;
    return VSC_OK;
}

static enum vsc_err add_der(struct card_store *store, X509 *cert)
{
    unsigned char *der = NULL;
    int len = i2d_X509(cert, &der);
    struct der *to = &store->chain[store->chain_len];

    if (len > 0)
        to->data = malloc((size_t)len);
    if (len > 0 && to->data != NULL) {
        memcpy(to->data, der, (size_t)len);
        to->len = (size_t)len;
        store->chain_len++;
    }
    OPENSSL_free(der);
    return to->len > 0 ? VSC_OK : VSC_MEMORY;
}

static void take_key(const struct card_made *made, char ret_key[KEY_ID_SIZE])
{
    memcpy(ret_key, made->key, KEY_ID_SIZE);
}

static enum vsc_err import_remote(const struct reach *reach, const char *card, const void *bytes,
                                  size_t len, char ret_key[KEY_ID_SIZE], struct problem *problem)
{
    auto_card_store struct card_store store = {0};
    auto_chain struct chain chain = {0};
    struct card_made made;
    enum vsc_err err;

    (void)snprintf(store.card, sizeof store.card, "%s", card);
    err = chain_read(bytes, len, &chain, problem);
    for (size_t i = 0; err == VSC_OK && i < chain.count; i++)
        err = add_der(&store, chain.certs[i]);
    if (err == VSC_OK)
        err = remote_store(remote_of(reach), &store, &made, problem);
    if (err == VSC_OK)
        take_key(&made, ret_key);
    return err;
}

typedef enum vsc_err remote_use(struct card_source *source, const struct card_change_pin *secrets,
                                struct card_outcome *ret_outcome, struct problem *problem);

static enum vsc_err use_remote(const struct reach *reach, const char *card,
                               const struct secret *old_secret, const struct secret *new_secret,
                               remote_use *use, struct card_outcome *ret_outcome,
                               struct problem *problem)
{
    struct card_change_pin secrets = {0};
    enum vsc_err err;

    (void)snprintf(secrets.card, sizeof secrets.card, "%s", card);
    err = secret_set(&secrets.old_pin, old_secret->bytes, old_secret->len);
    if (err == VSC_OK)
        err = secret_set(&secrets.new_pin, new_secret->bytes, new_secret->len);
    if (err == VSC_OK)
        err = use(remote_of(reach), &secrets, ret_outcome, problem);
    secret_done(&secrets.old_pin);
    secret_done(&secrets.new_pin);
    return err;
}

/* ---- either way ---------------------------------------------------------------------------------
 */

enum vsc_err reach_public(const struct reach *reach, const char *card, const char *key,
                          EVP_PKEY **ret_key, struct problem *problem)
{
    struct card_made made;
    enum vsc_err err;

    if (!reach->remote)
        return public_of_store(reach->conf, card, key, ret_key, problem);
    err = remote_public(remote_of(reach), card, key, &made, problem);
    return err == VSC_OK ? public_of_made(&made, ret_key, problem) : err;
}

enum vsc_err reach_generate(const struct reach *reach, const char *card, enum key_type type,
                            char ret_key[KEY_ID_SIZE], struct problem *problem)
{
    auto_change struct change change = CHANGE_CLOSED;
    struct card_made made;
    enum vsc_err err;

    if (!reach->remote) {
        err = open_change(reach, &change, problem);
        return err == VSC_OK ? owner_generate(&change, card, type, ret_key, problem) : err;
    }
    err = remote_generate(remote_of(reach), card, type, &made, problem);
    if (err == VSC_OK)
        take_key(&made, ret_key);
    return err;
}

enum vsc_err reach_import(const struct reach *reach, const char *card, const void *bytes,
                          size_t len, char ret_key[KEY_ID_SIZE], struct problem *problem)
{
    auto_change struct change change = CHANGE_CLOSED;
    enum vsc_err err;

    if (reach->remote)
        return import_remote(reach, card, bytes, len, ret_key, problem);
    err = open_change(reach, &change, problem);
    return err == VSC_OK ? owner_import(&change, card, bytes, len, ret_key, problem) : err;
}

enum vsc_err reach_delete_key(const struct reach *reach, const char *card, const char *key,
                              struct problem *problem)
{
    auto_change struct change change = CHANGE_CLOSED;
    enum vsc_err err;

    if (reach->remote)
        return remote_delete_key(remote_of(reach), card, key, problem);
    err = open_change(reach, &change, problem);
    return err == VSC_OK ? owner_delete_key(&change, card, key, problem) : err;
}

enum vsc_err reach_unblock(const struct reach *reach, const char *card, const struct secret *puk,
                           const struct secret *new_pin, struct card_outcome *ret_outcome,
                           struct problem *problem)
{
    auto_change struct change change = CHANGE_CLOSED;
    enum vsc_err err;

    if (reach->remote)
        return use_remote(reach, card, puk, new_pin, remote_unblock, ret_outcome, problem);
    err = open_change(reach, &change, problem);
    return err == VSC_OK ? owner_unblock(&change, card, puk, new_pin, ret_outcome, problem) : err;
}

enum vsc_err reach_change_puk(const struct reach *reach, const char *card,
                              const struct secret *old_puk, const struct secret *new_puk,
                              struct card_outcome *ret_outcome, struct problem *problem)
{
    auto_change struct change change = CHANGE_CLOSED;
    enum vsc_err err;

    if (reach->remote)
        return use_remote(reach, card, old_puk, new_puk, remote_change_puk, ret_outcome, problem);
    err = open_change(reach, &change, problem);
    return err == VSC_OK ? owner_change_puk(&change, card, old_puk, new_puk, ret_outcome, problem)
                         : err;
}
