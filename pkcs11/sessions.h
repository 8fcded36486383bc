/* SPDX-License-Identifier: BSD-2-Clause */
/* The sessions of this process. The caller holds the lock. */
#ifndef VSC_PKCS11_SESSIONS_H
#define VSC_PKCS11_SESSIONS_H

#include "pkcs11/mechanism.h"
#include "pkcs11/tokens.h"

#define SESSIONS_MAX 1024

struct session {
    unsigned long handle;
    unsigned long flags;
    unsigned long slot;
    /* A search: the handles that are left. */
    bool is_searching;
    unsigned long *found; /* owned */
    size_t found_count, found_next;
    /* A signature. */
    bool is_signing;
    unsigned long key;
    struct mechanism mechanism;
    unsigned char data[MECHANISM_DATA_MAX];
    size_t data_len;
    bool has_updates; /* C_SignUpdate was called: C_Sign does not fit any more */
};

/* CKR_OK, CKR_SESSION_COUNT, CKR_HOST_MEMORY. */
unsigned long sessions_open(struct token *token, unsigned long flags, unsigned long *ret_handle);
/* NULL if there is none with this handle. */
struct session *sessions_find(unsigned long handle);
/* The slot that a session is for, which stays. */
struct token *session_token(const struct session *session);
/* The last one of a token logs its user out. */
void sessions_close(struct session *session);
void sessions_close_all(const struct token *token);
/* No signature goes on without a login. */
void sessions_end_signing(const struct token *token);
void session_end_search(struct session *session);
void session_end_signing(struct session *session);

void sessions_done(void);
/* In the child of a fork(): forget them. */
void sessions_abandon(void);

#endif
