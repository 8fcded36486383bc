/* SPDX-License-Identifier: BSD-2-Clause */
/* What the doctor says of a TPM by what the TPM says of itself; what no software TPM can be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "vscmgr/doctor/check_tpm.h"

static const struct tpm_said healthy = {
    .revision = 164,
    .permanent = TPMA_PERMANENT_LOCKOUTAUTHSET,
    .startup = TPMA_STARTUP_CLEAR_SHENABLE,
    .persistent_free = 40,
    .persistent_min = 7,
    .transient_free = 3,
    .sessions_free = 64,
    .tries = 32,
    .interval = 600,
};

/* The one finding of a TPM that differs from a healthy one; FINDING_COUNT for none. */
static enum doctor_id only_finding(struct tpm_said said)
{
    struct doctor *doctor = calloc(1, sizeof(*doctor));
    enum doctor_id id;

    assert_non_null(doctor);
    tpm_said_judge(doctor, &said);
    assert_in_range(doctor->count, 0, 1);
    id = doctor->count == 1 ? doctor->items[0].id : FINDING_COUNT;
    free(doctor);
    return id;
}

#define WITH(change)                                                                               \
    __extension__({                                                                                \
        struct tpm_said said = healthy;                                                            \
        change;                                                                                    \
        only_finding(said);                                                                        \
    })

static void test_healthy_tpm_has_no_finding(void **state)
{
    (void)state;
    assert_int_equal(only_finding(healthy), FINDING_COUNT);
}

static void test_each_fault_has_its_finding(void **state)
{
    (void)state;
    assert_int_equal(WITH(said.revision = 116), FINDING_TPM_NO_COUNTER);
    assert_int_equal(WITH(said.revision = 138), FINDING_COUNT);
    assert_int_equal(WITH(said.startup = 0), FINDING_TPM_DISABLED);
    assert_int_equal(WITH(said.permanent = 0), FINDING_LOCKOUT_OPEN);
    assert_int_equal(WITH(said.permanent |= TPMA_PERMANENT_INLOCKOUT), FINDING_TPM_LOCKED);
    assert_int_equal(WITH(said.persistent_free = 8), FINDING_NV_SPACE);
    assert_int_equal(WITH(said.persistent_free = 9), FINDING_COUNT);
    assert_int_equal(WITH(said.transient_free = 0), FINDING_HANDLE_SPACE);
    assert_int_equal(WITH(said.sessions_free = 0), FINDING_HANDLE_SPACE);
}

static void test_lockout_is_lax_or_strict_at_its_limits(void **state)
{
    (void)state;
    assert_int_equal(WITH(said.tries = 100), FINDING_COUNT);
    assert_int_equal(WITH(said.tries = 101), FINDING_DA_LAX);
    assert_int_equal(WITH(said.interval = 9), FINDING_DA_LAX);
    assert_int_equal(WITH(said.interval = 10), FINDING_COUNT);
    assert_int_equal(WITH(said.tries = 9), FINDING_DA_STRICT);
    assert_int_equal(WITH(said.tries = 10), FINDING_COUNT);
    assert_int_equal(WITH(said.interval = 7201), FINDING_DA_STRICT);
}

static void test_each_finding_has_its_words(void **state)
{
    (void)state;
    for (enum doctor_id id = 0; id < FINDING_COUNT; id++) {
        assert_non_null(doctor_id_name(id));
        assert_true(doctor_text(id)[0] != '\0' && doctor_remedy(id)[0] != '\0');
        for (enum doctor_id other = 0; other < id; other++)
            assert_string_not_equal(doctor_id_name(id), doctor_id_name(other));
    }
}

static void test_findings_beyond_the_room_are_counted(void **state)
{
    struct doctor *doctor = calloc(1, sizeof(*doctor));

    (void)state;
    assert_non_null(doctor);
    for (size_t i = 0; i < DOCTOR_MAX + 3; i++)
        doctor_find(doctor, FINDING_SOCKET, NULL, "number %zu\n", i);
    assert_int_equal(doctor->count, DOCTOR_MAX);
    assert_int_equal(doctor->lost, 3);
    assert_string_equal(doctor->items[1].detail, "number 1\\x0a");
    free(doctor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_healthy_tpm_has_no_finding),
        cmocka_unit_test(test_each_fault_has_its_finding),
        cmocka_unit_test(test_lockout_is_lax_or_strict_at_its_limits),
        cmocka_unit_test(test_each_finding_has_its_words),
        cmocka_unit_test(test_findings_beyond_the_room_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
