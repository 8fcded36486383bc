/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the directories of this computer, winbind and SSSD, say about accounts: whose a security
 * identifier is, and which one an account has. Each is asked through its own client library, which
 * stays out of this process: see directory_child.h.
 */
#ifndef VSC_CERTCHECK_DIRECTORY_H
#define VSC_CERTCHECK_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/sid.h"

#define DIRECTORY_MAX 2

enum directory_result {
    DIRECTORY_NONE, /* it does not know, or is not there */
    DIRECTORY_FOUND,
    DIRECTORY_FAILED, /* it did not answer in time, or broke off, or answered nonsense */
};

enum directory_question {
    DIRECTORY_SID_OF, /* a uid */
    DIRECTORY_UID_OF, /* a SID */
};

/* A question, and the answer in the same place: one of the two is filled in. */
struct directory_query {
    enum directory_question question;
    uid_t uid;
    char sid[SID_SIZE];
};

struct directory_library;

struct directory_service {
    const char *name; /* for messages */
    enum directory_result (*ask)(struct directory_service *service, struct directory_query *query);
    /* For directory_child.c. */
    const struct directory_library *library;
    const char *file; /* of the library */
    bool started;     /* its child, or it could not be */
    int channel;      /* to the child; -1 when it is gone */
    pid_t child;
    int deadline_ms; /* of one answer */
    bool must_sandbox;
};

struct directory {
    struct directory_service services[DIRECTORY_MAX];
    size_t count;
};

/*
 * The SID of the account with this uid. FOUND only where every directory that knows one says the
 * same; FAILED where two differ, or none knows and one failed. `directory` may be NULL: nobody
 * knows. SIDs that no directory gives count as unknown (sid_is_of_domain).
 */
enum directory_result directory_sid_of(struct directory *directory, uid_t uid, char sid[SID_SIZE]);
/* The uid of the account with this SID, by the same rules; never 0. */
enum directory_result directory_uid_of(struct directory *directory, const char *sid,
                                       uid_t *ret_uid);

#endif
