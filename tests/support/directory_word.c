/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/parse.h"
#include "tests/support/directory_word.h"

static struct conf *conf;
static struct directory directory;
struct facts facts;
char upn[64];
struct verdict verdict;
struct account_source source;
struct mapping mapping;
enum directory_result result; /* of every question */

/* It answers for every number, as one that computes them does; also for local accounts and root. */
static enum directory_result ask(struct directory_service *service, struct directory_query *query)
{
    (void)service;
    if (result != DIRECTORY_FOUND)
        return result;
    if (query->question == DIRECTORY_UID_OF)
        query->uid = (uid_t)strtoul(query->sid + strlen(SID("")), NULL, 10);
    else
        (void)snprintf(query->sid, sizeof(query->sid), SID("%u"), (unsigned)query->uid);
    return DIRECTORY_FOUND;
}

int set_up(void **state)
{
    static char serial[] = SERIAL, key[] = KEY, weak[] = WEAK;

    (void)state;
    facts = (struct facts){.upn_state = UPN_ONE, .upn = upn};
    (void)snprintf(upn, sizeof(upn), "alice@corp.test");
    facts.altsecids.items[0] = serial;
    facts.altsecids.items[1] = key;
    facts.altsecids.count = 2;
    facts.weak_altsecids.items[0] = weak;
    facts.weak_altsecids.count = 1;
    result = DIRECTORY_FOUND;
    directory = (struct directory){.services = {{.name = "one", .ask = ask}}, .count = 1};
    source = pki_accounts;
    source.directory = &directory;
    mapping = (struct mapping){.conf = NULL};
    conf = NULL;
    return 0;
}

int tear_down(void **state)
{
    (void)state;
    mapping_done(&mapping);
    conf_free(conf);
    return 0;
}

void configure(const char *policy, const char *more, const char *rules)
{
    struct problem problem = {""};
    char text[4096];
    int len = snprintf(text, sizeof(text),
                       "policy = { strong_mapping = \"%s\"; };\n"
                       "mapping = { %s rules = ( %s ); };\n",
                       policy, more, rules);

    assert_in_range(len, 1, sizeof(text) - 1);
    mapping_done(&mapping);
    conf_free(conf);
    conf = NULL;
    if (conf_parse("conf", text, (size_t)len, &conf, &problem) != VSC_OK)
        fail_msg("%s: %s", rules, problem.text);
    assert_int_equal(mapping_load(&mapping, conf, &source, &problem), VSC_OK);
}

void say(const struct word *word)
{
    struct directory_account account = {
        .state = word->state,
        .is_fresh = !word->is_old,
        .expires = word->expires != 0 ? word->expires : DIRECTORY_NEVER,
        .uid = (uid_t)strtoul(word->number, NULL, 10),
    };

    (void)snprintf(account.sid, sizeof(account.sid), SID("%s"), word->number);
    (void)snprintf(account.upn, sizeof(account.upn), "%s", word->upn != NULL ? word->upn : "");
    (void)snprintf(account.implicit_upn, sizeof(account.implicit_upn), "%s",
                   word->implicit != NULL ? word->implicit : "");
    if (word->altsecid != NULL)
        account.altsecids[account.altsecid_count++] = strdup(word->altsecid);
    assert_int_equal(directory_accounts_add(&mapping.directory, &account), VSC_OK);
}

void set_sid(const char *sid)
{
    facts.sid_state = sid != NULL ? SID_ONE : SID_NONE;
    (void)snprintf(facts.sid, sizeof(facts.sid), "%s", sid != NULL ? sid : "");
}
