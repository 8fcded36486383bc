/* SPDX-License-Identifier: BSD-2-Clause */
/* The greeter's configuration, greeter.conf(5). One that is not as it should be is an error. */
#ifndef VSC_GREETER_FILES_SETTINGS_H
#define VSC_GREETER_FILES_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/problem.h"

#define SETTINGS_TEXT 512

/* key, kind, default; greeter.conf(5) says what they mean */
#define SETTINGS(X)                                                                                \
    X(direct, BOOL, "false")                                                                       \
    X(watch, PATH, VSC_BINDIR "/vsc-watch")                                                        \
    X(dark, BOOL, "false")                                                                         \
    X(high_contrast, BOOL, "false")                                                                \
    X(large_text, BOOL, "false")                                                                   \
    X(animations, BOOL, "true")                                                                    \
    X(power, BOOL, "true")                                                                         \
    X(screen_reader, TEXT, "orca")                                                                 \
    X(screen_keyboard, TEXT, "onboard")                                                            \
    X(layouts, TEXT, "")                                                                           \
    X(session, TEXT, "")                                                                           \
    X(x_sessions, PATH, "/usr/share/xsessions")                                                    \
    X(wayland_sessions, PATH, "/usr/share/wayland-sessions")                                       \
    X(x_wrapper, TEXT, "startx /usr/bin/env")                                                      \
    X(command, TEXT, "/bin/sh -l")

#define SETTINGS_FIELD_BOOL(name) bool name;
#define SETTINGS_FIELD_TEXT(name) char name[SETTINGS_TEXT];
#define SETTINGS_FIELD_PATH(name) char name[SETTINGS_TEXT];

struct settings {
#define SETTINGS_FIELD(name, kind, preset) SETTINGS_FIELD_##kind(name)
    SETTINGS(SETTINGS_FIELD)
#undef SETTINGS_FIELD
};

#define SETTINGS_FILE "/etc/pam_vsc/greeter.conf"

/*
 * Read the file at `path`, which must be trusted (common/io.h); NULL reads SETTINGS_FILE, which may
 * be missing. VSC_CONFIG with "PATH: line N: ..." in `problem`; *ret_settings then holds defaults.
 */
must_check enum vsc_err settings_read(const char *path, struct settings *ret_settings,
                                      struct problem *problem);
/* The same from the file's content. */
must_check enum vsc_err settings_parse(const char *bytes, size_t len, struct settings *ret_settings,
                                       struct problem *problem);

#endif
