/* SPDX-License-Identifier: BSD-2-Clause */
/* Cases by rule: a good certificate or list, written down again with one element of it changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>

#include "tests/support/hostile_case.h"

#define ELEMENTS_MAX 256
#define CUTS_MAX     512

enum change {
    LONGER_LENGTH, /* one byte more than it takes */
    NO_LENGTH,     /* until two zeros */
    OTHER_CLASS,   /* of its tag */
    LENGTH_BEYOND, /* says one byte more than there is */
    CUT_SHORT,     /* its last byte is missing, all lengths are right; OIDs would be others then */
};

static const struct {
    enum change change;
    const char *name;
} changes[] = {
    {LONGER_LENGTH, "longer-length"}, {NO_LENGTH, "no-length"}, {OTHER_CLASS, "other-class"},
    {LENGTH_BEYOND, "length-beyond"}, {CUT_SHORT, "cut-short"},
};

struct writing {
    unsigned target, at; /* elements are counted as they come */
    enum change change;
    unsigned tag; /* of the target */
};

struct element {
    unsigned tag;
    const unsigned char *content;
    size_t len;
};

static bool take(const unsigned char **next, const unsigned char *end, struct element *element)
{
    const unsigned char *content = *next;
    long len;
    int tag, class;

    if (*next >= end ||
        (ASN1_get_object(&content, &len, &tag, &class, (long)(end - *next)) & 0x81) != 0)
        return false;
    *element = (struct element){.tag = **next, .content = content, .len = (size_t)len};
    *next = content + len;
    return true;
}

/* An element that holds others, or bytes that are one: an extension's value. */
static bool holds_others(const struct element *element)
{
    const unsigned char *next = element->content, *end = element->content + element->len;
    struct element inside;

    if ((element->tag & 0x20) != 0)
        return true;
    return element->tag == V_ASN1_OCTET_STRING && element->len > 2 && take(&next, end, &inside) &&
           next == end;
}

static void put_length(size_t len, unsigned least, struct buf *to)
{
    unsigned bytes = len < 0x80 ? 0 : len < 0x100 ? 1 : 2;

    if (least > bytes)
        bytes = least;
    if (bytes > 0)
        buf_u8(to, (uint8_t)(0x80 + bytes));
    else
        buf_u8(to, (uint8_t)len);
    while (bytes-- > 0)
        buf_u8(to, (uint8_t)(len >> (8 * bytes)));
}

static void put_changed(const struct element *element, struct writing *writing, struct buf *inside,
                        struct buf *to)
{
    size_t len = inside->len;

    writing->tag = element->tag;
    buf_u8(to, (uint8_t)(element->tag ^ (writing->change == OTHER_CLASS ? 0x40 : 0)));
    if (writing->change == CUT_SHORT && len > 0)
        len = --inside->len;
    if (writing->change == NO_LENGTH)
        buf_u8(to, 0x80);
    else if (writing->change == LONGER_LENGTH)
        put_length(len, len < 0x80 ? 1 : len < 0x100 ? 2 : 3, to);
    else
        put_length(len + (writing->change == LENGTH_BEYOND), 0, to);
    buf_put(to, inside->data, inside->len);
    if (writing->change == NO_LENGTH)
        buf_u16(to, 0);
}

static void put_elements(const unsigned char *der, size_t len, struct writing *writing,
                         struct buf *to)
{
    const unsigned char *next = der;
    struct element element;

    while (take(&next, der + len, &element)) {
        bool is_target = writing->at++ == writing->target;
        auto_buf struct buf inside;

        buf_init(&inside, FORGE_MAX);
        if (holds_others(&element))
            put_elements(element.content, element.len, writing, &inside);
        else
            buf_put(&inside, element.content, element.len);
        if (is_target) {
            put_changed(&element, writing, &inside, to);
            continue;
        }
        buf_u8(to, (uint8_t)element.tag);
        put_length(inside.len, 0, to);
        buf_put(to, inside.data, inside.len);
    }
}

