/* SPDX-License-Identifier: BSD-2-Clause */
/* The notation, and the signatures in it; what a good certificate is made of is forge_fields.c's.
 */
#include "tests/support/forge.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/objects.h>

#include "tests/support/forge_fields.h"

#define FIELDS_MAX 160
#define NAME_SIZE  64
#define DEPTH_MAX  32

struct forge {
    struct {
        char *name, *notation;
    } set[FIELDS_MAX];
    size_t count;
};

/* Where in which notation we are. `prefix` is what a field's name begins with: "leaf". */
struct place {
    struct forge *forge;
    const char *next;
    char field[NAME_SIZE], prefix[NAME_SIZE];
    unsigned turn; /* of a repetition */
    unsigned depth;
};

static void put_notation(struct place *place, struct buf *to, char until);

static _Noreturn void give_up(const char *what, const char *where)
{
    (void)fprintf(stderr, "forge: %s: %s\n", what, where);
    abort();
}

struct forge *forge_new(void)
{
    struct forge *forge = calloc(1, sizeof(*forge));

    if (forge == NULL)
        give_up("memory", "forge_new");
    return forge;
}

void forge_free(struct forge *forge)
{
    for (size_t i = 0; forge != NULL && i < forge->count; i++) {
        free(forge->set[i].name);
        free(forge->set[i].notation);
    }
    free(forge);
}

void forge_set(struct forge *forge, const char *field, const char *notation)
{
    size_t i = 0;

    while (i < forge->count && strcmp(forge->set[i].name, field) != 0)
        i++;
    if (i == FIELDS_MAX || strlen(field) >= NAME_SIZE)
        give_up("too many fields, or too long a name", field);
    if (i == forge->count) {
        forge->set[i].name = strdup(field);
        forge->count++;
    }
    free(forge->set[i].notation);
    forge->set[i].notation = strdup(notation);
}

