/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unblocking by a help desk that does not send its key: the card's machine shows a challenge, the
 * help desk computes an answer, and the TPM lets it set one new PIN. The challenge is the nonce of
 * a session in the TPM that stays open meanwhile: an answer is good for this card, this challenge
 * and once, and no longer than HELPDESK_SECONDS; with the session the challenge ends.
 *
 *     auto_challenge struct challenge challenge = CHALLENGE_CLOSED;
 *     challenge_begin(...)     show challenge.card_code and challenge.code
 *     challenge_finish(...)    with what the person typed; again after a wrong one
 *
 * The store's lock is held during the two calls only: others sign in while a person telephones.
 */
#ifndef VSC_CARD_HELPDESK_CHALLENGE_H
#define VSC_CARD_HELPDESK_CHALLENGE_H

#include "card/helpdesk/answer.h"
#include "common/code.h"
#include "card/owner/unblocking.h"
#include "card/tpm/store.h"

#define CHALLENGE_GROUP 4 /* letters between dashes */
#define ANSWER_GROUP    6

/* Must not move while it is open. */
struct challenge {
    struct change change;
    struct unblocking unblocking;
    ESYS_TR policy;             /* the waiting session; ESYS_TR_NONE when there is no challenge */
    TPM2B_NONCE nonce;          /* its nonceTPM */
    char card[STORE_CARD_SIZE]; /* its id */
    unsigned seconds;           /* after its beginning the TPM stops taking the answer */
    char card_code[CODE_SIZE], code[CODE_SIZE];
};

#define CHALLENGE_CLOSED                                                                           \
    ((struct challenge){                                                                           \
        .change = CHANGE_CLOSED, .unblocking = UNBLOCKING_CLOSED, .policy = ESYS_TR_NONE})

/*
 * Open a challenge for the card `id`. VSC_DENIED if the card was made without a help desk. The
 * strings are borrowed until challenge_end(), which is needed after a failure too.
 */
must_check enum vsc_err challenge_begin(struct challenge *challenge, const char *store,
                                        const char *tcti, const char *id, struct problem *problem);
/*
 * VSC_OK means that ret_outcome tells the result: VSC_OK (the new PIN is set, the count is full,
 * the challenge is over; state: the card's), VSC_PIN_POLICY (the new PIN breaks the card's policy;
 * the answer is still good), VSC_CARD_GONE, VSC_DENIED (not the answer to this challenge; another
 * may follow). VSC_INPUT: what was typed is no answer at all, and the TPM was not asked. Anything
 * else is a fault; VSC_TIMEOUT: the challenge is over. A crash leaves the card blocked, or as it
 * was.
 */
must_check enum vsc_err challenge_finish(struct challenge *challenge, const char *answer,
                                         const struct secret *new_pin,
                                         struct card_outcome *ret_outcome, struct problem *problem);
/* Is it an answer, as far as its length and check characters tell? No TPM is asked. */
must_check enum vsc_err challenge_check_answer(const char *answer, struct problem *problem);
/* VSC_OK, with the words for VSC_DENIED in `problem`. */
enum vsc_err challenge_wrong_answer(struct problem *problem);
/* The challenge is over: its session is flushed. */
void challenge_end(struct challenge *challenge);
#define auto_challenge __attribute__((cleanup(challenge_end)))

#endif
