/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A directory and what it says of accounts, for tests of mapping. Its accounts are CORP\alice
 * (2000) and alice@corp.test (2001); alice (1000) and bob are in /etc/passwd (pki.h). Their SIDs
 * are S-1-5-21-1-2-3-UID; 2009 has a SID and no account, 1000 and 0 those of local accounts.
 */
#ifndef VSC_TESTS_SUPPORT_DIRECTORY_WORD_H
#define VSC_TESTS_SUPPORT_DIRECTORY_WORD_H

#include "certcheck/mapping.h"
#include "tests/support/pki.h"

#define SID(number) "S-1-5-21-1-2-3-" number
#define SERIAL      "X509:<I>CN=CA<SR>01"
#define KEY         "X509:<SKI>0a0b"
#define WEAK        "X509:<S>CN=alice"

/* What a test works with; set_up() makes it new. */
extern struct facts facts; /* with SERIAL, KEY and WEAK */
extern char upn[64];       /* the facts' */
extern struct verdict verdict;
extern struct account_source source;
extern struct mapping mapping;
extern enum directory_result result; /* of every question to winbind and SSSD */

int set_up(void **state);
int tear_down(void **state);

/* A configuration with this policy.strong_mapping, these rules, and more members of mapping. */
void configure(const char *policy, const char *more, const char *rules);

/* What the directory says of one account. */
struct word {
    const char *number; /* of its SID, and its uid */
    const char *upn, *implicit, *altsecid;
    unsigned state;
    bool is_old;
    int64_t expires; /* 0: never */
};

void say(const struct word *word);
/* NULL: the certificate has none. */
void set_sid(const char *sid);

#endif
