/* SPDX-License-Identifier: BSD-2-Clause */
/* Which storage root key a card stands on: the machine's where it is fit, else one of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/tpm_cards.h"

struct rig {
    struct tpm_cards cards;
};

static int start(void **state)
{
    return tpm_cards_start(&((struct rig *)*state)->cards) ? 0 : -1;
}

static int stop(void **state)
{
    tpm_cards_stop(&((struct rig *)*state)->cards);
    return 0;
}

static int run(struct rig *rig, const char *command)
{
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};

    (void)setenv("DIR", rig->cards.tpm.dir, 1);
    return tpm_rig_run(&rig->cards.tpm, argv);
}

#define MAKE_SRK(algorithm, more)                                                                  \
    "cd $DIR && tpm2_createprimary -C o -G " algorithm " -c x -a 'restricted|decrypt|fixedtpm|"    \
    "fixedparent|sensitivedataorigin|userwithauth" more                                            \
    " && tpm2_evictcontrol -C o -c x 0x81000001 && tpm2_flushcontext -t"

static void use_srk(struct rig *rig, const char *command, TPM2_HANDLE wanted)
{
    struct tpm_card_spec spec = {.name = "Rooted", .tries = 3, .key = KEY_P256};
    struct card_outcome outcome = {0};
    char id[STORE_CARD_SIZE];
    struct objects objects;
    struct problem problem;

    assert_int_equal(run(rig, command), 0);
    assert_int_equal(tpm_cards_make(&rig->cards, &spec, id, &problem), VSC_OK);
    assert_int_equal(tpm_cards_objects(&rig->cards, id, &objects), VSC_OK);
    assert_int_equal(objects.srk_at, wanted);
    assert_int_equal(tpm_cards_sign(&rig->cards, id, TEST_PIN, &outcome), VSC_OK);
}

static void test_common_storage_root_key_is_used_when_it_is_fit(void **state)
{
    use_srk(*state, MAKE_SRK("ecc256", "|noda'"), 0x81000001);
}

static void test_common_storage_root_key_may_be_rsa(void **state)
{
    use_srk(*state, MAKE_SRK("rsa2048", "|noda'"), 0x81000001);
}

static void test_storage_root_key_under_da_is_not_used(void **state)
{
    struct rig *rig = *state;

    use_srk(rig, MAKE_SRK("ecc256", "'"), 0x81000100);
    /* Never evict what others made. */
    assert_int_equal(run(rig, "tpm2_getcap handles-persistent | grep -q 0x81000001"), 0);
}

static void test_storage_root_key_with_an_auth_value_is_not_used(void **state)
{
    use_srk(*state, MAKE_SRK("ecc256", "|noda' -p secret"), 0x81000100);
}

static void test_own_storage_root_key_steps_aside(void **state)
{
    use_srk(*state,
            "cd $DIR && tpm2_createprimary -C o -G ecc256 -c x && "
            "tpm2_evictcontrol -C o -c x 0x81000100 && tpm2_flushcontext -t",
            0x81000101);
}

#define SRK_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    static struct rig rig;
    struct CMUnitTest tests[] = {
        SRK_TEST(test_common_storage_root_key_is_used_when_it_is_fit),
        SRK_TEST(test_common_storage_root_key_may_be_rsa),
        SRK_TEST(test_storage_root_key_under_da_is_not_used),
        SRK_TEST(test_storage_root_key_with_an_auth_value_is_not_used),
        SRK_TEST(test_own_storage_root_key_steps_aside),
    };

    if (!tpm_rig_present()) {
        (void)puts("1..0 # SKIP swtpm or tpm2-tools is not installed");
        return 0;
    }
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tests[i].initial_state = &rig;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
