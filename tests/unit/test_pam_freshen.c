/* SPDX-License-Identifier: BSD-2-Clause */
/* A person who takes minutes to type gets a new challenge; one who is quick does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/own.h"
#include "common/wire.h"
#include "pam_vsc/cards.h"
#include "pam_vsc/peer.h"

static int64_t now_ms = 1000000;

int64_t __wrap_clock_ms(void);
int64_t __wrap_clock_ms(void)
{
    return now_ms;
}

/* A vsc-check that accepts at every EVALUATE, with challenges 1, 2, 3 ...; ends at end of file. */
static void play_check(int fd)
{
    const struct deadline deadline = deadline_in(10000);

    for (unsigned char challenge = 1;; challenge++) {
        struct check_evaluated item = {.accepted = true, .mapped = true, .account = "alice"};
        const struct check_evaluations evaluations = {.items = &item, .count = 1};
        auto_message struct message request, answer;

        message_init(&answer, WIRE_CHECK_EVALUATED);
        if (wire_receive(fd, &request, &deadline) != VSC_OK)
            _exit(0);
        item.challenge[0] = challenge;
        check_evaluations_encode(&answer.body, &evaluations);
        if (wire_send(fd, &answer, &deadline) != VSC_OK)
            _exit(1);
    }
}

static void test_old_challenges_are_renewed_and_young_ones_kept(void **state)
{
    unsigned char bytes[] = "a certificate";
    struct card_key key = {.chain = {{bytes, sizeof(bytes)}}, .chain_len = 1};
    struct candidate candidate = {.key = &key};
    struct cards cards = {.candidates = &candidate, .count = 1};
    struct deadline deadline = {.at_ms = INT64_MAX};
    struct peer check = {.name = PEER_CHECK, .helper = HELPER_NONE, .deadline = &deadline};
    int pair[2];
    pid_t pid;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    pid = fork();
    if (pid == 0) {
        (void)close(pair[0]);
        play_check(pair[1]);
    }
    (void)close(pair[1]);
    check.helper.fd = pair[0];

    assert_int_equal(cards_freshen(&cards, &check), VSC_OK); /* evaluated never: old */
    assert_int_equal(candidate.verdict->challenge[0], 1);
    now_ms += CHALLENGE_FRESH_MS - 1;
    assert_int_equal(cards_freshen(&cards, &check), VSC_OK);
    assert_int_equal(candidate.verdict->challenge[0], 1);
    now_ms += 1;
    assert_int_equal(cards_freshen(&cards, &check), VSC_OK);
    assert_int_equal(candidate.verdict->challenge[0], 2);

    check_evaluations_done(&cards.evaluations);
    (void)close(pair[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_old_challenges_are_renewed_and_young_ones_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
