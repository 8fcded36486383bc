/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads JSON (RFC 8259) that somebody else wrote: strict, and bounded in bytes, values and depth.
 * Refused besides what the RFC forbids: two members of one name in an object, U+0000 in a string,
 * and anything after the value. Numbers stay as they are written.
 */
#ifndef VSC_COMMON_JSON_READ_H
#define VSC_COMMON_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/problem.h"

#define JSON_VALUES_MAX 2048
#define JSON_DEPTH_MAX  8

enum json_kind {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

struct json_value {
    enum json_kind kind;
    bool truth;       /* JSON_BOOL */
    const char *text; /* JSON_STRING, decoded, and JSON_NUMBER: NUL-terminated; in the document */
    const char *name; /* of a member; NULL for an element or the root */
    size_t first;     /* JSON_ARRAY, JSON_OBJECT: the first in it; 0 for none */
    size_t next;      /* the next beside it; 0 for none */
};

struct json_document {
    char *text;                /* owned: the values' strings; wiped, for one may be a PIN */
    size_t size;               /* of it */
    struct json_value *values; /* owned; the root is the first */
    size_t count;
};

#define auto_json __attribute__((cleanup(json_document_done)))

/* VSC_INPUT with the byte in `problem` if it is not such JSON. */
must_check enum vsc_err json_read(const void *bytes, size_t len, struct json_document *ret_document,
                                  struct problem *problem);
void json_document_done(struct json_document *document);

const struct json_value *json_root(const struct json_document *document);
/* The member of an object, of this kind; NULL if it is not there, or of another kind. */
const struct json_value *json_member(const struct json_document *document,
                                     const struct json_value *object, const char *name,
                                     enum json_kind kind);
/* The first in an array or object, and the one after `value`; NULL at the end. */
const struct json_value *json_first(const struct json_document *document,
                                    const struct json_value *value);
const struct json_value *json_next(const struct json_document *document,
                                   const struct json_value *value);

#endif
