/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

struct range {
    unsigned first, last;
};

/* Unicode's controls, format and other invisible characters, separators and noncharacters. */
static const struct range unsafe_ranges[] = {
    {0x0000, 0x001f},    /* C0 */
    {0x007f, 0x009f},    /* DEL, C1 */
    {0x00ad, 0x00ad},    /* soft hyphen */
    {0x034f, 0x034f},    /* combining grapheme joiner */
    {0x061c, 0x061c},    /* Arabic letter mark */
    {0x115f, 0x1160},    /* Hangul fillers */
    {0x17b4, 0x17b5},    /* Khmer inherent vowels */
    {0x180b, 0x180f},    /* Mongolian selectors */
    {0x200b, 0x200f},    /* zero width, marks of direction */
    {0x2028, 0x202e},    /* line and paragraph separator, bidirectional embedding */
    {0x2060, 0x206f},    /* invisible operators, bidirectional isolates */
    {0x2800, 0x2800},    /* braille blank */
    {0x3164, 0x3164},    /* Hangul filler */
    {0xfdd0, 0xfdef},    /* noncharacters */
    {0xfe00, 0xfe0f},    /* variation selectors */
    {0xfeff, 0xfeff},    /* byte order mark */
    {0xffa0, 0xffa0},    /* halfwidth Hangul filler */
    {0xfff0, 0xffff},    /* specials */
    {0x1bca0, 0x1bca3},  /* shorthand format controls */
    {0x1d173, 0x1d17a},  /* musical format controls */
    {0xe0000, 0xe0fff},  /* tags, variation selectors */
    {0xf0000, 0x10ffff}, /* planes for private use: no font shows them */
};

static const struct range blank_ranges[] = {
    {0x0020, 0x0020}, {0x00a0, 0x00a0}, {0x1680, 0x1680}, {0x2000, 0x200a},
    {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000},
};

/* What a terminal shows in two columns (Unicode's East Asian Width W and F, generously). */
static const struct range wide_ranges[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23f3}, {0x25fd, 0x25fe},
    {0x2600, 0x27bf},   {0x2b1b, 0x2b55},   {0x2e80, 0xa4cf},   {0xa960, 0xa97c}, {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},   {0xff01, 0xff60}, {0xffe0, 0xffe6},
    {0x16fe0, 0x1b2ff}, {0x1f000, 0x1faff}, {0x20000, 0x3fffd},
};

#define HAS(ranges, code) in_ranges(ranges, sizeof(ranges) / sizeof((ranges)[0]), code)

static bool in_ranges(const struct range *ranges, size_t count, unsigned code)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/* RFC 3629 section 3: the length by the first byte, and the least code that needs that length. */
static size_t utf8_length(unsigned char first, unsigned *ret_bits, unsigned *ret_least)
{
    if (first < 0x80) {
        *ret_bits = first;
        *ret_least = 0;
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        *ret_bits = first & 0x1fu;
        *ret_least = 0x80;
        return 2;
    }
    if (first >= 0xe0 && first <= 0xef) {
        *ret_bits = first & 0x0fu;
        *ret_least = 0x800;
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        *ret_bits = first & 0x07u;
        *ret_least = 0x10000;
        return 4;
    }
    return 0;
}

size_t text_decode(const void *from, size_t len, unsigned *ret_code)
{
    const unsigned char *bytes = from;
    unsigned code = 0, least = 0;
    size_t need;

    if (len == 0)
        return 0;
    need = utf8_length(bytes[0], &code, &least);
    if (need == 0 || need > len)
        return 0;
    for (size_t i = 1; i < need; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (bytes[i] & 0x3fu);
    }
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    *ret_code = code;
    return need;
}

bool text_is_unsafe(unsigned code)
{
    /* U+xxFFFE and U+xxFFFF are noncharacters in every plane. */
    return (code & 0xfffe) == 0xfffe || code > 0x10ffff || HAS(unsafe_ranges, code);
}

bool text_is_printable(const char *string)
{
    size_t left = strlen(string);

    while (left > 0) {
        unsigned code;
        size_t len = text_decode(string, left, &code);

        if (len == 0 || text_is_unsafe(code))
            return false;
        string += len;
        left -= len;
    }
    return true;
}

void text_name(char *to, size_t size, const void *from, size_t len)
{
    const unsigned char *bytes = from;
    size_t used = 0, columns = 0;

    while (len > 0) {
        unsigned code = 0;
        size_t taken = text_decode(bytes, len, &code);
        /* A combining mark counts as a column too: a name is never a tower of them. */
        size_t width = HAS(wide_ranges, code) ? 2 : 1;

        if (taken > 0 && !text_is_unsafe(code)) {
            if (columns + width > TEXT_COLUMNS || used + taken >= size)
                break;
            memcpy(to + used, bytes, taken);
            used += taken;
            columns += width;
        }
        taken = taken > 0 ? taken : 1;
        bytes += taken;
        len -= taken;
    }
    to[used] = '\0';
}

enum escape {
    ESCAPE_UNSAFE = 0,
    ESCAPE_BACKSLASH = 1,
    ESCAPE_BLANKS = 2,
};

/* One character as it is or escaped; 0 if it does not fit into `room` bytes. */
static size_t put_char(char *to, size_t room, const char *from, size_t len, bool raw)
{
    static const char digits[] = "0123456789abcdef";

    if (raw) {
        if (len > room)
            return 0;
        memcpy(to, from, len);
        return len;
    }
    if (len * 4 > room)
        return 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)from[i];

        to[i * 4] = '\\';
        to[i * 4 + 1] = 'x';
        to[i * 4 + 2] = digits[byte >> 4];
        to[i * 4 + 3] = digits[byte & 15];
    }
    return len * 4;
}

static void copy_escaped(char *to, size_t size, const char *from, unsigned escape)
{
    size_t left = strlen(from), used = 0;

    while (left > 0) {
        unsigned code = 0;
        size_t len = text_decode(from, left, &code), put;
        bool raw = len > 0 && !text_is_unsafe(code) &&
                   !((escape & ESCAPE_BLANKS) != 0 && HAS(blank_ranges, code));

        len = len > 0 ? len : 1;
        if (code == '\\' && (escape & ESCAPE_BACKSLASH) != 0)
            put = put_char(to + used, size - 1 - used, "\\\\", 2, true);
        else
            put = put_char(to + used, size - 1 - used, from, len, raw);
        if (put == 0)
            break;
        used += put;
        from += len;
        left -= len;
    }
    to[used] = '\0';
}

void text_escape(char *to, size_t size, const char *from, bool quote_blanks)
{
    copy_escaped(to, size, from, ESCAPE_BACKSLASH | (quote_blanks ? ESCAPE_BLANKS : 0u));
}

void text_clean(char *to, size_t size, const char *from)
{
    copy_escaped(to, size, from, ESCAPE_UNSAFE);
}

/* Not tolower() or strcasecmp(): they depend on the locale. */
static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool text_equal_without_case(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++)
        if (lower(*a) != lower(*b))
            return false;
    return *a == *b;
}

void text_time(int64_t seconds, char to[TEXT_TIME])
{
    struct tm tm;
    time_t time = (time_t)seconds;

    /* A year that no calendar has. */
    if (gmtime_r(&time, &tm) == NULL || strftime(to, TEXT_TIME, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        (void)snprintf(to, TEXT_TIME, "%lld s", (long long)seconds);
}