bool forge_has(const struct forge *forge, const char *prefix)
{
    for (size_t i = 0; i < forge->count; i++)
        if (strncmp(forge->set[i].name, prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

/* What is set for PREFIX.NAME, else the default. */
static const char *look_up(const struct forge *forge, const char *field)
{
    const char *notation;

    for (size_t i = 0; i < forge->count; i++)
        if (strcmp(forge->set[i].name, field) == 0)
            return forge->set[i].notation;
    notation = forge_default(field);
    if (notation == NULL)
        give_up("no such field", field);
    return notation;
}

/* The text of PREFIX.NAME, which is a word and no notation. */
static const char *word_of(const struct place *place, const char *name)
{
    char field[2 * NAME_SIZE];
    const char *word;

    (void)snprintf(field, sizeof(field), "%s.%s", place->prefix, name);
    word = look_up(place->forge, field);
    return strcmp(word, "@") == 0 ? place->prefix : word;
}

static void put_field(const struct place *from, const char *field, struct buf *to)
{
    struct place place = *from;
    const char *dot = strchr(field, '.');
    size_t len = dot != NULL ? (size_t)(dot - field) : 0;

    if (place.depth++ == DEPTH_MAX || len >= NAME_SIZE || strlen(field) >= NAME_SIZE)
        give_up("fields go round in a circle", field);
    place.next = look_up(place.forge, field);
    (void)snprintf(place.field, sizeof(place.field), "%s", field);
    (void)snprintf(place.prefix, sizeof(place.prefix), "%.*s", (int)len, field);
    put_notation(&place, to, '\0');
}

static void put_signature(const struct place *place, struct buf *to)
{
    auto_buf struct buf message;
    struct place signer = *place;
    char field[NAME_SIZE + 8];

    buf_init(&message, FORGE_MAX);
    (void)snprintf(field, sizeof(field), "%s.tbs", place->prefix);
    put_field(place, field, &message);
    (void)snprintf(signer.prefix, sizeof(signer.prefix), "%s", word_of(place, "signer"));
    forge_sign(word_of(&signer, "key"), word_of(place, "hash"), word_of(place, "padding"), &message,
               to);
}

static void put_key(const struct place *place, struct buf *to)
{
    const char *word = word_of(place, "key");
    char name[NAME_SIZE];

    if (strcmp(word, "many") != 0) {
        forge_put_key(word, to);
        return;
    }
    (void)snprintf(name, sizeof(name), "many %u", place->turn);
    forge_put_key(name, to);
}

/* %a.b, %.b of the same prefix, %^b of the signer's, %-key, %-signature; %b is "b" itself. */
static void put_reference(struct place *place, struct buf *to)
{
    char name[NAME_SIZE] = "", field[3 * NAME_SIZE];
    size_t len = strspn(place->next, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789.^-_");

    if (len == 0 || len >= sizeof(name))
        give_up("no name after %", place->field);
    memcpy(name, place->next, len);
    place->next += len;
    if (strcmp(name, "-key") == 0) {
        put_key(place, to);
        return;
    }
    if (strcmp(name, "-signature") == 0) {
        put_signature(place, to);
        return;
    }
    if (name[0] == '.')
        (void)snprintf(field, sizeof(field), "%s%s", place->prefix, name);
    else if (name[0] == '^')
        (void)snprintf(field, sizeof(field), "%s.%s", word_of(place, "signer"), name + 1);
    else
        (void)snprintf(field, sizeof(field), "%s", name);
    put_field(place, field, to);
}

static void put_length(size_t len, struct buf *to)
{
    unsigned bytes = 0;

    if (len < 0x80) {
        buf_u8(to, (uint8_t)len);
        return;
    }
    while (len >> (8 * bytes) != 0)
        bytes++;
    buf_u8(to, (uint8_t)(0x80 + bytes));
    while (bytes-- > 0)
        buf_u8(to, (uint8_t)(len >> (8 * bytes)));
}

static void put_block(struct place *place, struct buf *to)
{
    auto_buf struct buf inside;

    buf_init(&inside, FORGE_MAX);
    put_notation(place, &inside, '}');
    put_length(inside.len, to);
    buf_put(to, inside.data, inside.len);
}

static void put_oid(struct place *place, struct buf *to)
{
    char text[128] = "";
    size_t len = strcspn(place->next, ">");
    unsigned char *der = NULL;
    ASN1_OBJECT *object;
    int size;

    if (len == 0 || len >= sizeof(text))
        give_up("no object identifier", place->field);
    memcpy(text, place->next, len);
    place->next += len + 1;
    object = OBJ_txt2obj(text, 1);
    size = object != NULL ? i2d_ASN1_OBJECT(object, &der) : -1;
    if (size <= 0)
        give_up("no object identifier", text);
    buf_put(to, der, (size_t)size);
    OPENSSL_free(der);
    ASN1_OBJECT_free(object);
}

/* b64(...): lines of 64. */
static void put_base64(struct place *place, struct buf *to)
{
    auto_buf struct buf inside;

    buf_init(&inside, FORGE_MAX);
    put_notation(place, &inside, ')');
    for (size_t at = 0; at < inside.len; at += 48) {
        unsigned char line[65];
        size_t left = inside.len - at;
        int len = EVP_EncodeBlock(line, inside.data + at, left < 48 ? (int)left : 48);

        buf_put(to, line, (size_t)len);
        buf_u8(to, '\n');
    }
}

/* N*(...) */
static void put_repetition(struct place *place, struct buf *to)
{
    char *after;
    unsigned long turns = strtoul(place->next, &after, 10);
    unsigned outer = place->turn;
    const char *start = after + 2;

    for (unsigned long i = 0; i < turns; i++) {
        place->next = start;
        place->turn = (unsigned)i;
        put_notation(place, to, ')');
    }
    place->turn = outer;
}

static bool is_repetition(const char *next)
{
    size_t digits = strspn(next, "0123456789");

    return digits > 0 && next[digits] == '*' && next[digits + 1] == '(';
}

static void put_text(struct place *place, struct buf *to)
{
    size_t len = strcspn(place->next, "'");

    if (place->next[len] != '\'')
        give_up("a text without end", place->field);
    buf_put(to, place->next, len);
    place->next += len + 1;
}

static void put_byte(struct place *place, struct buf *to)
{
    char digits[3] = {place->next[0], '\0', '\0'};

    digits[1] = digits[0] != '\0' ? place->next[1] : '\0';
    if (isxdigit((unsigned char)digits[0]) == 0 || isxdigit((unsigned char)digits[1]) == 0)
        give_up(place->next, place->field);
    buf_u8(to, (uint8_t)strtoul(digits, NULL, 16));
    place->next += 2;
}

static void put_item(struct place *place, struct buf *to)
{
    if (is_repetition(place->next)) {
        put_repetition(place, to);
        return;
    }
    if (strncmp(place->next, "b64(", 4) == 0) {
        place->next += 4;
        put_base64(place, to);
        return;
    }
    switch (*place->next++) {
    case '{':
        put_block(place, to);
        break;
    case '<':
        put_oid(place, to);
        break;
    case '\'':
        put_text(place, to);
        break;
    case '%':
        put_reference(place, to);
        break;
    case '#': /* the turn, in two bytes that never have their high bits set */
        buf_u8(to, (uint8_t)(place->turn >> 7 & 0x7f));
        buf_u8(to, (uint8_t)(place->turn & 0x7f));
        break;
    case '@':
        buf_put(to, place->prefix, strlen(place->prefix));
        break;
    default:
        place->next--;
        put_byte(place, to);
        break;
    }
}

static void put_notation(struct place *place, struct buf *to, char until)
{
    for (;;) {
        while (*place->next == ' ')
            place->next++;
        if (*place->next == until)
            break;
        if (*place->next == '\0')
            give_up("an open bracket", place->field);
        put_item(place, to);
    }
    if (until != '\0')
        place->next++;
}

void forge_put(struct forge *forge, const char *field, struct buf *to)
{
    struct place place = {.forge = forge};

    put_field(&place, field, to);
    if (buf_status(to) != VSC_OK)
        give_up("too long", field);
}
