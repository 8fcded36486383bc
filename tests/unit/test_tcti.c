/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The deadline of a command to a TPM that is a device: a terminal stands in for it, and at its
 * other end a TPM that answers each command with success, or answers no more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <termios.h>
#include <tss2/tss2_tcti.h>
#include <unistd.h>

#include "card/tpm/tcti.h"
#include "common/own.h"

static const unsigned char command[] = {0x80, 0x01, 0, 0, 0, 12, 0, 0, 0x01, 0x7b, 0, 8};
static const unsigned char success[] = {0x80, 0x01, 0, 0, 0, 10, 0, 0, 0, 0};

static int tpm = -1, keeper = -1;
static atomic_bool answers;

static pthread_t thread;
static struct deadline deadline;
static char name[80];

/* As it has no packets, a command is what comes at once. */
static void *play_tpm(void *unused)
{
    unsigned char bytes[4096];

    (void)unused;
    while (read(tpm, bytes, sizeof(bytes)) > 0) {

        if (answers && write(tpm, success, sizeof(success)) != (ssize_t)sizeof(success))
            break;
    }
    return NULL;
}

static int start_tpm(void **state)
{
    struct termios raw;

    (void)state;
    (void)alarm(600); /* what is tested would wait for ever */
    answers = true;

    tpm = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (tpm < 0 || grantpt(tpm) != 0 || unlockpt(tpm) != 0)
        return -1;
    (void)snprintf(name, sizeof(name), "device:%s", ptsname(tpm));
    keeper = open(ptsname(tpm), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (keeper < 0 || tcgetattr(keeper, &raw) != 0)
        return -1;
    cfmakeraw(&raw);
    return tcsetattr(keeper, TCSANOW, &raw) == 0 ? pthread_create(&thread, NULL, play_tpm, NULL)
                                                 : -1;
}

static int stop_tpm(void **state)
{
    (void)state;
    (void)close(keeper);
    (void)pthread_join(thread, NULL);
    (void)close(tpm);
    return 0;
}

static TSS2_TCTI_CONTEXT *open_device(void)
{
    TSS2_TCTI_CONTEXT *tcti = NULL;
    struct problem problem = {""};

    deadline = deadline_in(60000);
    if (tcti_open(name, &deadline, &tcti, &problem) != VSC_OK)
        fail_msg("%s", problem.text);
    return tcti;
}

static void test_device_that_answers_is_heard(void **state)
{
    TSS2_TCTI_CONTEXT *tcti = open_device();
    unsigned char answer[4096];
    size_t len = sizeof(answer);

    (void)state;
    assert_int_equal(Tss2_Tcti_Transmit(tcti, sizeof(command), command), TSS2_RC_SUCCESS);
    assert_int_equal(Tss2_Tcti_Receive(tcti, &len, answer, TSS2_TCTI_TIMEOUT_BLOCK),
                     TSS2_RC_SUCCESS);
    assert_int_equal(len, sizeof(success));
    assert_memory_equal(answer, success, sizeof(success));
    tcti_close(tcti);
}

static void test_deadline_ends_the_wait_for_a_device(void **state)
{
    TSS2_TCTI_CONTEXT *tcti = open_device();
    unsigned char answer[4096];
    size_t len = sizeof(answer);
    int64_t before = clock_ms();

    (void)state;
    answers = false;
    deadline = deadline_in(300);
    assert_int_equal(Tss2_Tcti_Transmit(tcti, sizeof(command), command), TSS2_RC_SUCCESS);
    assert_int_not_equal(Tss2_Tcti_Receive(tcti, &len, answer, TSS2_TCTI_TIMEOUT_BLOCK),
                         TSS2_RC_SUCCESS);
    assert_true(clock_ms() - before >= 290);
    assert_true(tcti_is_broken(tcti));
    tcti_close(tcti);
}

static void test_connection_that_fails_names_the_key_of_the_configuration(void **state)
{
    TSS2_TCTI_CONTEXT *tcti = NULL;
    struct problem problem = {""};

    (void)state;
    deadline = deadline_in(60000);
    assert_int_equal(tcti_open("device:/dev/no-such-tpm", &deadline, &tcti, &problem), VSC_TPM);
    assert_non_null(strstr(problem.text, "card.tcti: "));
    assert_non_null(strstr(problem.text, "/dev/no-such-tpm"));
    assert_null(tcti);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_device_that_answers_is_heard, start_tpm, stop_tpm),
        cmocka_unit_test_setup_teardown(test_deadline_ends_the_wait_for_a_device, start_tpm,
                                        stop_tpm),
        cmocka_unit_test(test_connection_that_fails_names_the_key_of_the_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
