/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing can be added to a card later, so the branches for the administrator key, the PUK and the
 * help desk must be right at creation: here each of them unblocks a card, as the commands to come
 * will (NV_ChangeAuth first, then NV_Write).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cmocka.h>

#include "card/tpm/gate.h"
#include "card/tpm/layout.h"
#include "card/tpm/policy.h"
#include "common/own.h"
#include "tests/support/tpm_cards.h"

#define PUK      "87654321"
#define MASTER   "the help desk's master key"
#define NEW_PIN  "another PIN"
#define TRIES    3
#define EXPIRES  (-120)
#define MAC_SIZE 32

struct rig {
    struct tpm_cards cards;
    char id[STORE_CARD_SIZE];
    struct objects objects;
    struct tpm tpm;
    struct gate gate;
    TPML_DIGEST branches;
};

static const TPM2B_NONCE nothing;

static int start(void **state)
{
    return tpm_cards_start(&((struct rig *)*state)->cards) ? 0 : -1;
}

static int stop(void **state)
{
    tpm_cards_stop(&((struct rig *)*state)->cards);
    return 0;
}

static void make(struct rig *rig, const char *puk, const char *helpdesk)
{
    struct tpm_card_spec spec = {
        .name = "Branches", .tries = TRIES, .key = KEY_P256, .puk = puk, .helpdesk = helpdesk};
    struct card_names names;
    struct problem problem;

    assert_int_equal(tpm_cards_make(&rig->cards, &spec, rig->id, &problem), VSC_OK);
    assert_int_equal(tpm_cards_objects(&rig->cards, rig->id, &rig->objects), VSC_OK);
    objects_names(&rig->objects, &names);
    assert_int_equal(layout_pin_branches(&names, &rig->branches), VSC_OK);
}

static enum vsc_err sign(struct rig *rig, const char *pin)
{
    struct card_outcome outcome = {0};

    return tpm_cards_sign(&rig->cards, rig->id, pin, &outcome);
}

static void block(struct rig *rig)
{
    for (int i = 1; i < TRIES; i++)
        assert_int_equal(sign(rig, "wrong PIN"), VSC_PIN);
    assert_int_equal(sign(rig, "wrong PIN"), VSC_PIN_BLOCKED);
}

static void connect_tpm(struct rig *rig)
{
    rig->tpm = (struct tpm){.deadline = deadline_in(60000)};
    assert_int_equal(tpm_open(&rig->tpm, rig->cards.tcti, NULL), VSC_OK);
    assert_int_equal(gate_open(&rig->gate, &rig->tpm, &rig->objects, NULL, NULL), VSC_OK);
}

static void disconnect_tpm(struct rig *rig)
{
    gate_close(&rig->gate);
    tpm_close(&rig->tpm);
}

static void derive(struct rig *rig, enum derived what, const char *text, struct secret *ret_auth)
{
    auto_secret struct secret plain = {0};

    assert_int_equal(secret_set(&plain, text, strlen(text)), VSC_OK);
    assert_int_equal(objects_derive(&rig->objects, what, &plain, ret_auth), VSC_OK);
}

static ESYS_TR policy_session(struct rig *rig)
{
    ESYS_TR session = ESYS_TR_NONE;

    assert_int_equal(session_start(&rig->tpm, rig->gate.srk, SESSION_POLICY, &session, NULL),
                     VSC_OK);
    assert_int_equal(session_use(&rig->tpm, session, 0, NULL), VSC_OK);
    return session;
}

static TSS2_RC secret_branch(struct rig *rig, ESYS_TR policy, const struct pinned_index *of,
                             const struct secret *auth)
{
    TPM2B_TIMEOUT *timeout = NULL;
    TPMT_TK_AUTH *ticket = NULL;
    ESYS_TR index = ESYS_TR_NONE;
    TSS2_RC rc;

    assert_int_equal(
        gate_pin_handle(&rig->tpm, &of->handle, of->area.nvPublic.nvIndex, &of->name, &index, NULL),
        VSC_OK);
    assert_int_equal(tpm_set_auth(&rig->tpm, index, auth, NULL), VSC_OK);
    rc = Esys_PolicySecret(rig->tpm.esys, index, policy, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                           ESYS_TR_NONE, &nothing, &nothing, &nothing, 0, &timeout, &ticket);
    Esys_Free(timeout);
    Esys_Free(ticket);
    tpm_release(&rig->tpm, &index);
    return rc;
}

