/* SPDX-License-Identifier: BSD-2-Clause */
/* A JSON parser that decodes strings in its copy of the text, see the header. */
#include "common/json_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

struct parser {
    struct json_document document;
    char *at, *end; /* *end is NUL */
    bool memory;    /* a fault that is not the text's */
};

static void skip_blanks(struct parser *parser)
{
    while (parser->at < parser->end && memchr(" \t\r\n", *parser->at, 4) != NULL)
        parser->at++;
}

static bool take_char(struct parser *parser, char wanted)
{
    skip_blanks(parser);
    if (parser->at == parser->end || *parser->at != wanted)
        return false;
    parser->at++;
    return true;
}

static bool take_word(struct parser *parser, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(parser->end - parser->at) < len || memcmp(parser->at, word, len) != 0)
        return false;
    parser->at += len;
    return true;
}

static bool take_hex4(struct parser *parser, unsigned *ret_code)
{
    unsigned code = 0;

    for (int i = 0; i < 4; i++, parser->at++) {
        static const char digits[] = "0123456789abcdef";
        char c = parser->at < parser->end ? *parser->at : '\0';
        const char *digit = memchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c, 16);

        if (digit == NULL)
            return false;
        code = code * 16 + (unsigned)(digit - digits);
    }
    *ret_code = code;
    return true;
}

