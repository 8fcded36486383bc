/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkcs11/sessions.h"

#include <stdlib.h>
#include <string.h>

static struct session *sessions[SESSIONS_MAX];
static unsigned long next_handle = 1;

unsigned long sessions_open(struct token *token, unsigned long flags, unsigned long *ret_handle)
{
    size_t at = 0;

    while (at < SESSIONS_MAX && sessions[at] != NULL)
        at++;
    if (at == SESSIONS_MAX)
        return CKR_SESSION_COUNT;
    sessions[at] = calloc(1, sizeof(*sessions[at]));
    if (sessions[at] == NULL)
        return CKR_HOST_MEMORY;
    sessions[at]->handle = next_handle++;
    sessions[at]->flags = flags;
    sessions[at]->slot = token->slot;
    token->sessions++;
    token->rw_sessions += (flags & CKF_RW_SESSION) != 0;
    *ret_handle = sessions[at]->handle;
    return CKR_OK;
}

static struct session **place_of(unsigned long handle)
{
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        if (sessions[i] != NULL && sessions[i]->handle == handle)
            return &sessions[i];
    return NULL;
}

struct session *sessions_find(unsigned long handle)
{
    struct session **place = place_of(handle);

    return place != NULL ? *place : NULL;
}

struct token *session_token(const struct session *session)
{
    return tokens_find(session->slot);
}

void session_end_search(struct session *session)
{
    free(session->found);
    session->found = NULL;
    session->found_count = session->found_next = 0;
    session->is_searching = false;
}

void session_end_signing(struct session *session)
{
    explicit_bzero(session->data, sizeof(session->data));
    session->data_len = 0;
    session->is_signing = session->has_updates = false;
}

void sessions_close(struct session *session)
{
    struct token *token = session_token(session);

    *place_of(session->handle) = NULL;
    token->sessions--;
    token->rw_sessions -= (session->flags & CKF_RW_SESSION) != 0;
    if (token->sessions == 0)
        token_log_out(token);
    session_end_search(session);
    session_end_signing(session);
    free(session);
}

void sessions_close_all(const struct token *token)
{
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        if (sessions[i] != NULL && sessions[i]->slot == token->slot)
            sessions_close(sessions[i]);
}

void sessions_end_signing(const struct token *token)
{
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        if (sessions[i] != NULL && sessions[i]->slot == token->slot)
            session_end_signing(sessions[i]);
}

void sessions_done(void)
{
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        if (sessions[i] != NULL)
            sessions_close(sessions[i]);
}

void sessions_abandon(void)
{
    memset(sessions, 0, sizeof(sessions));
}
