/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that the greeter reads: its configuration, desktop entries, what it remembers. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/own.h"
#include "greeter/files/keyfile.h"
#include "greeter/files/remember.h"
#include "greeter/files/sessions.h"
#include "greeter/files/settings.h"
#include "greeter/files/words.h"

/* ---- key files
 * ----------------------------------------------------------------------------------- */

static void test_keyfile_is_read(void **state)
{
    const char text[] =
        "# c\n\n[A]\n x = a\\sb\\n\\\\ \r\n[B]\nx=2\nx=3\nName[de_DE]=d1\nName[fr]=f\n"
        "Name=n\nempty=\n";
    auto_keyfile struct keyfile file = {0};

    (void)state;
    assert_int_equal(keyfile_read(text, strlen(text), &file, NULL), VSC_OK);
    assert_string_equal(keyfile_get(&file, "A", "x"), "a b\n\\");
    assert_string_equal(keyfile_get(&file, "B", "x"), "2");
    assert_string_equal(keyfile_get(&file, "B", "empty"), "");
    assert_null(keyfile_get(&file, "C", "x"));
    assert_null(keyfile_get(&file, "A", "y"));
    assert_string_equal(keyfile_get_local(&file, "B", "Name", "de_DE.UTF-8"), "d1");
    assert_string_equal(keyfile_get_local(&file, "B", "Name", "fr_FR.UTF-8@euro"), "f");
    assert_string_equal(keyfile_get_local(&file, "B", "Name", "de_AT"), "n");
    assert_string_equal(keyfile_get_local(&file, "B", "Name", "C"), "n");
    assert_string_equal(keyfile_get_local(&file, "B", "Name", ""), "n");
}

static void test_keyfile_refuses(void **state)
{
    static const char *const texts[] = {"x=1\n",     "[A\n",          "[]\n",         "[A]\nx\n",
                                        "[A]\n=1\n", "[A]\nx=\xff\n", "[A]\nx=\x01\n"};
    struct keyfile file = {0};
    struct problem problem;
    char many[KEYFILE_ENTRIES * 4 + 16];
    size_t len = 4;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        problem.text[0] = '\0';
        assert_int_equal(keyfile_read(texts[i], strlen(texts[i]), &file, &problem), VSC_INPUT);
        assert_non_null(strstr(problem.text, "line "));
    }
    assert_int_equal(keyfile_read("[A]\nx=a\0b", 9, &file, NULL), VSC_INPUT);
    memcpy(many, "[A]\n", 4);
    for (int i = 0; i <= KEYFILE_ENTRIES; i++, len += 4)
        memcpy(many + len, "x=1\n", 4);
    assert_int_equal(keyfile_read(many, len, &file, NULL), VSC_INPUT);
    assert_null(file.text);
}

/* ---- commands
 * ------------------------------------------------------------------------------------ */

static void test_words_are_divided_as_exec_is(void **state)
{
    static const struct {
        const char *line, *words; /* with '|' between; NULL: refused */
    } lines[] = {
        {"gnome-session", "gnome-session"},
        {"  /usr/bin/env\tX=1  sway ", "/usr/bin/env|X=1|sway"},
        {"a \"b c\" \"d\\\"\\$\\`\\\\e\" \"\"", "a|b c|d\"$`\\e|"},
        {"a %f %U 100%% x%cy", "a|100%|xy"},
        {"a\\b", "a\\b"},
        {"a %", NULL},
        {"a %z", NULL},
        {"a \"b", NULL},
        {"", NULL},
        {"   ", NULL},
        {"%f", NULL},
        {"\"\" a", NULL},
    };
    char long_line[WORDS_MAX * 2 + 8] = "";

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char **words = NULL;
        char joined[256] = "";
        enum vsc_err err = words_read(lines[i].line, &words);

        assert_int_equal(err, lines[i].words == NULL ? VSC_INPUT : VSC_OK);
        for (size_t word = 0; words != NULL && words[word] != NULL; word++) {
            (void)strcat(joined, word > 0 ? "|" : "");
            (void)strcat(joined, words[word]);
        }
        assert_string_equal(joined, lines[i].words == NULL ? "" : lines[i].words);
        free(words);
    }
    for (int i = 0; i <= WORDS_MAX; i++)
        (void)strcat(long_line, "x ");
    assert_int_equal(words_read(long_line, &(char **){NULL}), VSC_INPUT);
}