/* The command's code and P's branches; then the command itself. */
static TSS2_RC finish(struct rig *rig, ESYS_TR policy, TPM2_CC code)
{
    static const TPM2B_MAX_NV_BUFFER tries = {.size = INDEX_SIZE, .buffer = {[7] = TRIES}};
    auto_secret struct secret auth = {0};
    TPM2B_AUTH value = {0};
    TSS2_RC rc;

    derive(rig, DERIVED_PIN, NEW_PIN, &auth);
    value.size = (UINT16)auth.len;
    memcpy(value.buffer, auth.bytes, auth.len);
    rc = Esys_PolicyCommandCode(rig->tpm.esys, policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                code);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_PolicyOR(rig->tpm.esys, policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                           &rig->branches);
    if (rc == TSS2_RC_SUCCESS && code == TPM2_CC_NV_ChangeAuth)
        rc = Esys_NV_ChangeAuth(rig->tpm.esys, rig->gate.guard, policy, ESYS_TR_NONE, ESYS_TR_NONE,
                                &value);
    else if (rc == TSS2_RC_SUCCESS)
        rc = Esys_NV_Write(rig->tpm.esys, rig->gate.guard, rig->gate.guard, policy, ESYS_TR_NONE,
                           ESYS_TR_NONE, &tries, 0);
    return rc;
}

static TSS2_RC by_secret(struct rig *rig, const struct pinned_index *of, const struct secret *auth,
                         TPM2_CC code)
{
    ESYS_TR policy = policy_session(rig);
    TSS2_RC rc = secret_branch(rig, policy, of, auth);

    if (rc == TSS2_RC_SUCCESS)
        rc = finish(rig, policy, code);
    tpm_flush(&rig->tpm, &policy);
    return rc;
}

static void unblock_by_secret(struct rig *rig, const struct pinned_index *of, enum derived what,
                              const char *text)
{
    auto_secret struct secret auth = {0}, wrong = {0};

    block(rig);
    connect_tpm(rig);
    derive(rig, what, text, &auth);
    derive(rig, what, "something else", &wrong);
    assert_int_equal(tpm_base_code(by_secret(rig, of, &wrong, TPM2_CC_NV_ChangeAuth)),
                     TPM2_RC_BAD_AUTH);
    assert_int_equal(by_secret(rig, of, &auth, TPM2_CC_NV_ChangeAuth), TSS2_RC_SUCCESS);
    disconnect_tpm(rig);
    /* A crash here leaves a blocked card, not an open one with the old PIN. */
    assert_int_equal(sign(rig, TEST_PIN), VSC_PIN_BLOCKED);
    assert_int_equal(sign(rig, NEW_PIN), VSC_PIN_BLOCKED);
    connect_tpm(rig);
    assert_int_equal(by_secret(rig, of, &auth, TPM2_CC_NV_Write), TSS2_RC_SUCCESS);
    disconnect_tpm(rig);
    assert_int_equal(sign(rig, TEST_PIN), VSC_PIN);
    assert_int_equal(sign(rig, NEW_PIN), VSC_OK);
}

static void test_administrator_key_unblocks(void **state)
{
    struct rig *rig = *state;

    make(rig, NULL, NULL);
    assert_int_equal(rig->branches.count, 4);
    unblock_by_secret(rig, &rig->objects.admin, DERIVED_ADMIN, TEST_ADMIN_KEY);
}

static void test_puk_unblocks(void **state)
{
    struct rig *rig = *state;

    make(rig, PUK, NULL);
    assert_int_equal(rig->branches.count, 6);
    unblock_by_secret(rig, &rig->objects.puk, DERIVED_PUK, PUK);
}

