/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes for the telephone, see the header. */
#include "common/code.h"

#include <stdbool.h>
#include <string.h>

/* Crockford's alphabet. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/*
 * The check is the sum of weight times value of all letters modulo the prime 1021. All weights
 * differ, and so do those that the check characters have in the equation (-32 and -1): one wrong
 * letter changes the sum, for 31 * weight is no multiple of 1021, and so do two that change places.
 */
#define MODULUS      1021
#define FIRST_WEIGHT 2
#define LETTERS_MAX  CODE_LETTERS(CODE_BYTES_MAX)

static unsigned check_of(const unsigned char *values, size_t count)
{
    unsigned sum = 0;

    for (size_t i = 0; i < count; i++)
        sum = (sum + (unsigned)(FIRST_WEIGHT + i) * values[i]) % MODULUS;
    return sum;
}

void code_write(const unsigned char *bytes, size_t len, size_t group, char to[CODE_SIZE])
{
    unsigned char values[LETTERS_MAX] = {0};
    size_t count = CODE_LETTERS(len), used = 0;
    unsigned check;

    for (size_t bit = 0; bit < len * 8; bit++)
        if ((bytes[bit / 8] & (0x80 >> bit % 8)) != 0)
            values[bit / 5] |= (unsigned char)(0x10 >> bit % 5);
    check = check_of(values, count - 2);
    values[count - 2] = (unsigned char)(check / 32);
    values[count - 1] = (unsigned char)(check % 32);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && i % group == 0)
            to[used++] = '-';
        to[used++] = alphabet[values[i]];
    }
    to[used] = '\0';
}

/* -1 for what is no letter of a code. */
static int value_of(char letter)
{
    const char *found;

    if (letter >= 'a' && letter <= 'z')
        letter = (char)(letter - 'a' + 'A');
    if (letter == 'O')
        letter = '0';
    if (letter == 'I' || letter == 'L')
        letter = '1';
    found = memchr(alphabet, letter, sizeof alphabet - 1);
    return found != NULL ? (int)(found - alphabet) : -1;
}

static bool read_values(const char *text, size_t count, unsigned char values[LETTERS_MAX])
{
    size_t used = 0;

    for (; *text != '\0'; text++) {
        int value = value_of(*text);

        if (*text == ' ' || *text == '-' || *text == '\t')
            continue;
        if (value < 0 || used == count)
            return false;
        values[used++] = (unsigned char)value;
    }
    return used == count;
}

enum vsc_err code_read(const char *text, size_t len, unsigned char *ret_bytes)
{
    unsigned char values[LETTERS_MAX] = {0}, bytes[CODE_BYTES_MAX] = {0};
    size_t count = CODE_LETTERS(len), bit;

    if (len > CODE_BYTES_MAX || !read_values(text, count, values) ||
        check_of(values, count - 2) != values[count - 2] * 32u + values[count - 1])
        return VSC_INPUT;
    for (bit = 0; bit < len * 8; bit++)
        if ((values[bit / 5] & (0x10 >> bit % 5)) != 0)
            bytes[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
    /* The last letter's bits that stand for nothing. */
    for (; bit < (count - 2) * 5; bit++)
        if ((values[bit / 5] & (0x10 >> bit % 5)) != 0)
            return VSC_INPUT;
    memcpy(ret_bytes, bytes, len);
    explicit_bzero(bytes, sizeof bytes);
    return VSC_OK;
}