/* ---- sessions
 * ------------------------------------------------------------------------------------ */

static const struct sessions_rules rules = {
    .x_folder = "",
    .wayland_folder = "",
    .x_wrapper = "startx /usr/bin/env",
    .command = "/bin/sh -l",
    .command_name = "Command line",
    .locale = "de_DE.UTF-8",
};

static enum vsc_err parse(const char *text, const char *id, bool wayland, struct session *session)
{
    return session_parse(text, strlen(text), id, wayland, &rules, session);
}

static void test_session_is_read(void **state)
{
    struct session session;

    (void)state;
    assert_int_equal(parse("[Desktop Entry]\nName=Plain\nName[de]=Schlicht\nExec=plain --x %f\n"
                           "TryExec=sh\nDesktopNames=A;B;\n",
                           "plain", false, &session),
                     VSC_OK);
    assert_string_equal(session.name, "Schlicht");
    assert_string_equal(session.command[0], "startx");
    assert_string_equal(session.command[2], "plain");
    assert_string_equal(session.command[3], "--x");
    assert_null(session.command[4]);
    assert_string_equal(session.environment[0], "XDG_SESSION_TYPE=x11");
    assert_string_equal(session.environment[1], "XDG_SESSION_DESKTOP=plain");
    assert_string_equal(session.environment[3], "XDG_CURRENT_DESKTOP=A:B");
    assert_null(session.environment[4]);
    session_done(&session);
    assert_int_equal(parse("[Desktop Entry]\nName=S\nExec=sway\n", "sway", true, &session), VSC_OK);
    assert_string_equal(session.command[0], "sway");
    assert_string_equal(session.environment[0], "XDG_SESSION_TYPE=wayland");
    session_done(&session);
}

static void test_entries_that_are_no_sessions(void **state)
{
    static const char *const texts[] = {
        "",
        "[Desktop Entry]\nName=x\n",
        "[Desktop Entry]\nExec=x\n",
        "[Other]\nName=x\nExec=x\n",
        "[Desktop Entry]\nName=x\nExec=x\nHidden=true\n",
        "[Desktop Entry]\nName=x\nExec=x\nNoDisplay=true\n",
        "[Desktop Entry]\nName=x\nExec=x\nTryExec=/nowhere/x\n",
        "[Desktop Entry]\nName=x\nExec=x\nTryExec=no-such-program-here\n",
        "[Desktop Entry]\nName=x\nExec=x \"\n",
        "[Desktop Entry]\nName=\xe2\x80\xae\nExec=x\n",
        "junk",
    };
    struct session session;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(parse(texts[i], "x", true, &session), VSC_INPUT);
    assert_int_equal(parse("[Desktop Entry]\nName=x\nExec=x\n", "", true, &session), VSC_INPUT);
    assert_int_equal(parse("[Desktop Entry]\nName=x\nExec=x\n", "a\nb", true, &session), VSC_INPUT);
}

