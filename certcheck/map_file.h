/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mapping file: lines of KEY=VALUE account, '#' comments, empty lines. Keys are upn, sha256 (of
 * the certificate or its SubjectPublicKeyInfo), sid, and altsecid. No match is no mapping: the
 * value itself never becomes an account.
 */
#ifndef VSC_CERTCHECK_MAP_FILE_H
#define VSC_CERTCHECK_MAP_FILE_H

#include <stdbool.h>
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
    MAP_ANY, /* of a file: lines may have any key, and must name it */
};

/* How firmly an account is bound to a certificate; the higher, the firmer. */
enum binding {
    BINDING_WEAK, /* by a name that may be given to somebody else: mapping.allow_weak only */
    BINDING_NAME, /* by a UPN: the directory has one of each, but whoever enrolls may ask for it */
    BINDING_STRONG, /* by certificate, key, serial number or SID (KB5014754) */
};

/* What a file may hold. */
struct map_format {
    enum map_key key; /* of every line: VALUE account is enough then */
    bool allow_weak;  /* weak forms of altsecid too */
};

struct map_line {
    enum map_key key;
    enum binding binding;
    const char *value, *account; /* within the file's text; an altsecid in its one form */
    unsigned number;             /* in the file, from 1 */
};

struct map_file {
    char *text;             /* owned */
    struct map_line *lines; /* owned */
    size_t count;
};

/* Read a trusted file. VSC_INPUT, VSC_UNTRUSTED as io.h; VSC_CONFIG with file:line for a malformed
 * line: a file that decides who may log in is right or it is not used. */
must_check enum vsc_err map_file_load(const char *path, const struct map_format *format,
                                      struct map_file *ret_file, struct problem *problem);
/* The same from text; `path` is for messages. */
must_check enum vsc_err map_file_parse(const char *text, size_t len, const char *path,
                                       const struct map_format *format, struct map_file *ret_file,
                                       struct problem *problem);
void map_file_done(struct map_file *file);

/* Does the certificate with these facts have this value? Values are as map_file_parse left them. */
bool map_value_fits(enum map_key key, const char *value, const struct facts *facts);

#endif
