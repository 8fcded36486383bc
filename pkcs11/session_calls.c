/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions, the login and the PIN (PKCS #11 2.40, 5.6). */
#include <stdio.h>
#include <string.h>

#include "pkcs11/channel.h"
#include "pkcs11/module.h"

static unsigned long open_session(unsigned long slot, unsigned long flags,
                                  unsigned long *ret_session)
{
    struct token *token;
    enum vsc_err err;

    if (ret_session == NULL)
        return CKR_ARGUMENTS_BAD;
    if ((flags & CKF_SERIAL_SESSION) == 0)
        return CKR_SESSION_PARALLEL_NOT_SUPPORTED;
    err = tokens_refresh();
    token = tokens_find(slot);
    if (token == NULL)
        return CKR_SLOT_ID_INVALID;
    if (err != VSC_OK)
        return token_rv(err);
    if (!token->is_present)
        return CKR_TOKEN_NOT_PRESENT;
    return sessions_open(token, flags, ret_session);
}

unsigned long C_OpenSession(unsigned long slot, unsigned long flags, void *application,
                            void *notify, unsigned long *session)
{
    unsigned long rv = module_enter();

    (void)application; /* nobody is ever notified: see C_WaitForSlotEvent */
    (void)notify;
    return rv == CKR_OK ? module_leave(open_session(slot, flags, session)) : rv;
}

unsigned long C_CloseSession(unsigned long handle)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);

    if (rv != CKR_OK)
        return rv;
    sessions_close(session);
    return module_leave(CKR_OK);
}

unsigned long C_CloseAllSessions(unsigned long slot)
{
    unsigned long rv = module_enter();
    struct token *token;

    if (rv != CKR_OK)
        return rv;
    token = tokens_find(slot);
    if (token == NULL)
        return module_leave(CKR_SLOT_ID_INVALID);
    sessions_close_all(token);
    return module_leave(CKR_OK);
}

static unsigned long session_state(const struct session *session)
{
    const bool writes = (session->flags & CKF_RW_SESSION) != 0;

    if (session_token(session)->is_logged_in)
        return writes ? CKS_RW_USER : CKS_RO_USER;
    return writes ? CKS_RW_PUBLIC : CKS_RO_PUBLIC;
}

unsigned long C_GetSessionInfo(unsigned long handle, struct ck_session_info *info)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);

    if (rv != CKR_OK)
        return rv;
    if (info == NULL)
        return module_leave(CKR_ARGUMENTS_BAD);
    *info = (struct ck_session_info){
        .slot = session->slot, .state = session_state(session), .flags = session->flags};
    return module_leave(CKR_OK);
}

/* The bytes of a PIN; one that is too long for any card is none, and never sent. */
static unsigned long take_pin(const unsigned char *bytes, unsigned long len, struct secret *ret_pin)
{
    if (bytes == NULL && len > 0)
        return CKR_ARGUMENTS_BAD;
    if (len == 0 || len > PIN_MAX)
        return CKR_PIN_LEN_RANGE;
    for (unsigned long i = 0; i < len; i++)
        if (bytes[i] < ' ' || bytes[i] > '~')
            return CKR_PIN_INVALID;
    return token_rv(secret_set(ret_pin, bytes, len));
}

static unsigned long log_in(struct token *token, const struct secret *pin)
{
    struct card_verify verify = {.pin = *pin};
    struct card_outcome outcome;
    unsigned long rv;
    enum vsc_err err;

    (void)snprintf(verify.card, sizeof(verify.card), "%s", token->card.id);
    err = channel_verify(&verify, &outcome);
    secret_done(&verify.pin);
    rv = token_outcome_rv(err, &outcome);
    if (rv == CKR_OK)
        rv = token_rv(secret_set(&token->pin, pin->bytes, pin->len));
    token->is_logged_in = rv == CKR_OK;
    return rv;
}

static unsigned long login(const struct session *session, unsigned long user,
                           const unsigned char *bytes, unsigned long len)
{
    auto_secret struct secret pin = {0};
    struct token *token = session_token(session);
    unsigned long rv;

    if (user == CKU_CONTEXT_SPECIFIC)
        return CKR_OPERATION_NOT_INITIALIZED; /* no key wants the PIN for each signature */
    if (user != CKU_USER)
        return CKR_USER_TYPE_INVALID;
    if (!token->is_present)
        return CKR_TOKEN_NOT_PRESENT;
    if (token->is_logged_in)
        return CKR_USER_ALREADY_LOGGED_IN;
    rv = take_pin(bytes, len, &pin);
    return rv == CKR_OK ? log_in(token, &pin) : rv;
}

unsigned long C_Login(unsigned long handle, unsigned long user, unsigned char *pin,
                      unsigned long pin_len)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);

    return rv == CKR_OK ? module_leave(login(session, user, pin, pin_len)) : rv;
}

unsigned long C_Logout(unsigned long handle)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);
    struct token *token;

    if (rv != CKR_OK)
        return rv;
    token = session_token(session);
    if (!token->is_logged_in)
        return module_leave(CKR_USER_NOT_LOGGED_IN);
    token_log_out(token);
    sessions_end_signing(token);
    return module_leave(CKR_OK);
}

static unsigned long change_pin(struct token *token, struct card_change_pin *change)
{
    struct card_outcome outcome;
    enum vsc_err err;
    unsigned long rv;

    (void)snprintf(change->card, sizeof(change->card), "%s", token->card.id);
    err = channel_change_pin(change, &outcome);
    rv = token_outcome_rv(err, &outcome);
    tokens_expire(); /* must_change may be over */
    /* The old PIN would be a wrong one from now on. */
    if (rv == CKR_OK && token->is_logged_in)
        rv = token_rv(secret_set(&token->pin, change->new_pin.bytes, change->new_pin.len));
    return rv;
}

static unsigned long set_pin(const struct session *session, const unsigned char *old_pin,
                             unsigned long old_len, const unsigned char *new_pin,
                             unsigned long new_len)
{
    struct card_change_pin change = {.keep = 0};
    struct token *token = session_token(session);
    unsigned long rv;

    if ((session->flags & CKF_RW_SESSION) == 0)
        return CKR_SESSION_READ_ONLY;
    if (!token->is_present)
        return CKR_TOKEN_NOT_PRESENT;
    rv = take_pin(old_pin, old_len, &change.old_pin);
    if (rv == CKR_OK)
        rv = take_pin(new_pin, new_len, &change.new_pin);
    if (rv == CKR_OK)
        rv = change_pin(token, &change);
    secret_done(&change.old_pin);
    secret_done(&change.new_pin);
    return rv;
}

unsigned long C_SetPIN(unsigned long handle, unsigned char *old_pin, unsigned long old_len,
                       unsigned char *new_pin, unsigned long new_len)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);

    return rv == CKR_OK ? module_leave(set_pin(session, old_pin, old_len, new_pin, new_len)) : rv;
}