static void test_puk_has_a_limit_of_its_own(void **state)
{
    struct rig *rig = *state;
    auto_secret struct secret wrong = {0}, auth = {0};

    make(rig, PUK, MASTER);
    connect_tpm(rig);
    derive(rig, DERIVED_PUK, "not it", &wrong);
    derive(rig, DERIVED_PUK, PUK, &auth);
    for (int i = 0; i < TRIES; i++)
        assert_int_equal(tpm_base_code(by_secret(rig, &rig->objects.puk, &wrong, TPM2_CC_NV_Write)),
                         TPM2_RC_BAD_AUTH);
    assert_int_equal(tpm_code(by_secret(rig, &rig->objects.puk, &auth, TPM2_CC_NV_Write)),
                     TPM2_RC_AUTH_UNAVAILABLE);
    disconnect_tpm(rig);
    assert_int_equal(sign(rig, TEST_PIN), VSC_OK);
    assert_int_equal(tpm_cards_lockout_counter(&rig->cards), 0);
}

/* The approvals do not serve each other: the PIN's, on the PUK's index. */
static void test_approvals_have_different_references(void **state)
{
    struct rig *rig = *state;
    auto_secret struct secret auth = {0};
    struct card_names names;
    TPM2B_DIGEST approved;
    TPML_DIGEST branches;
    ESYS_TR policy;

    make(rig, PUK, NULL);
    connect_tpm(rig);
    objects_names(&rig->objects, &names);
    derive(rig, DERIVED_PIN, TEST_PIN, &auth);
    assert_int_equal(layout_approved(&rig->objects.pin.name, &approved), VSC_OK);
    assert_int_equal(layout_puk_branches(&names, &branches), VSC_OK);
    policy = policy_session(rig);
    assert_int_equal(secret_branch(rig, policy, &rig->objects.pin, &auth), TSS2_RC_SUCCESS);
    assert_int_equal(Esys_PolicyCommandCode(rig->tpm.esys, policy, ESYS_TR_NONE, ESYS_TR_NONE,
                                            ESYS_TR_NONE, TPM2_CC_NV_ChangeAuth),
                     TSS2_RC_SUCCESS);
    assert_int_equal(Esys_PolicyAuthorize(rig->tpm.esys, policy, ESYS_TR_NONE, ESYS_TR_NONE,
                                          ESYS_TR_NONE, &approved, layout_pin_ref(),
                                          &names.approver, &rig->objects.pin_approval.ticket),
                     TSS2_RC_SUCCESS);
    assert_int_not_equal(
        Esys_PolicyOR(rig->tpm.esys, policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &branches),
        TSS2_RC_SUCCESS);
    tpm_flush(&rig->tpm, &policy);
    disconnect_tpm(rig);
}

/* What the help desk computes: HMAC by the card's own key over the challenge. */
static void answer(struct rig *rig, const TPM2B_NONCE *challenge, TPMT_SIGNATURE *ret_answer)
{
    static const unsigned char expires[] = {0xFF, 0xFF, 0xFF, 0x88}; /* -120 */
    unsigned char key[MAC_SIZE], digest[MAC_SIZE], input[sizeof expires + SERIAL_SIZE];
    unsigned len = 0;

    assert_non_null(HMAC(EVP_sha256(), MASTER, (int)strlen(MASTER), rig->objects.serial,
                         SERIAL_SIZE, key, &len));
    memcpy(input, expires, sizeof expires);
    memcpy(input + sizeof expires, rig->objects.serial, SERIAL_SIZE);
    assert_int_equal(sha256_of(challenge->buffer, challenge->size, input, sizeof input, digest),
                     VSC_OK);
    *ret_answer = (TPMT_SIGNATURE){.sigAlg = TPM2_ALG_HMAC};
    ret_answer->signature.hmac.hashAlg = TPM2_ALG_SHA256;
    assert_non_null(HMAC(EVP_sha256(), key, sizeof key, digest, sizeof digest,
                         ret_answer->signature.hmac.digest.sha256, &len));
}

static ESYS_TR load_helpdesk(struct rig *rig)
{
    ESYS_TR key = ESYS_TR_NONE;

    assert_int_equal(Esys_Load(rig->tpm.esys, rig->gate.srk, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                               ESYS_TR_NONE, &rig->objects.helpdesk_private, &rig->objects.helpdesk,
                               &key),
                     TSS2_RC_SUCCESS);
    return key;
}

