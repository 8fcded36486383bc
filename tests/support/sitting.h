/* SPDX-License-Identifier: BSD-2-Clause */
/* A sign-in with vsc-check's session: clocks and accounts are the test's own (pki.h). */
#ifndef VSC_TESTS_SUPPORT_SITTING_H
#define VSC_TESTS_SUPPORT_SITTING_H

#include <stddef.h>
#include <stdint.h>

#include "certcheck/check_session.h"
#include "tests/support/check_client.h"

extern struct check_session *sitting_session;
extern int64_t sitting_wall, sitting_ticks;
/* Of the last sitting_get_challenge(). */
extern unsigned char sitting_challenge[DIGEST_SIZE];

/* cmocka setup and teardown of each test; the group has the test CA's. */
int sitting_set_up(void **state);
int sitting_tear_down(void **state);
void sitting_start_anew(void);

/* Takes `request` over. The answer's type, 0 for an error. */
enum wire_type sitting_send(struct message *request, struct message *answer);
void sitting_begin(const char *user);
/* Takes `request` over; the answer for its one certificate. */
struct check_evaluations sitting_send_evaluate(struct message *request);
struct check_evaluations sitting_evaluate(const char *file);
/* BEGIN and EVALUATE of a good certificate; keeps the challenge. */
void sitting_get_challenge_for(const char *file);
void sitting_get_challenge(void);

/* PROVE with this signature, or a good one: "accepted", or the codes, or "error". */
const char *sitting_prove_with(uint32_t index, const unsigned char *signature, size_t len);
const char *sitting_prove(void);

void sitting_expect_codes(const struct check_evaluated *item, const char *codes);
const char *sitting_codes_of(const struct check_verdict *verdict);

#endif