/* What \u stands for, in at most four bytes: never more than it was. */
static bool take_unicode(struct parser *parser, char **to)
{
    unsigned code = 0, low = 0;
    char *out = *to;

    if (!take_hex4(parser, &code))
        return false;
    if (code >= 0xd800 && code <= 0xdbff) {
        if (!take_word(parser, "\\u") || !take_hex4(parser, &low) || low < 0xdc00 || low > 0xdfff)
            return false;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code == 0 || (code >= 0xdc00 && code <= 0xdfff)) {
        return false;
    }
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | (code >> 6));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | (code >> 12));
        *out++ = (char)(0x80 | ((code >> 6) & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xf0 | (code >> 18));
        *out++ = (char)(0x80 | ((code >> 12) & 0x3f));
        *out++ = (char)(0x80 | ((code >> 6) & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    *to = out;
    return true;
}

static bool take_escape(struct parser *parser, char **to)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *name;

    if (parser->at == parser->end)
        return false;
    if (*parser->at == 'u') {
        parser->at++;
        return take_unicode(parser, to);
    }
    name = memchr(names, *parser->at, sizeof names - 1);
    if (name == NULL)
        return false;
    parser->at++;
    *(*to)++ = values[name - names];
    return true;
}

/* After its quote; decoded where it stands. */
static bool take_string(struct parser *parser, const char **ret_text)
{
    char *start = parser->at, *to = start;

    while (parser->at < parser->end && *parser->at != '"') {
        unsigned code = 0;
        size_t len = text_decode(parser->at, (size_t)(parser->end - parser->at), &code);

        if (len == 0 || code < 0x20)
            return false;
        if (code == '\\') {
            parser->at++;
            if (!take_escape(parser, &to))
                return false;
            continue;
        }
        memmove(to, parser->at, len);
        to += len;
        parser->at += len;
    }
    if (parser->at == parser->end)
        return false;
    parser->at++;
    *to = '\0';
    *ret_text = start;
    return true;
}

static size_t digits(struct parser *parser)
{
    const char *start = parser->at;

    while (parser->at < parser->end && *parser->at >= '0' && *parser->at <= '9')
        parser->at++;
    return (size_t)(parser->at - start);
}

/* Moved one byte back, over what stood before it, for its NUL. */
static bool take_number(struct parser *parser, const char **ret_text)
{
    char *start = parser->at;
    bool zero;
    size_t len;

    if (*parser->at == '-')
        parser->at++;
    zero = parser->at < parser->end && *parser->at == '0';
    len = digits(parser);
    if (len == 0 || (zero && len > 1))
        return false;
    if (parser->at < parser->end && *parser->at == '.') {
        parser->at++;
        if (digits(parser) == 0)
            return false;
    }
    if (parser->at < parser->end && (*parser->at == 'e' || *parser->at == 'E')) {
        parser->at++;
        if (parser->at < parser->end && (*parser->at == '+' || *parser->at == '-'))
            parser->at++;
        if (digits(parser) == 0)
            return false;
    }
    len = (size_t)(parser->at - start);
    /* A number has a byte before it: the copy of the text begins with one more. */
    memmove(start - 1, start, len);
    start[len - 1] = '\0';
    *ret_text = start - 1;
    return true;
}

/* A place for a value; its number, or 0 when there are too many. */
static size_t new_value(struct parser *parser, const char *name)
{
    struct json_document *document = &parser->document;

    if (document->count == JSON_VALUES_MAX)
        return 0;
    document->values[document->count] = (struct json_value){.name = name};
    return document->count++;
}

static bool parse_value(struct parser *parser, size_t number, unsigned depth);

/* No other member of the object that begins with `first` has this name. */
static bool is_new_name(const struct parser *parser, size_t first, const char *name)
{
    const struct json_value *values = parser->document.values;

    for (size_t at = first; at != 0; at = values[at].next)
        if (strcmp(values[at].name, name) == 0)
            return false;
    return true;
}

static bool parse_members(struct parser *parser, size_t number, unsigned depth)
{
    struct json_value *values = parser->document.values;
    bool is_object = values[number].kind == JSON_OBJECT;
    char close = is_object ? '}' : ']';
    size_t last = 0;

    if (depth == JSON_DEPTH_MAX)
        return false;
    if (take_char(parser, close))
        return true;
    do {
        const char *name = NULL;
        size_t member;

        if (is_object &&
            (!take_char(parser, '"') || !take_string(parser, &name) ||
             !is_new_name(parser, values[number].first, name) || !take_char(parser, ':')))
            return false;
        member = new_value(parser, name);
        if (member == 0)
            return false;
        if (last == 0)
            values[number].first = member;
        else
            values[last].next = member;
        last = member;
        if (!parse_value(parser, member, depth + 1))
            return false;
    } while (take_char(parser, ','));
    return take_char(parser, close);
}

static bool parse_value(struct parser *parser, size_t number, unsigned depth)
{
    struct json_value *value = &parser->document.values[number];

    skip_blanks(parser);
    if (parser->at == parser->end)
        return false;
    switch (*parser->at) {
    case '{':
    case '[':
        value->kind = *parser->at++ == '{' ? JSON_OBJECT : JSON_ARRAY;
        return parse_members(parser, number, depth);
    case '"':
        parser->at++;
        value->kind = JSON_STRING;
        return take_string(parser, &value->text);
    case 't':
    case 'f':
        value->kind = JSON_BOOL;
        value->truth = *parser->at == 't';
        return take_word(parser, value->truth ? "true" : "false");
    case 'n':
        return take_word(parser, "null");
    default:
        value->kind = JSON_NUMBER;
        return take_number(parser, &value->text);
    }
}

static bool parse(struct parser *parser)
{
    (void)new_value(parser, NULL);
    if (!parse_value(parser, 0, 0))
        return false;
    skip_blanks(parser);
    return parser->at == parser->end;
}

enum vsc_err json_read(const void *bytes, size_t len, struct json_document *ret_document,
                       struct problem *problem)
{
    struct parser parser = {0};
    struct json_document *document = &parser.document;

    document->text = malloc(len + 2);
    document->size = document->text != NULL ? len + 2 : 0;
    document->values = calloc(JSON_VALUES_MAX, sizeof document->values[0]);
    if (document->text == NULL || document->values == NULL) {
        json_document_done(document);
        return VSC_MEMORY;
    }
    document->text[0] = '\0';
    memcpy(document->text + 1, bytes, len);
    document->text[len + 1] = '\0';
    parser.at = document->text + 1;
    parser.end = parser.at + len;
    if (!parse(&parser)) {
        size_t at = (size_t)(parser.at - document->text) - 1;

        json_document_done(document);
        return problem_set(problem, VSC_INPUT, "not valid JSON at byte %zu", at);
    }
    *ret_document = *document;
    return VSC_OK;
}

void json_document_done(struct json_document *document)
{
    if (document->text != NULL)
        explicit_bzero(document->text, document->size);
    free(document->text);
    free(document->values);
    *document = (struct json_document){0};
}

const struct json_value *json_root(const struct json_document *document)
{
    return &document->values[0];
}

const struct json_value *json_first(const struct json_document *document,
                                    const struct json_value *value)
{
    return value->first != 0 ? &document->values[value->first] : NULL;
}

const struct json_value *json_next(const struct json_document *document,
                                   const struct json_value *value)
{
    return value->next != 0 ? &document->values[value->next] : NULL;
}

const struct json_value *json_member(const struct json_document *document,
                                     const struct json_value *object, const char *name,
                                     enum json_kind kind)
{
    const struct json_value *value =
        object->kind == JSON_OBJECT ? json_first(document, object) : NULL;

    while (value != NULL && strcmp(value->name, name) != 0)
        value = json_next(document, value);
    return value != NULL && value->kind == kind ? value : NULL;
}
