/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client of vsc-card for scripts: card_client WHERE [UID], with WHERE a socket's path, or
 * "spawn:FOLDER" or "spawn:FOLDER:CONF" to start vsc-card from that folder. It becomes UID first.
 * Commands come line by line on standard input; each is answered by one line (list: by one a card):
 *   list · state CARD · find CARD · prepare CARD KEY · sign CARD KEY PIN · change CARD OLD NEW ·
 * pause SECONDS CARD may be a card's name, and KEY a number from 0. A signature is verified with
 * the certificate.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "card/remote.h"
#include "common/own.h"
#include "common/spawn.h"

#define WORDS_MAX 4

DEFINE_AUTO(X509, X509_free)
DEFINE_AUTO(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

struct client {
    struct card_source *source;
    struct card_list list; /* the last one */
};

static const struct card_info *find(const struct client *client, const char *word)
{
    for (size_t i = 0; i < client->list.count; i++) {
        const struct card_info *card = &client->list.cards[i];

        if (strcmp(card->id, word) == 0 || strcmp(card->name, word) == 0)
            return card;
    }
    return NULL;
}

static const char *card_id(const struct client *client, const char *word)
{
    const struct card_info *card = find(client, word);

    return card != NULL ? card->id : word;
}

static const struct card_key *find_key(const struct client *client, const char *card,
                                       const char *word)
{
    const struct card_info *info = find(client, card);
    char *end;
    unsigned long index = strtoul(word, &end, 10);

    return info != NULL && *end == '\0' && index < info->key_count ? &info->keys[index] : NULL;
}

static bool verifies(const struct card_key *key, const unsigned char *digest,
                     const struct card_outcome *outcome)
{
    const unsigned char *next = key->chain[0].data;
    auto_by(X509_free) X509 *cert = d2i_X509(NULL, &next, (long)key->chain[0].len);
    EVP_PKEY *public = cert != NULL ? X509_get0_pubkey(cert) : NULL;
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context =
        public != NULL ? EVP_PKEY_CTX_new(public, NULL) : NULL;

    return context != NULL && EVP_PKEY_verify_init(context) == 1 &&
           (EVP_PKEY_get_base_id(public) != EVP_PKEY_RSA ||
            EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1) &&
           EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
           EVP_PKEY_verify(context, outcome->signature, outcome->signature_len, digest,
                           DIGEST_SIZE) == 1;
}

static void say_state(const struct card_state *state)
{
    if (state->tries_known)
        (void)printf(" tries=%u/%u", state->tries_left, state->tries_max);
    (void)printf("%s%s\n", state->blocked ? " blocked" : "", state->gone ? " gone" : "");
}

static void say_fault(const char *what, enum vsc_err err, const struct problem *problem)
{
    (void)printf("%s: fault: %s: %s\n", what, vsc_strerror(err), problem->text);
}

static void do_list(struct client *client)
{
    struct problem problem = {""};
    enum vsc_err err;

    card_list_done(&client->list);
    err = client->source->ops->list(client->source, &client->list, &problem);
    if (err != VSC_OK) {
        say_fault("list", err, &problem);
        return;
    }
    for (size_t i = 0; i < client->list.count; i++) {
        const struct card_info *card = &client->list.cards[i];

        (void)printf("list: id=%s name=%s owner=%s keys=%zu%s%s\n", card->id, card->name,
                     card->owner, card->key_count, card->kind == CARD_TOKEN ? " token" : "",
                     card->restricted ? " restricted" : "");
    }
    (void)printf("list: %zu cards\n", client->list.count);
}

static void do_state(struct client *client, char *const *words)
{
    struct problem problem = {""};
    struct card_state state = {0};
    enum vsc_err err =
        client->source->ops->state(client->source, card_id(client, words[1]), &state, &problem);

    if (err != VSC_OK) {
        say_fault("state", err, &problem);
        return;
    }
    (void)printf("state:");
    say_state(&state);
}

static void do_find(struct client *client, char *const *words)
{
    struct problem problem = {""};
    struct card_found found = {.present = false};
    enum vsc_err err = client->source->ops->find_token(client->source, card_id(client, words[1]),
                                                       &found, &problem);

    if (err != VSC_OK)
        say_fault("find", err, &problem);
    else if (found.present)
        (void)printf("find: label=%.*s\n", (int)found.label_len, (const char *)found.label);
    else
        (void)printf("find: not there\n");
}

static void do_prepare(struct client *client, char *const *words)
{
    struct problem problem = {""};
    const struct card_key *key = find_key(client, words[1], words[2]);
    enum vsc_err err = client->source->ops->prepare(client->source, card_id(client, words[1]),
                                                    key != NULL ? key->id : words[2], &problem);

    if (err != VSC_OK)
        say_fault("prepare", err, &problem);
    else
        (void)printf("prepare: success\n");
}

static void do_sign(struct client *client, char *const *words)
{
    struct problem problem = {""};
    const struct card_key *key = find_key(client, words[1], words[2]);
    struct card_sign sign = {0};
    struct card_outcome outcome = {0};
    enum vsc_err err;

    (void)snprintf(sign.card, sizeof(sign.card), "%s", card_id(client, words[1]));
    (void)snprintf(sign.key, sizeof(sign.key), "%s", key != NULL ? key->id : words[2]);
    (void)SHA256((const unsigned char *)"signed", 6, sign.digest);
    err = secret_set(&sign.pin, words[3], strlen(words[3]));
    if (err == VSC_OK)
        err = client->source->ops->sign(client->source, &sign, &outcome, &problem);
    secret_done(&sign.pin);
    if (err != VSC_OK) {
        say_fault("sign", err, &problem);
        return;
    }
    (void)printf("sign: %s", vsc_strerror(outcome.result));
    if (outcome.result == VSC_OK && key != NULL && key->chain_len > 0)
        (void)printf(" %s", verifies(key, sign.digest, &outcome) ? "verified" : "NOT VERIFIED");
    say_state(&outcome.state);
}

static void do_change(struct client *client, char *const *words)
{
    struct problem problem = {""};
    struct card_change_pin change = {0};
    struct card_outcome outcome = {0};
    enum vsc_err err;

    (void)snprintf(change.card, sizeof(change.card), "%s", card_id(client, words[1]));
    err = secret_set(&change.old_pin, words[2], strlen(words[2]));
    if (err == VSC_OK)
        err = secret_set(&change.new_pin, words[3], strlen(words[3]));
    if (err == VSC_OK)
        err = client->source->ops->change_pin(client->source, &change, &outcome, &problem);
    secret_done(&change.old_pin);
    secret_done(&change.new_pin);
    if (err != VSC_OK) {
        say_fault("change", err, &problem);
        return;
    }
    (void)printf("change: %s", vsc_strerror(outcome.result));
    say_state(&outcome.state);
}

static void do_line(struct client *client, char *line)
{
    char nothing[] = "";
    char *words[WORDS_MAX] = {nothing, nothing, nothing, nothing};
    char *rest = NULL;
    size_t count = 0;

    for (char *word = strtok_r(line, " \n", &rest); word != NULL && count < WORDS_MAX;
         word = strtok_r(NULL, " \n", &rest))
        words[count++] = word;
    client->source->deadline = deadline_in(60000);
    if (strcmp(words[0], "list") == 0)
        do_list(client);
    else if (strcmp(words[0], "state") == 0)
        do_state(client, words);
    else if (strcmp(words[0], "find") == 0)
        do_find(client, words);
    else if (strcmp(words[0], "prepare") == 0)
        do_prepare(client, words);
    else if (strcmp(words[0], "sign") == 0)
        do_sign(client, words);
    else if (strcmp(words[0], "change") == 0)
        do_change(client, words);
    else if (strcmp(words[0], "pause") == 0)
        (void)sleep((unsigned)strtoul(words[1], NULL, 10));
    (void)fflush(stdout);
}

static int connect_to(const char *path)
{
    auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
        return -1;
    return take_fd(fd);
}

static int spawn(char *where)
{
    char program[] = "vsc-card", option[] = "-c";
    char *folder = where + 6;
    char *config = strchr(folder, ':');
    char *const argv[] = {program, config != NULL ? option : NULL,
                          config != NULL ? config + 1 : NULL, NULL};
    struct helper helper = HELPER_NONE;
    struct problem problem = {""};

    if (config != NULL)
        *config = '\0';
    if (helper_start(folder, program, argv, &helper, &problem) != VSC_OK) {
        (void)printf("spawn: %s\n", problem.text);
        return -1;
    }
    return helper.fd;
}

int main(int argc, char **argv)
{
    struct client client = {.source = NULL};
    char line[1024];
    int fd;

    if (argc < 2)
        return 2;
    if (argc > 2) {
        unsigned uid = (unsigned)strtoul(argv[2], NULL, 10);

        if (setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0)
            return 2;
    }
    fd = strncmp(argv[1], "spawn:", 6) == 0 ? spawn(argv[1]) : connect_to(argv[1]);
    if (fd < 0 || remote_source_new(fd, "vsc-card", &client.source) != VSC_OK) {
        (void)printf("no connection\n");
        return 1;
    }
    while (fgets(line, sizeof(line), stdin) != NULL)
        do_line(&client, line);
    card_list_done(&client.list);
    card_source_free(client.source);
    return 0;
}
