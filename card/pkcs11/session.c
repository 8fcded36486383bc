/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/pkcs11/session.h"

#include "card/pkcs11/signature.h"
#include "common/own.h"

struct session {
    const struct ck_functions *functions; /* NULL when not open */
    unsigned long handle;
    bool logged_in;
};

/* Whatever happened before, nobody stays logged in. */
static void session_end(struct session *session)
{
    if (session->functions == NULL)
        return;
    if (session->logged_in)
        (void)session->functions->logout(session->handle);
    (void)session->functions->close_session(session->handle);
    session->functions = NULL;
}

#define auto_session __attribute__((cleanup(session_end)))

static enum vsc_err session_state(const struct session *session, unsigned long *ret_state,
                                  struct problem *problem)
{
    struct ck_session_info info = {.state = CK_UNAVAILABLE};
    unsigned long code = session->functions->get_session_info(session->handle, &info);

    if (code != CKR_OK)
        return module_fault(code, "C_GetSessionInfo", problem);
    *ret_state = info.state;
    return VSC_OK;
}

/* A session in which nobody is logged in: a PIN that is tried elsewhere proves nothing here. */
static enum vsc_err session_begin(const struct module *module, unsigned long slot,
                                  unsigned long flags, struct session *session,
                                  struct problem *problem)
{
    unsigned long state = CK_UNAVAILABLE;
    unsigned long code = module->functions->open_session(slot, CKF_SERIAL_SESSION | flags, NULL,
                                                         NULL, &session->handle);
    enum vsc_err err;

    if (code != CKR_OK)
        return module_fault(code, "C_OpenSession", problem);
    session->functions = module->functions;
    err = session_state(session, &state, problem);
    if (err != VSC_OK)
        return err;
    if (state != CKS_RO_PUBLIC && state != CKS_RW_PUBLIC) {
        session->logged_in = true; /* and no longer than this */
        return module_fault(CKR_USER_ALREADY_LOGGED_IN, "C_OpenSession", problem);
    }
    return VSC_OK;
}

/* What a token says to a PIN: VSC_OK with a result, or a fault in which no try was used. */
static enum vsc_err judge(unsigned long code, const char *what, enum vsc_err *ret_result,
                          struct problem *problem)
{
    switch (code) {
    case CKR_OK:
        *ret_result = VSC_OK;
        return VSC_OK;
    case CKR_PIN_INCORRECT:
        *ret_result = VSC_PIN;
        return VSC_OK;
    case CKR_PIN_LOCKED:
        *ret_result = VSC_PIN_BLOCKED;
        return VSC_OK;
    case CKR_PIN_LEN_RANGE:
    case CKR_PIN_INVALID:
    case CKR_PIN_TOO_WEAK:
        *ret_result = VSC_PIN_POLICY;
        return VSC_OK;
    default:
        return module_fault(code, what, problem);
    }
}

/* The module takes no const; it must not change it, and the caller wipes it. */
static unsigned char *pin_bytes(const struct secret *pin)
{
    return (unsigned char *)(uintptr_t)pin->bytes;
}

/*
 * The PIN is proven in this very login. CKR_USER_ALREADY_LOGGED_IN is a fault, never success
 * (CVE-2023-40660), and what the session says afterwards has to agree.
 */
static enum vsc_err session_login(struct session *session, const struct secret *pin,
                                  enum vsc_err *ret_result, struct problem *problem)
{
    enum vsc_err result = VSC_PIN;
    unsigned long state = CK_UNAVAILABLE;
    unsigned long code =
        session->functions->login(session->handle, CKU_USER, pin_bytes(pin), pin->len);
    enum vsc_err err = judge(code, "C_Login", &result, problem);

    session->logged_in = code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN;
    if (err == VSC_OK && result == VSC_OK) {
        err = session_state(session, &state, problem);
        if (err == VSC_OK && state != CKS_RO_USER && state != CKS_RW_USER)
            err = problem_set(problem, VSC_TOKEN, "C_Login succeeded, yet nobody is logged in");
    }
    if (err == VSC_OK)
        *ret_result = result;
    return err;
}

enum vsc_err session_sign(const struct module *module, const struct token *token,
                          const struct token_key *key, const struct card_sign *sign,
                          struct card_outcome *ret_outcome, struct problem *problem)
{
    auto_session struct session session = {.functions = NULL};
    struct card_outcome outcome = {.result = VSC_PIN};
    enum vsc_err err = session_begin(module, token->slot, 0, &session, problem);

    if (err == VSC_OK)
        err = session_login(&session, &sign->pin, &outcome.result, problem);
    if (err == VSC_OK && outcome.result == VSC_OK) {
        const struct signer signer = {
            .functions = module->functions,
            .session = session.handle,
            .key = key,
            .pin = &sign->pin,
        };

        err = signature_make(&signer, sign->digest, &outcome, problem);
    }
    if (err == VSC_OK)
        *ret_outcome = outcome;
    return err;
}

enum vsc_err session_change_pin(const struct module *module, const struct token *token,
                                const struct card_change_pin *change,
                                struct card_outcome *ret_outcome, struct problem *problem)
{
    auto_session struct session session = {.functions = NULL};
    struct card_outcome outcome = {.result = VSC_PIN};
    enum vsc_err err = session_begin(module, token->slot, CKF_RW_SESSION, &session, problem);
    unsigned long code;

    if (err != VSC_OK)
        return err;
    /* Without a login it is the user's PIN that C_SetPIN changes (PKCS #11 2.40, 5.5). */
    code =
        module->functions->set_pin(session.handle, pin_bytes(&change->old_pin), change->old_pin.len,
                                   pin_bytes(&change->new_pin), change->new_pin.len);
    err = judge(code, "C_SetPIN", &outcome.result, problem);
    if (err == VSC_OK)
        *ret_outcome = outcome;
    return err;
}