static void put(const char *folder, const char *name, const char *text)
{
    char path[256];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

static void test_folder_of_sessions(void **state)
{
    char folder[] = "/tmp/vsc-sessions.XXXXXX";
    struct sessions_rules here = rules;
    struct sessions sessions;
    char command[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    here.wayland_folder = folder;
    put(folder, "b.desktop", "[Desktop Entry]\nName=B\nExec=b\n");
    put(folder, "a.desktop", "[Desktop Entry]\nName=A\nExec=a\n");
    put(folder, "bad.desktop", "not one");
    put(folder, "c.other", "[Desktop Entry]\nName=C\nExec=c\n");
    put(folder, ".desktop", "[Desktop Entry]\nName=D\nExec=d\n");
    assert_int_equal(sessions_read(&here, &sessions), VSC_OK);
    assert_int_equal(sessions.count, 2);
    assert_string_equal(sessions.list[0].name, "A");
    assert_int_equal(sessions_find(&sessions, "b"), 1);
    assert_int_equal(sessions_find(&sessions, "gone"), 0);
    sessions_done(&sessions);
    /* None: the command. */
    here.wayland_folder = "/nowhere";
    assert_int_equal(sessions_read(&here, &sessions), VSC_OK);
    assert_int_equal(sessions.count, 1);
    assert_string_equal(sessions.list[0].name, "Command line");
    assert_string_equal(sessions.list[0].command[1], "-l");
    sessions_done(&sessions);
    here.command = "";
    assert_int_equal(sessions_read(&here, &sessions), VSC_OK);
    assert_int_equal(sessions.count, 0);
    sessions_done(&sessions);
    (void)snprintf(command, sizeof(command), "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/* ---- the configuration
 * --------------------------------------------------------------------------- */

static void test_sample_states_every_default(void **state)
{
    auto_buf struct buf sample;
    struct settings from_sample, preset;
    struct problem problem = {""};
    auto_fd int fd = -1;

    (void)state;
    buf_init(&sample, KEYFILE_MAX);
    fd = open("conf/greeter.conf", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(io_read_all(fd, KEYFILE_MAX, &sample), VSC_OK);
    assert_int_equal(settings_parse("", 0, &preset, NULL), VSC_OK);
    assert_int_equal(settings_parse((const char *)sample.data, sample.len, &from_sample, &problem),
                     VSC_OK);
    assert_memory_equal(&from_sample, &preset, sizeof(preset));
    assert_true(preset.power && !preset.direct);
}

static void test_settings_are_read_strictly(void **state)
{
    static const char *const texts[] = {
        "[greeter]\nunknown=1\n",
        "[other]\ndirect=true\n",
        "[greeter]\ndirect=yes\n",
        "[greeter]\nwatch=relative\n",
        "[greeter]\ndark=true\ndark=true\n",
        "direct=true\n",
        "[greeter]\nlayouts=\xe2\x80\xae\n",
    };
    const char good[] = "[greeter]\ndirect=true\nx_sessions=\nlayouts=us,de\n";
    struct settings settings;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct problem problem = {""};

        assert_int_equal(settings_parse(texts[i], strlen(texts[i]), &settings, &problem),
                         VSC_CONFIG);
        assert_non_null(strstr(problem.text, "line "));
        assert_false(settings.direct || settings.dark);
    }
    assert_int_equal(settings_parse(good, strlen(good), &settings, NULL), VSC_OK);
    assert_true(settings.direct);
    assert_string_equal(settings.x_sessions, "");
    assert_string_equal(settings.layouts, "us,de");
    assert_int_equal(settings_read("/nowhere/greeter.conf", &settings, NULL), VSC_INPUT);
    assert_string_equal(settings.x_sessions, "/usr/share/xsessions");
}

/* ---- what is remembered
 * -------------------------------------------------------------------------- */

static void test_choices_are_remembered(void **state)
{
    char home[] = "/tmp/vsc-home.XXXXXX";
    const struct remembered before = {.session = "sway", .card = "0000"};
    struct remembered after;
    char path[128];

    (void)state;
    assert_non_null(mkdtemp(home));
    remember_read(home, &after);
    assert_string_equal(after.session, "");
    assert_int_equal(remember_write(home, &before), VSC_OK);
    remember_read(home, &after);
    assert_string_equal(after.session, "sway");
    assert_string_equal(after.card, "0000");
    (void)snprintf(path, sizeof(path), "%s/.cache/pam_vsc", home);
    put(path, "greeter",
        "[last]\nsession=a\x1b"
        "b\ncard=0001\n");
    remember_read(home, &after);
    assert_string_equal(after.card, "");
    /* No link is followed. */
    (void)snprintf(path, sizeof(path), "rm -r %s/.cache && ln -s /tmp %s/.cache", home, home);
    assert_int_equal(system(path), 0);
    assert_int_equal(remember_write(home, &before), VSC_SYSTEM);
    (void)snprintf(path, sizeof(path), "rm -r %s", home);
    assert_int_equal(system(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keyfile_is_read),
        cmocka_unit_test(test_keyfile_refuses),
        cmocka_unit_test(test_words_are_divided_as_exec_is),
        cmocka_unit_test(test_session_is_read),
        cmocka_unit_test(test_entries_that_are_no_sessions),
        cmocka_unit_test(test_folder_of_sessions),
        cmocka_unit_test(test_sample_states_every_default),
        cmocka_unit_test(test_settings_are_read_strictly),
        cmocka_unit_test(test_choices_are_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
