/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client of vsc-tgt for scripts, one request a call, from the folder FOLDER of the helpers:
 *   tgt_client FOLDER get ACCOUNT UID UPN CARD KEY PIN [CCACHE]
 *   tgt_client FOLDER place ACCOUNT UID TICKET [CCACHE]
 *   tgt_client FOLDER renew|remove ACCOUNT UID CCACHE
 * The answer is one line of name=value; 1 if it is an error or none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "common/spawn.h"
#include "common/wire.h"
#include "common/wire_tgt.h"

#define WAIT_MS 120000

static int fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "tgt_client: %s: %s\n", what, why);
    return 1;
}

static const char *word(char **argv, int argc, int index)
{
    return index < argc ? argv[index] : "";
}

static void put(char *to, size_t size, const char *from)
{
    (void)snprintf(to, size, "%s", from);
}

static enum wire_type encode(char **argv, int argc, struct message *request)
{
    const char *command = word(argv, argc, 2);
    struct tgt_cache cache = {.uid = (uid_t)strtoul(word(argv, argc, 4), NULL, 10)};
    struct tgt_get get = {.uid = cache.uid};
    const char *pin = word(argv, argc, 8);

    put(cache.account, sizeof(cache.account), word(argv, argc, 3));
    if (strcmp(command, "get") == 0) {
        message_init(request, WIRE_TGT_GET);
        put(get.account, sizeof(get.account), cache.account);
        put(get.upn, sizeof(get.upn), word(argv, argc, 5));
        put(get.card, sizeof(get.card), word(argv, argc, 6));
        put(get.key, sizeof(get.key), word(argv, argc, 7));
        put(get.ccache, sizeof(get.ccache), word(argv, argc, 9));
        if (secret_set(&get.pin, pin, strlen(pin)) == VSC_OK)
            tgt_get_encode(&request->body, &get);
        secret_done(&get.pin);
        return WIRE_TGT_GOT;
    }
    if (strcmp(command, "place") == 0) {
        message_init(request, WIRE_TGT_PLACE);
        put(cache.ticket, sizeof(cache.ticket), word(argv, argc, 5));
        put(cache.ccache, sizeof(cache.ccache), word(argv, argc, 6));
        tgt_cache_encode(&request->body, &cache);
        return WIRE_TGT_PLACED;
    }
    message_init(request, strcmp(command, "renew") == 0 ? WIRE_TGT_RENEW : WIRE_TGT_REMOVE);
    put(cache.ccache, sizeof(cache.ccache), word(argv, argc, 5));
    tgt_cache_encode(&request->body, &cache);
    return request->type == WIRE_TGT_RENEW ? WIRE_TGT_RENEWED : WIRE_TGT_REMOVED;
}

static int show(const struct message *answer)
{
    struct reader reader;
    struct tgt_got got;
    struct tgt_cached cached;

    reader_init(&reader, answer->body.data, answer->body.len);
    if (answer->type == WIRE_TGT_GOT) {
        if (tgt_got_decode(&reader, &got) != VSC_OK)
            return fail("answer", "malformed");
        printf("outcome=%s code=%d principal=%s verified=%d ticket=%s text=%s\n",
               tgt_code(got.outcome), got.code, got.principal, got.verified, got.ticket, got.text);
        return 0;
    }
    if (tgt_cached_decode(&reader, &cached) != VSC_OK)
        return fail("answer", "malformed");
    printf("outcome=%s code=%d ccache=%s own=%s text=%s\n", tgt_code(cached.outcome), cached.code,
           cached.ccache, cached.own, cached.text);
    return 0;
}

int main(int argc, char **argv)
{
    char name[] = "vsc-tgt";
    char *const words[] = {name, NULL};
    auto_helper struct helper helper = HELPER_NONE;
    auto_message struct message request, answer = {.type = WIRE_ERROR};
    const struct deadline deadline = deadline_in(WAIT_MS);
    struct problem problem = {""};
    enum wire_type type;

    message_init(&request, WIRE_ERROR);
    if (argc < 5)
        return fail("usage", "see the source");
    type = encode(argv, argc, &request);
    if (helper_start(argv[1], name, words, &helper, &problem) != VSC_OK)
        return fail("start", problem.text);
    if (wire_call(helper.fd, &request, type, &answer, &deadline, &problem) != VSC_OK)
        return fail("error", problem.text);
    return show(&answer);
}
