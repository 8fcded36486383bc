/* SPDX-License-Identifier: BSD-2-Clause */
/* The record of a session that was opened with a token: its form, and its file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io.h"
#include "common/own.h"
#include "common/session_record.h"

#define GOOD                                                                                       \
    "pam_vsc session 1\nsession c2\nuid 1000\nleader 4711\nservice gdm-smartcard\n"                \
    "card p11:opensc:1\nname K\xc3\xb6nig's card\n"

static const struct session_record good = {.session = "c2",
                                           .uid = 1000,
                                           .leader = 4711,
                                           .service = "gdm-smartcard",
                                           .card = "p11:opensc:1",
                                           .name = "K\xc3\xb6nig's card"};

static void test_record_comes_back_whole(void **state)
{
    auto_buf struct buf text;
    struct session_record again;

    (void)state;
    assert_int_equal(session_record_encode(&good, &text), VSC_OK);
    assert_int_equal(text.len, strlen(GOOD));
    assert_memory_equal(text.data, GOOD, text.len);
    assert_int_equal(session_record_decode(text.data, text.len, &again), VSC_OK);
    assert_string_equal(again.session, "c2");
    assert_int_equal(again.uid, 1000);
    assert_int_equal(again.leader, 4711);
    assert_string_equal(again.service, "gdm-smartcard");
    assert_string_equal(again.card, "p11:opensc:1");
    assert_string_equal(again.name, good.name);
}

static void test_record_is_refused_when_cut_or_longer(void **state)
{
    static const char longer[] = GOOD "x";
    struct session_record record;

    (void)state;
    for (size_t len = 0; len < strlen(GOOD); len++)
        assert_int_equal(session_record_decode(GOOD, len, &record), VSC_INPUT);
    assert_int_equal(session_record_decode(longer, sizeof(longer) - 1, &record), VSC_INPUT);
    assert_int_equal(session_record_decode(longer, sizeof(longer), &record), VSC_INPUT);
}

/* `from` becomes `to` in a good record. */
static enum vsc_err decode_with(const char *from, const char *to)
{
    char text[SESSION_RECORD_MAX];
    const char *at = strstr(GOOD, from);
    struct session_record record;

    assert_non_null(at);
    (void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - GOOD), GOOD, to, at + strlen(from));
    return session_record_decode(text, strlen(text), &record);
}

static void test_record_is_refused_when_hostile(void **state)
{
    static const char *const changes[][2] = {
        {"session 1", "session 2"},
        {"session c2", "session ../c2"},
        {"session c2", "session c2 "},
        {"session c2", "session -p"},
        {"session c2", "session "},
        {"session c2", "session 012345678901234567890123456789012"},
        {"session c2\nuid 1000", "uid 1000\nsession c2"},
        {"uid 1000", "uid -1"},
        {"uid 1000", "uid 01000"},
        {"uid 1000", "uid 4294967295"},
        {"uid 1000", "uid 4294967296"},
        {"uid 1000", "uid 1000 "},
        {"uid 1000", "uid 0x10"},
        {"uid 1000", "uid 1000\nuid 0"},
        {"leader 4711", "leader 0"},
        {"leader 4711", "leader 1"},
        {"leader 4711", "leader 2147483648"},
        {"service gdm-smartcard", "service a\x1b"},
        {"card p11:", "card 0000:"},
        {"card p11:opensc:1", "card p11:\xe2\x80\xae"},
        {"name K\xc3\xb6nig's card", "name \xff"},
        {"name K\xc3\xb6nig's card", "name 123456789012345678901234567890123"},
    };

    (void)state;
    assert_int_equal(decode_with("c2", "c2"), VSC_OK);
    assert_int_equal(decode_with("uid 1000", "uid 0"), VSC_OK);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
        if (decode_with(changes[i][0], changes[i][1]) != VSC_INPUT)
            fail_msg("%s is taken", changes[i][1]);
}

static void test_record_is_not_made_of_what_is_none(void **state)
{
    auto_buf struct buf text;
    struct session_record record = good;

    (void)state;
    record.session[0] = '/';
    assert_int_equal(session_record_encode(&record, &text), VSC_INPUT);
    record = good;
    record.name[0] = '\n';
    assert_int_equal(session_record_encode(&record, &text), VSC_INPUT);
    record = good;
    record.card[0] = 'q';
    assert_int_equal(session_record_encode(&record, &text), VSC_INPUT);
}

static void test_file_is_made_in_a_folder_of_its_own_and_taken_away(void **state)
{
    char base[] = "/tmp/vsc-session-XXXXXX", folder[64], path[96];
    struct problem problem = {""};
    struct stat status;
    mode_t before;

    (void)state;
    assert_non_null(mkdtemp(base));
    (void)snprintf(folder, sizeof(folder), "%s/run/sessions", base);
    (void)snprintf(path, sizeof(path), "%s/c2", folder);
    assert_int_equal(session_record_remove(folder, "c2", &problem), VSC_OK); /* no folder */
    before = umask(0);
    assert_int_equal(session_record_write(folder, &good, &problem), VSC_OK);
    (void)umask(077);
    assert_int_equal(session_record_write(folder, &good, &problem), VSC_OK); /* again */
    (void)umask(before);
    assert_int_equal(stat(folder, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(session_record_remove(folder, "../sessions/c2", &problem), VSC_INPUT);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(session_record_remove(folder, "c2", &problem), VSC_OK);
    assert_int_equal(session_record_remove(folder, "c2", &problem), VSC_OK);
    /* Others could write what root acts on. */
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(session_record_write(folder, &good, &problem), VSC_UNTRUSTED);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(symlink("/tmp", folder), 0);
    assert_int_equal(session_record_write(folder, &good, &problem), VSC_UNTRUSTED);
    assert_int_equal(unlink(folder), 0);
    *strrchr(folder, '/') = '\0';
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rmdir(base), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_comes_back_whole),
        cmocka_unit_test(test_record_is_refused_when_cut_or_longer),
        cmocka_unit_test(test_record_is_refused_when_hostile),
        cmocka_unit_test(test_record_is_not_made_of_what_is_none),
        cmocka_unit_test(test_file_is_made_in_a_folder_of_its_own_and_taken_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
