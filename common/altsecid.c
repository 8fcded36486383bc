/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/altsecid.h"

#include <string.h>
#include <strings.h>

#include "common/own.h"
#include "common/sid.h"
#include "common/text.h"

#define HEX       "0123456789abcdefABCDEF"
#define SHA1_HEX  40
#define QUOTABLE  ",+=\"\n<>#;" /* CertNameToStr's list */
#define TYPE_CHAR "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"

static const struct {
    const char *name;
    bool strong;
} forms[ALTSECID_FORM_COUNT] = {
#define ALTSECID_ROW(name, shown, strong) [ALTSECID_##name] = {shown, strong},
    ALTSECID_FORMS(ALTSECID_ROW)
#undef ALTSECID_ROW
};

const char *altsecid_form_name(enum altsecid_form form)
{
    return (unsigned)form < ALTSECID_FORM_COUNT ? forms[form].name : "unknown";
}

bool altsecid_form_is_strong(enum altsecid_form form)
{
    return (unsigned)form < ALTSECID_FORM_COUNT && forms[form].strong;
}

/* Not toupper(): the locale must not matter. */
static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool altsecid_put_value(FILE *out, const char *value)
{
    size_t len = strlen(value);

    if (len > 0 && strpbrk(value, QUOTABLE) == NULL && value[0] != ' ' && value[len - 1] != ' ')
        return fputs(value, out) != EOF;
    if (fputc('"', out) == EOF)
        return false;
    for (; *value != '\0'; value++)
        if (fputc(*value, out) == EOF || (*value == '"' && fputc('"', out) == EOF))
            return false;
    return fputc('"', out) != EOF;
}

/* What is left to read, and the canonical form so far. */
struct work {
    const char *next;
    FILE *out;
};

static void skip_blanks(struct work *work)
{
    work->next += strspn(work->next, " ");
}

/* Take a mark such as "<SR>", without case. */
static bool take_mark(struct work *work, const char *mark)
{
    if (strncasecmp(work->next, mark, strlen(mark)) != 0)
        return false;
    work->next += strlen(mark);
    return fputs(mark, work->out) != EOF;
}

/* A quoted value: a quotation mark in it stands there twice. */
static bool take_quoted(struct work *work, char *value)
{
    for (work->next++; *work->next != '\0'; work->next++) {
        if (*work->next == '"' && *++work->next != '"') {
            *value = '\0';
            skip_blanks(work);
            return true;
        }
        *value++ = *work->next;
    }
    return false;
}

static bool take_plain(struct work *work, char *value)
{
    size_t len = strcspn(work->next, QUOTABLE);
    const char *from = work->next;

    work->next += len;
    while (len > 0 && from[len - 1] == ' ')
        len--;
    memcpy(value, from, len);
    value[len] = '\0';
    return len > 0;
}

/* TYPE=VALUE. */
static bool take_attribute(struct work *work)
{
    char value[ALTSECID_MAX + 1];
    size_t len;

    skip_blanks(work);
    len = strspn(work->next, TYPE_CHAR);
    if (len == 0)
        return false;
    for (; len > 0; len--)
        if (fputc(upper(*work->next++), work->out) == EOF)
            return false;
    skip_blanks(work);
    if (*work->next++ != '=' || fputc('=', work->out) == EOF)
        return false;
    skip_blanks(work);
    return (*work->next == '"' ? take_quoted(work, value) : take_plain(work, value)) &&
           altsecid_put_value(work->out, value);
}

/* Attributes with ',' or '+' between them, up to the next mark or the end. */
static bool take_name(struct work *work)
{
    for (;;) {
        if (!take_attribute(work))
            return false;
        if (*work->next != ',' && *work->next != '+')
            return *work->next == '\0' || *work->next == '<';
        if (fputc(*work->next++, work->out) == EOF)
            return false;
    }
}

/* All that is left, whole bytes in hexadecimal. */
static bool take_hex(struct work *work, size_t exactly)
{
    size_t len = strspn(work->next, HEX);

    if (len == 0 || len % 2 != 0 || work->next[len] != '\0' || (exactly > 0 && len != exactly))
        return false;
    for (; *work->next != '\0'; work->next++)
        if (fputc(lower(*work->next), work->out) == EOF)
            return false;
    return true;
}

/* Bytes in reverse: zeros at the end are leading ones of the number, and say nothing. */
static bool take_serial(struct work *work)
{
    size_t len = strspn(work->next, HEX);

    if (len == 0 || len % 2 != 0 || work->next[len] != '\0')
        return false;
    while (len > 2 && work->next[len - 1] == '0' && work->next[len - 2] == '0')
        len -= 2;
    for (size_t i = 0; i < len; i++)
        if (fputc(upper(work->next[i]), work->out) == EOF)
            return false;
    return true;
}

static bool take_rest(struct work *work)
{
    return *work->next != '\0' && fputs(work->next, work->out) != EOF;
}

static bool take_sid(struct work *work)
{
    return sid_is_well_formed(work->next) && take_rest(work);
}

static bool take_behind_issuer(struct work *work, enum altsecid_form *form)
{
    if (take_mark(work, "<SR>")) {
        *form = ALTSECID_ISSUER_SERIAL;
        return take_serial(work);
    }
    if (take_mark(work, "<SID>")) {
        *form = ALTSECID_ISSUER_SID;
        return take_sid(work);
    }
    *form = ALTSECID_ISSUER_SUBJECT;
    return take_mark(work, "<S>") && take_name(work) && *work->next == '\0';
}

static bool take_all(struct work *work, enum altsecid_form *form)
{
    if (!take_mark(work, "X509:"))
        return false;
    if (take_mark(work, "<I>"))
        return take_name(work) && take_behind_issuer(work, form);
    if (take_mark(work, "<SKI>")) {
        *form = ALTSECID_SKI;
        return take_hex(work, 0);
    }
    if (take_mark(work, "<SHA1-PUKEY>")) {
        *form = ALTSECID_SHA1_PUKEY;
        return take_hex(work, SHA1_HEX);
    }
    if (take_mark(work, "<RFC822>")) {
        *form = ALTSECID_RFC822;
        return take_rest(work);
    }
    *form = ALTSECID_SUBJECT;
    return take_mark(work, "<S>") && take_name(work) && *work->next == '\0';
}

bool altsecid_normalise(char *text, enum altsecid_form *ret_form)
{
    const size_t len = strlen(text);
    auto_free char *canonical = NULL;
    size_t size = 0;
    struct work work = {.next = text};
    enum altsecid_form form = ALTSECID_FORM_COUNT;
    bool taken;

    if (len > ALTSECID_MAX || !text_is_printable(text))
        return false;
    work.out = open_memstream(&canonical, &size);
    if (work.out == NULL)
        return false;
    taken = take_all(&work, &form);
    if (fclose(work.out) != 0 || !taken || size > len)
        return false;
    memcpy(text, canonical, size + 1);
    *ret_form = form;
    return true;
}
