/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/pkcs11/name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "card/pkcs11/source.h"

#define HASH_BYTES   8  /* of a SHA-256 shown */
#define MODULE_CHARS 24 /* of a module's file name, escaped */
#define SERIAL_CHARS 32 /* of a serial number, escaped */
#define CK_ID_DIGITS 64 /* of a CKA_ID; a longer one is in the hash only */
#define HASH_DIGITS  (2 * HASH_BYTES + 1)

static void to_hex(char *to, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        (void)snprintf(to + 2 * i, 3, "%02x", bytes[i]);
    to[2 * len] = '\0';
}

/* Letters, digits, '.', '-' and '_' stay; other bytes become %XX; cut at `max` characters. */
static void escape(char *to, size_t max, const unsigned char *from, size_t len)
{
    size_t used = 0;

    for (size_t i = 0; i < len; i++) {
        bool plain = isascii(from[i]) != 0 &&
                     (isalnum(from[i]) != 0 || from[i] == '.' || from[i] == '-' || from[i] == '_');

        if (used + (plain ? 1 : 3) > max)
            break;
        used += (size_t)snprintf(to + used, 4, plain ? "%c" : "%%%02X", from[i]);
    }
    to[used] = '\0';
}

/* PKCS#11 pads with blanks, and some modules with NULs. */
static size_t trimmed(const unsigned char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\0'))
        len--;
    return len;
}

void p11_card_prefix(const char *path, char ret_prefix[CARD_ID_SIZE])
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    unsigned char hash[SHA256_DIGEST_LENGTH];
    char name[MODULE_CHARS + 1], digits[HASH_DIGITS];

    (void)SHA256((const unsigned char *)path, strlen(path), hash);
    to_hex(digits, hash, HASH_BYTES / 2);
    escape(name, MODULE_CHARS, (const unsigned char *)base, strlen(base));
    (void)snprintf(ret_prefix, CARD_ID_SIZE, "p11:%s-%s:", name, digits);
}

void name_token(const char *prefix, const struct ck_token_info *info, unsigned long twin,
                char ret_id[CARD_ID_SIZE])
{
    unsigned char told[sizeof(info->label) + sizeof(info->manufacturer) + sizeof(info->model) +
                       sizeof(info->serial) + sizeof(twin)];
    unsigned char *next = told;
    unsigned char hash[SHA256_DIGEST_LENGTH];
    char serial[SERIAL_CHARS + 1], digits[HASH_DIGITS];

    next = mempcpy(next, info->label, sizeof(info->label));
    next = mempcpy(next, info->manufacturer, sizeof(info->manufacturer));
    next = mempcpy(next, info->model, sizeof(info->model));
    next = mempcpy(next, info->serial, sizeof(info->serial));
    next = mempcpy(next, &twin, sizeof(twin));
    (void)SHA256(told, (size_t)(next - told), hash);
    to_hex(digits, hash, HASH_BYTES);
    escape(serial, SERIAL_CHARS, info->serial, trimmed(info->serial, sizeof(info->serial)));
    (void)snprintf(ret_id, CARD_ID_SIZE, "%s%s:%s", prefix, serial, digits);
}

bool name_is_alike(const struct ck_token_info *a, const struct ck_token_info *b)
{
    return memcmp(a->label, b->label, sizeof(a->label)) == 0 &&
           memcmp(a->manufacturer, b->manufacturer, sizeof(a->manufacturer)) == 0 &&
           memcmp(a->model, b->model, sizeof(a->model)) == 0 &&
           memcmp(a->serial, b->serial, sizeof(a->serial)) == 0;
}

size_t name_label_len(const struct ck_token_info *info)
{
    return trimmed(info->label, sizeof(info->label));
}

void name_key(const unsigned char *ck_id, size_t ck_id_len, const struct der *cert,
              char ret_id[KEY_ID_SIZE])
{
    size_t shown = ck_id_len < CK_ID_DIGITS / 2 ? ck_id_len : CK_ID_DIGITS / 2;
    unsigned char both[2 * SHA256_DIGEST_LENGTH], hash[SHA256_DIGEST_LENGTH];
    char id[CK_ID_DIGITS + 1], digits[HASH_DIGITS];

    (void)SHA256(ck_id, ck_id_len, both);
    (void)SHA256(cert->data, cert->len, both + SHA256_DIGEST_LENGTH);
    (void)SHA256(both, sizeof(both), hash);
    to_hex(id, ck_id, shown);
    to_hex(digits, hash, HASH_BYTES);
    (void)snprintf(ret_id, KEY_ID_SIZE, "%s:%s", id, digits);
}

void name_label(const struct ck_token_info *info, char ret_name[CARD_NAME_SIZE])
{
    char name[CARD_NAME_SIZE];

    text_name(name, sizeof(name), info->label, name_label_len(info));
    if (name[0] == '\0')
        text_name(name, sizeof(name), info->model, trimmed(info->model, sizeof(info->model)));
    (void)snprintf(ret_name, CARD_NAME_SIZE, "%s", name[0] != '\0' ? name : "Token");
}