/* One answer covers both commands, by PolicyTicket; and it is good for its own challenge only. */
static void test_help_desk_unblocks_with_one_answer(void **state)
{
    struct rig *rig = *state;
    TPM2B_NONCE *challenge = NULL, reference = {.size = SERIAL_SIZE};
    TPM2B_TIMEOUT *timeout = NULL;
    TPMT_TK_AUTH *ticket = NULL;
    TPM2B_NAME helpdesk;
    TPMT_SIGNATURE signed_by;
    ESYS_TR key, policy;

    make(rig, PUK, MASTER);
    assert_int_equal(rig->branches.count, 8);
    block(rig);
    connect_tpm(rig);
    memcpy(reference.buffer, rig->objects.serial, SERIAL_SIZE);
    key = load_helpdesk(rig);
    policy = policy_session(rig);
    assert_int_equal(Esys_TRSess_GetNonceTPM(rig->tpm.esys, policy, &challenge), TSS2_RC_SUCCESS);
    answer(rig, challenge, &signed_by);
    assert_int_equal(Esys_PolicySigned(rig->tpm.esys, key, policy, ESYS_TR_NONE, ESYS_TR_NONE,
                                       ESYS_TR_NONE, challenge, &nothing, &reference, EXPIRES,
                                       &signed_by, &timeout, &ticket),
                     TSS2_RC_SUCCESS);
    assert_int_equal(finish(rig, policy, TPM2_CC_NV_ChangeAuth), TSS2_RC_SUCCESS);
    policy = policy_session(rig);
    /* A replay in another session is refused. */
    assert_int_not_equal(Esys_PolicySigned(rig->tpm.esys, key, policy, ESYS_TR_NONE, ESYS_TR_NONE,
                                           ESYS_TR_NONE, challenge, &nothing, &reference, EXPIRES,
                                           &signed_by, NULL, NULL),
                         TSS2_RC_SUCCESS);
    tpm_flush(&rig->tpm, &key);
    assert_int_equal(name_of_public(&rig->objects.helpdesk.publicArea, &helpdesk), VSC_OK);
    assert_int_equal(Esys_PolicyTicket(rig->tpm.esys, policy, ESYS_TR_NONE, ESYS_TR_NONE,
                                       ESYS_TR_NONE, timeout, &nothing, &reference, &helpdesk,
                                       ticket),
                     TSS2_RC_SUCCESS);
    assert_int_equal(finish(rig, policy, TPM2_CC_NV_Write), TSS2_RC_SUCCESS);
    Esys_Free(challenge);
    Esys_Free(timeout);
    Esys_Free(ticket);
    disconnect_tpm(rig);
    assert_int_equal(sign(rig, NEW_PIN), VSC_OK);
}

/* H verifies, and can do nothing else: nobody can have the TPM compute an answer. */
static void test_help_desk_key_computes_no_answers(void **state)
{
    struct rig *rig = *state;
    TPM2B_MAX_BUFFER data = {.size = 4};
    TPM2B_DIGEST *mac = NULL;
    ESYS_TR key, policy;

    make(rig, NULL, MASTER);
    assert_int_equal(rig->branches.count, 6);
    connect_tpm(rig);
    key = load_helpdesk(rig);
    policy = policy_session(rig);
    assert_int_not_equal(Esys_HMAC(rig->tpm.esys, key, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                                   &data, TPM2_ALG_SHA256, &mac),
                         TSS2_RC_SUCCESS);
    assert_int_not_equal(Esys_HMAC(rig->tpm.esys, key, policy, ESYS_TR_NONE, ESYS_TR_NONE, &data,
                                   TPM2_ALG_SHA256, &mac),
                         TSS2_RC_SUCCESS);
    tpm_flush(&rig->tpm, &policy);
    tpm_flush(&rig->tpm, &key);
    disconnect_tpm(rig);
}

#define BRANCH_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    static struct rig rig;
    struct CMUnitTest tests[] = {
        BRANCH_TEST(test_administrator_key_unblocks),
        BRANCH_TEST(test_puk_unblocks),
        BRANCH_TEST(test_puk_has_a_limit_of_its_own),
        BRANCH_TEST(test_approvals_have_different_references),
        BRANCH_TEST(test_help_desk_unblocks_with_one_answer),
        BRANCH_TEST(test_help_desk_key_computes_no_answers),
    };

    if (!tpm_rig_present()) {
        (void)puts("1..0 # SKIP swtpm or tpm2-tools is not installed");
        return 0;
    }
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tests[i].initial_state = &rig;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
