/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "common/text.h"

#define DEPTH_MAX 63

void json_init(struct json *json, FILE *stream)
{
    *json = (struct json){.stream = stream};
}

static void put_code(FILE *stream, unsigned code)
{
    if (code < 0x10000) {
        (void)fprintf(stream, "\\u%04x", code);
        return;
    }
    code -= 0x10000;
    (void)fprintf(stream, "\\u%04x\\u%04x", 0xd800 + (code >> 10), 0xdc00 + (code & 0x3ff));
}

/* As text_clean() writes what must not pass; what is no UTF-8 is U+FFFD here too. */
static void put_shown(FILE *stream, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        (void)fprintf(stream, "\\\\x%02x", (unsigned char)bytes[i]);
}

static void put_string(FILE *stream, const char *value, bool is_foreign)
{
    size_t left = strlen(value);

    (void)fputc('"', stream);
    while (left > 0) {
        unsigned code = 0xfffd;
        size_t len = text_decode(value, left, &code);

        if (len == 0)
            (void)fputs("\xef\xbf\xbd", stream);
        else if (code == '"' || code == '\\')
            (void)fprintf(stream, "\\%c", (char)code);
        else if (text_is_unsafe(code) && is_foreign)
            put_shown(stream, value, len);
        else if (text_is_unsafe(code))
            put_code(stream, code); /* valid JSON as they are, but not for a terminal */
        else
            (void)fwrite(value, 1, len, stream);
        len = len > 0 ? len : 1;
        value += len;
        left -= len;
    }
    (void)fputc('"', stream);
}

/* The comma before a value, and its name. */
static void put_name(struct json *json, const char *name)
{
    uint64_t bit = UINT64_C(1) << json->depth;

    if ((json->filled & bit) != 0)
        (void)fputc(',', json->stream);
    json->filled |= bit;
    if (name != NULL) {
        put_string(json->stream, name, false);
        (void)fputc(':', json->stream);
    }
}

static void put_open(struct json *json, const char *name, char bracket)
{
    assert(json->depth < DEPTH_MAX);
    put_name(json, name);
    (void)fputc(bracket, json->stream);
    json->depth++;
    json->filled &= ~(UINT64_C(1) << json->depth);
}

static void put_close(struct json *json, char bracket)
{
    assert(json->depth > 0);
    json->depth--;
    (void)fputc(bracket, json->stream);
}

void json_open_object(struct json *json, const char *name)
{
    put_open(json, name, '{');
}

void json_close_object(struct json *json)
{
    put_close(json, '}');
}

void json_open_array(struct json *json, const char *name)
{
    put_open(json, name, '[');
}

void json_close_array(struct json *json)
{
    put_close(json, ']');
}

void json_string(struct json *json, const char *name, const char *value)
{
    if (value == NULL) {
        json_null(json, name);
        return;
    }
    put_name(json, name);
    put_string(json->stream, value, false);
}

void json_foreign(struct json *json, const char *name, const char *value)
{
    if (value == NULL) {
        json_null(json, name);
        return;
    }
    put_name(json, name);
    put_string(json->stream, value, true);
}

void json_number(struct json *json, const char *name, int64_t value)
{
    put_name(json, name);
    (void)fprintf(json->stream, "%" PRId64, value);
}

void json_bool(struct json *json, const char *name, bool value)
{
    put_name(json, name);
    (void)fputs(value ? "true" : "false", json->stream);
}

void json_null(struct json *json, const char *name)
{
    put_name(json, name);
    (void)fputs("null", json->stream);
}

bool json_has_begun(const struct json *json)
{
    return (json->filled & 1) != 0;
}

bool json_end(struct json *json)
{
    (void)fputc('\n', json->stream);
    return fflush(json->stream) == 0 && ferror(json->stream) == 0 && json->depth == 0;
}
