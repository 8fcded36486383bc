/* SPDX-License-Identifier: BSD-2-Clause */
/* Signatures (PKCS #11 2.40, 5.11). */
#include <stdio.h>
#include <string.h>

#include "pkcs11/channel.h"
#include "pkcs11/module.h"

static unsigned long begin(struct session *session, const struct ck_mechanism *given,
                           unsigned long key)
{
    const struct token *token = session_token(session);
    const struct object *object = objects_find(&token->objects, key);
    unsigned long rv;

    if (given == NULL)
        return CKR_ARGUMENTS_BAD;
    if (session->is_signing)
        return CKR_OPERATION_ACTIVE;
    if (!token->is_logged_in)
        return CKR_USER_NOT_LOGGED_IN;
    if (object == NULL)
        return CKR_KEY_HANDLE_INVALID;
    if (object->class != CKO_PRIVATE_KEY)
        return object->class == CKO_PUBLIC_KEY ? CKR_KEY_FUNCTION_NOT_PERMITTED
                                               : CKR_KEY_HANDLE_INVALID;
    rv = mechanism_read(given, &object->public, &session->mechanism);
    if (rv != CKR_OK)
        return rv;
    session->key = key;
    session->is_signing = true;
    return CKR_OK;
}

unsigned long C_SignInit(unsigned long handle, struct ck_mechanism *mechanism, unsigned long key)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);

    return rv == CKR_OK ? module_leave(begin(session, mechanism, key)) : rv;
}

/* The PIN was right at the login: if it is wrong now, somebody has changed it, and it must not be
 * tried again. */
static unsigned long give_up_login(struct token *token, unsigned long rv)
{
    if (rv != CKR_PIN_INCORRECT && rv != CKR_PIN_LOCKED && rv != CKR_PIN_INVALID)
        return rv;
    token_log_out(token);
    return CKR_USER_NOT_LOGGED_IN;
}

static unsigned long sign(struct session *session, const struct object *object,
                          const unsigned char *data, size_t len, unsigned char *signature)
{
    struct token *token = session_token(session);
    struct card_sign_as request = {.pin = {.len = 0}};
    struct card_outcome outcome;
    unsigned long rv;
    enum vsc_err err;

    rv = mechanism_digest(&session->mechanism, &object->public, data, len, &request);
    if (rv != CKR_OK)
        return rv;
    (void)snprintf(request.card, sizeof(request.card), "%s", token->card.id);
    (void)snprintf(request.key, sizeof(request.key), "%s", object->key);
    err = secret_set(&request.pin, token->pin.bytes, token->pin.len);
    if (err == VSC_OK)
        err = channel_sign(&request, &outcome);
    secret_done(&request.pin);
    rv = give_up_login(token, token_outcome_rv(err, &outcome));
    return rv == CKR_OK ? mechanism_signature(&object->public, &outcome, signature) : rv;
}

/* Everything but the length of a signature, and a buffer that is too small, ends the operation. */
static unsigned long finish(struct session *session, const unsigned char *data, size_t len,
                            unsigned char *signature, unsigned long *signature_len)
{
    const struct token *token = session_token(session);
    const struct object *object = objects_find(&token->objects, session->key);
    unsigned long rv, wanted, room = *signature_len;

    if (object == NULL || !token->is_logged_in) {
        session_end_signing(session);
        return object == NULL ? CKR_KEY_HANDLE_INVALID : CKR_USER_NOT_LOGGED_IN;
    }
    wanted = mechanism_signature_len(&object->public);
    *signature_len = wanted;
    if (signature == NULL)
        return CKR_OK;
    if (room < wanted)
        return CKR_BUFFER_TOO_SMALL;
    rv = sign(session, object, data, len, signature);
    session_end_signing(session);
    return rv;
}

static unsigned long sign_once(struct session *session, const unsigned char *data,
                               unsigned long len, unsigned char *signature,
                               unsigned long *signature_len)
{
    if (!session->is_signing || session->has_updates)
        return session->is_signing ? CKR_OPERATION_ACTIVE : CKR_OPERATION_NOT_INITIALIZED;
    if (signature_len == NULL || (data == NULL && len > 0)) {
        session_end_signing(session);
        return CKR_ARGUMENTS_BAD;
    }
    if (len > MECHANISM_DATA_MAX) {
        session_end_signing(session);
        return CKR_DATA_LEN_RANGE;
    }
    return finish(session, data, len, signature, signature_len);
}

unsigned long C_Sign(unsigned long handle, unsigned char *data, unsigned long data_len,
                     unsigned char *signature, unsigned long *signature_len)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);

    return rv == CKR_OK ? module_leave(sign_once(session, data, data_len, signature, signature_len))
                        : rv;
}

static unsigned long update(struct session *session, const unsigned char *data, unsigned long len)
{
    if (!session->is_signing)
        return CKR_OPERATION_NOT_INITIALIZED;
    if (data == NULL && len > 0) {
        session_end_signing(session);
        return CKR_ARGUMENTS_BAD;
    }
    if (len > MECHANISM_DATA_MAX - session->data_len) {
        session_end_signing(session);
        return CKR_DATA_LEN_RANGE;
    }
    if (len > 0)
        memcpy(session->data + session->data_len, data, len);
    session->data_len += len;
    session->has_updates = true;
    return CKR_OK;
}

unsigned long C_SignUpdate(unsigned long handle, unsigned char *data, unsigned long data_len)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);

    return rv == CKR_OK ? module_leave(update(session, data, data_len)) : rv;
}

static unsigned long sign_parts(struct session *session, unsigned char *signature,
                                unsigned long *signature_len)
{
    if (!session->is_signing)
        return CKR_OPERATION_NOT_INITIALIZED;
    if (signature_len == NULL) {
        session_end_signing(session);
        return CKR_ARGUMENTS_BAD;
    }
    return finish(session, session->data, session->data_len, signature, signature_len);
}

unsigned long C_SignFinal(unsigned long handle, unsigned char *signature,
                          unsigned long *signature_len)
{
    struct session *session;
    unsigned long rv = module_enter_session(handle, &session);

    return rv == CKR_OK ? module_leave(sign_parts(session, signature, signature_len)) : rv;
}