static void set_bytes(struct hostile_case *hostile, const char *field, const struct buf *bytes)
{
    char *notation = calloc(1, 2 * bytes->len + 1);

    for (size_t i = 0; notation != NULL && i < bytes->len; i++)
        (void)snprintf(notation + 2 * i, 3, "%02x", bytes->data[i]);
    hostile_set(hostile, field, notation);
    free(notation);
}

/* What is signed, with element `writing->target` changed; false when there are not so many. */
static bool add_changed(struct hostile_cases *cases, const char *prefix, struct writing *writing,
                        size_t kind, const struct buf *tbs)
{
    auto_buf struct buf bytes;
    char name[64], field[32];
    bool is_list = strcmp(prefix, "crl") == 0;
    const char *codes = is_list                          ? "revocation-unknown"
                        : writing->change >= OTHER_CLASS ? "anything"
                                                         : "malformed-certificate";

    buf_init(&bytes, FORGE_MAX);
    put_elements(tbs->data, tbs->len, writing, &bytes);
    if (writing->target >= writing->at)
        return false;
    if ((writing->change == NO_LENGTH && (writing->tag & 0x20) == 0) ||
        (writing->change == CUT_SHORT && writing->tag == V_ASN1_OBJECT))
        return true;
    (void)snprintf(name, sizeof(name), "%s-element-%u-%s", prefix, writing->target,
                   changes[kind].name);
    (void)snprintf(field, sizeof(field), "%s.tbs", prefix);
    set_bytes(hostile_add(cases, name, codes), field, &bytes);
    return true;
}

static void add_changes(struct hostile_cases *cases, const char *prefix, const struct buf *tbs)
{
    for (size_t kind = 0; kind < sizeof(changes) / sizeof(changes[0]); kind++) {
        for (unsigned target = 0; target < ELEMENTS_MAX; target++) {
            struct writing writing = {.target = target, .change = changes[kind].change};

            if (!add_changed(cases, prefix, &writing, kind, tbs))
                break;
        }
    }
}

static size_t find_boundaries(const unsigned char *start, const unsigned char *der, size_t len,
                              size_t cuts[CUTS_MAX], size_t count)
{
    const unsigned char *next = der;
    struct element element;

    while (count + 2 < CUTS_MAX && take(&next, der + len, &element)) {
        cuts[count++] = (size_t)(element.content - start);
        if (holds_others(&element))
            count = find_boundaries(start, element.content, element.len, cuts, count);
        cuts[count++] = (size_t)(next - start);
    }
    return count;
}

static int by_number(const void *a, const void *b)
{
    size_t first = *(const size_t *)a, second = *(const size_t *)b;

    return first < second ? -1 : first > second;
}

static void add_cuts(struct hostile_cases *cases, const char *prefix, const struct buf *whole)
{
    size_t cuts[CUTS_MAX];
    size_t count = find_boundaries(whole->data, whole->data, whole->len, cuts, 0);
    bool is_list = strcmp(prefix, "crl") == 0;

    qsort(cuts, count, sizeof(cuts[0]), by_number);
    for (size_t i = 0; i < count && cuts[i] < whole->len; i++) {
        struct buf cut = *whole;
        char name[64], field[32];

        if (i > 0 && cuts[i] == cuts[i - 1])
            continue;
        cut.len = cuts[i];
        (void)snprintf(name, sizeof(name), "%s-cut-at-%zu", prefix, cut.len);
        (void)snprintf(field, sizeof(field), "%s.der", prefix);
        set_bytes(
            hostile_add(cases, name, is_list ? "revocation-unknown" : "malformed-certificate"),
            field, &cut);
    }
}

void hostile_add_mechanical(struct hostile_cases *cases, const char *prefix)
{
    struct forge *forge = forge_new();
    auto_buf struct buf whole, tbs;
    char field[32];

    buf_init(&whole, FORGE_MAX);
    buf_init(&tbs, FORGE_MAX);
    (void)snprintf(field, sizeof(field), "%s.der", prefix);
    forge_put(forge, field, &whole);
    (void)snprintf(field, sizeof(field), "%s.tbs", prefix);
    forge_put(forge, field, &tbs);
    add_cuts(cases, prefix, &whole);
    add_changes(cases, prefix, &tbs);
    forge_free(forge);
}
