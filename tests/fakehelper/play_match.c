/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests are decoded by the helpers' own decoders, and what the script names is compared. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/wire_card.h"
#include "common/wire_check.h"
#include "tests/fakehelper/play.h"

void match_bytes(struct matcher *matcher, const char *name, const void *got, size_t len)
{
    const char *want = part_text(matcher->expected, name, NULL);

    if (!matcher->ok || want == NULL || (strlen(want) == len && memcmp(want, got, len) == 0))
        return;
    matcher->ok = false;
    /* A PIN is not told: a test looks for copies of it in the memory of whoever reads this. */
    if (strcmp(name, "pin") == 0 || strcmp(name, "old") == 0 || strcmp(name, "new") == 0)
        (void)snprintf(matcher->why, matcher->size, "another %s", name);
    else
        (void)snprintf(matcher->why, matcher->size, "%s=%.*s, not %s", name, (int)len,
                       (const char *)got, want);
}

void match_text(struct matcher *matcher, const char *name, const char *got)
{
    match_bytes(matcher, name, got, strlen(got));
}

static void compare_number(struct matcher *matcher, const char *name, unsigned long got)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%lu", got);
    match_text(matcher, name, text);
}

static enum vsc_err match_begin(struct matcher *matcher, struct reader *reader)
{
    struct check_begin begin = {.service = ""};
    enum vsc_err err = check_begin_decode(reader, &begin);

    match_text(matcher, "service", begin.service);
    match_text(matcher, "user", begin.user);
    match_text(matcher, "rhost", begin.rhost);
    match_text(matcher, "tty", begin.tty);
    compare_number(matcher, "allow_remote", begin.allow_remote);
    return err;
}

/* "certs=one,two" */
static enum vsc_err match_evaluate(struct matcher *matcher, struct reader *reader)
{
    struct check_candidate *candidates = NULL;
    struct der *chains = NULL;
    size_t count = 0, used = 0;
    char certs[4096] = "";
    enum vsc_err err = check_evaluate_decode(reader, &candidates, &chains, &count);

    for (size_t i = 0; i < count && used < sizeof(certs); i++)
        used += (size_t)snprintf(certs + used, sizeof(certs) - used, "%s%.*s", i > 0 ? "," : "",
                                 (int)candidates[i].chain[0].len,
                                 (const char *)candidates[i].chain[0].data);
    match_text(matcher, "certs", certs);
    free(candidates);
    free(chains);
    return err;
}

static enum vsc_err match_prove(struct matcher *matcher, struct reader *reader)
{
    struct check_prove prove = {.index = 0};
    enum vsc_err err = check_prove_decode(reader, &prove);

    compare_number(matcher, "index", prove.index);
    match_bytes(matcher, "signature", prove.signature, prove.signature_len);
    return err;
}

static enum vsc_err match_recheck(struct matcher *matcher, struct reader *reader)
{
    struct check_recheck recheck = {.chain_len = 0};
    enum vsc_err err = check_recheck_decode(reader, &recheck);

    match_text(matcher, "user", recheck.user);
    if (err == VSC_OK)
        match_bytes(matcher, "cert", recheck.chain[0].data, recheck.chain[0].len);
    check_recheck_done(&recheck);
    return err;
}

static enum vsc_err match_which(struct matcher *matcher, struct reader *reader)
{
    struct card_which which = {.card = ""};
    enum vsc_err err = card_which_decode(reader, &which);

    match_text(matcher, "card", which.card);
    match_text(matcher, "key", which.key);
    return err;
}

static enum vsc_err match_sign(struct matcher *matcher, struct reader *reader)
{
    struct card_sign sign = {.card = ""};
    enum vsc_err err = card_sign_decode(reader, &sign);

    match_text(matcher, "card", sign.card);
    match_text(matcher, "key", sign.key);
    match_bytes(matcher, "pin", sign.pin.bytes, sign.pin.len);
    compare_number(matcher, "keep", sign.keep);
    /* "challenge=0": the one that was given for the first certificate. */
    compare_number(matcher, "challenge", (unsigned long)(sign.digest[0] - 'A'));
    return err;
}

static enum vsc_err match_change(struct matcher *matcher, struct reader *reader)
{
    struct card_change_pin change = {.card = ""};
    enum vsc_err err = card_change_pin_decode(reader, &change);

    match_text(matcher, "card", change.card);
    match_bytes(matcher, "old", change.old_pin.bytes, change.old_pin.len);
    match_bytes(matcher, "new", change.new_pin.bytes, change.new_pin.len);
    compare_number(matcher, "keep", change.keep);
    return err;
}

bool play_matches(const struct message *request, const struct part *expected, char *why,
                  size_t size)
{
    static const struct {
        enum wire_type type;
        enum vsc_err (*match)(struct matcher *matcher, struct reader *reader);
    } rows[] = {
        {WIRE_CHECK_BEGIN, match_begin},   {WIRE_CHECK_EVALUATE, match_evaluate},
        {WIRE_CHECK_PROVE, match_prove},   {WIRE_CHECK_RECHECK, match_recheck},
        {WIRE_CARD_STATE, match_which},    {WIRE_CARD_PREPARE, match_which},
        {WIRE_CARD_SIGN, match_sign},      {WIRE_CARD_CHANGE_PIN, match_change},
        {WIRE_CARD_UNBLOCK, match_change}, {WIRE_CARD_CHALLENGE, match_which},
        {WIRE_CARD_ANSWER, match_change},  {WIRE_CARD_FIND_TOKEN, match_which},
        {WIRE_TGT_GET, match_tgt_get},     {WIRE_TGT_PLACE, match_tgt_cache},
        {WIRE_TGT_RENEW, match_tgt_cache}, {WIRE_TGT_REMOVE, match_tgt_cache},
    };
    struct matcher matcher = {.expected = expected, .why = why, .size = size, .ok = true};
    const char *name = wire_type_name((uint16_t)request->type);
    struct reader reader;
    enum vsc_err err = VSC_OK;

    if (strcmp(name, expected->words[0]) != 0) {
        (void)snprintf(why, size, "%s, not %s", name, expected->words[0]);
        return false;
    }
    reader_init(&reader, request->body.data, request->body.len);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].type == request->type)
            err = rows[i].match(&matcher, &reader);
    if (err != VSC_OK)
        (void)snprintf(why, size, "%s: malformed", name);
    return err == VSC_OK && matcher.ok;
}
