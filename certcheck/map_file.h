/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mapping file: lines of KEY=VALUE account, '#' comments, empty lines. Keys are those that bind
 * strongly: upn, sha256 (of the certificate or its SubjectPublicKeyInfo), sid, and altsecid in one
 * of its strong forms. No match is no mapping: the value itself never becomes an account.
 */
#ifndef VSC_CERTCHECK_MAP_FILE_H
#define VSC_CERTCHECK_MAP_FILE_H

#include <stddef.h>

#include "certcheck/facts.h"
#include "common/err.h"
#include "common/problem.h"

#define MAP_FILE_MAX  ((size_t)4 * 1024 * 1024) /* bytes */
#define MAP_LINES_MAX 65536

enum map_key {
    MAP_UPN,
    MAP_SHA256,
    MAP_SID,
    MAP_ALTSECID,
};

struct map_line {
    enum map_key key;
    const char *value, *account; /* within the file's text */
};

struct map_file {
    char *text;             /* owned */
    struct map_line *lines; /* owned */
    size_t count;
};

/* Read a trusted file. VSC_INPUT, VSC_UNTRUSTED as io.h; VSC_CONFIG with file:line for a malformed
 * line: a file that decides who may log in is right or it is not used. */
must_check enum vsc_err map_file_load(const char *path, struct map_file *ret_file,
                                      struct problem *problem);
/* The same from text; `path` is for messages. */
must_check enum vsc_err map_file_parse(const char *text, size_t len, const char *path,
                                       struct map_file *ret_file, struct problem *problem);
void map_file_done(struct map_file *file);

bool map_line_fits(const struct map_line *line, const struct facts *facts);

#endif
