/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of groups and keys, as freedesktop.org's Desktop Entry Specification has them: sessions,
 * the greeter's own configuration, and what it remembers. Bounded, strict UTF-8; libc only.
 */
#ifndef VSC_GREETER_FILES_KEYFILE_H
#define VSC_GREETER_FILES_KEYFILE_H

#include <stddef.h>

#include "common/err.h"
#include "common/problem.h"

#define KEYFILE_MAX     (256 * 1024) /* bytes */
#define KEYFILE_ENTRIES 2048

struct keyfile_entry {
    const char *group, *key; /* in the file's text; `key` as it stands there, with its [locale] */
    const char *value;       /* unescaped: \s \n \t \r \\ */
    unsigned line;
};

struct keyfile {
    char *text;                    /* owned: all strings lie in it */
    struct keyfile_entry *entries; /* owned */
    size_t count;
};

#define auto_keyfile __attribute__((cleanup(keyfile_done)))

/* VSC_INPUT with the line in `problem`, VSC_MEMORY. */
must_check enum vsc_err keyfile_read(const char *bytes, size_t len, struct keyfile *ret_file,
                                     struct problem *problem);
void keyfile_done(struct keyfile *file);

/* The value of a key, the first one where there are several; NULL if it is not there. */
const char *keyfile_get(const struct keyfile *file, const char *group, const char *key);
/* The same in the language of `locale` ("de_DE.UTF-8"): key[de_DE], key[de] or key. */
const char *keyfile_get_local(const struct keyfile *file, const char *group, const char *key,
                              const char *locale);

#endif
