/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Foreign text (from certificates, cards, tokens, hosts) before it reaches a prompt, a log line,
 * the environment or JSON: invalid UTF-8, control and bidirectional characters never pass.
 */
#ifndef VSC_COMMON_TEXT_H
#define VSC_COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_COLUMNS 64                     /* the widest name shown, in terminal columns */
#define TEXT_NAME    (TEXT_COLUMNS * 4 + 1) /* room for such a name */

/*
 * Copy the name `from` (`len` bytes) for people: what must not pass is dropped, at most
 * TEXT_COLUMNS columns stay. `to` has `size` bytes; always NUL-terminated.
 */
void text_name(char *to, size_t size, const void *from, size_t len);

/*
 * Copy for a log line or an error message: what must not pass is shown as \xHH, backslash as \\,
 * and with `quote_blanks` blanks as \x20 (for key=value lines). Cut at `size`, NUL-terminated.
 */
void text_escape(char *to, size_t size, const char *from, bool quote_blanks);

/*
 * Copy for a message to people: as text_escape() without `quote_blanks`, but a backslash stays as
 * it is, so that text may pass more than once.
 */
void text_clean(char *to, size_t size, const char *from);

/*
 * Decode one UTF-8 character at `from` (`len` > 0 bytes): its length in bytes and *ret_code, or 0
 * for anything that RFC 3629 forbids (overlong, surrogate, beyond U+10FFFF, cut short).
 */
size_t text_decode(const void *from, size_t len, unsigned *ret_code);

/* The time as RFC 3339 writes it in UTC, "2026-11-25T12:00:00Z"; `to` has TEXT_TIME bytes. */
#define TEXT_TIME 32
void text_time(int64_t seconds, char to[TEXT_TIME]);

/* A C0 or C1 control, DEL, a bidirectional or other invisible format character, or a separator. */
bool text_is_unsafe(unsigned code);

/* Equal without case in ASCII, in whatever locale the host is. */
bool text_equal_without_case(const char *a, const char *b);

/* Printable UTF-8 without unsafe characters. The empty string is. */
bool text_is_printable(const char *string);

#endif
