/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes JSON (RFC 8259) to a stream. Commas, quotes and escapes are the writer's; the caller opens
 * and closes. Strings that are not valid UTF-8 are written with U+FFFD in place of each bad byte.
 * Without a name (NULL) a value is an element of an array.
 */
#ifndef VSC_COMMON_JSON_H
#define VSC_COMMON_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
    FILE *stream;    /* borrowed */
    unsigned depth;  /* open objects and arrays */
    uint64_t filled; /* bit d: something stands already at depth d */
};

void json_init(struct json *json, FILE *stream);
void json_open_object(struct json *json, const char *name);
void json_close_object(struct json *json);
void json_open_array(struct json *json, const char *name);
void json_close_array(struct json *json);
/* NULL is written as null. */
void json_string(struct json *json, const char *name, const char *value);
/* Of a certificate, card or token: as text_clean() shows it, so that no reader decodes \u202e. */
void json_foreign(struct json *json, const char *name, const char *value);
void json_number(struct json *json, const char *name, int64_t value);
void json_bool(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);
/* A value stands on the stream, or begins there. */
bool json_has_begun(const struct json *json);
/* The final newline; VSC-like result: true if all was written to the stream. */
bool json_end(struct json *json);

#endif
