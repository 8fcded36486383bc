/* SPDX-License-Identifier: BSD-2-Clause */
/* Draws what libqrencode computes, see the header. */
#include "vscmgr/qr.h"

#include <langinfo.h>
#include <locale.h>
#include <qrencode.h>
#include <stdbool.h>
#include <string.h>

#include "common/own.h"

#define MARGIN 2 /* modules; the standard asks for 4, readers are content with 2 */

DEFINE_AUTO(QRcode, QRcode_free)

static bool has_utf8(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool utf8;

    if (locale == (locale_t)0)
        return false;
    utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return utf8;
}

/* Outside of the code all is light. */
static bool is_dark(const QRcode *code, int row, int column)
{
    if (row < 0 || column < 0 || row >= code->width || column >= code->width)
        return false;
    return (code->data[row * code->width + column] & 1) != 0;
}

/* Two rows of modules in a line. */
static void print_blocks(FILE *stream, const QRcode *code)
{
    static const char *const blocks[2][2] = {{"\xe2\x96\x88", "\xe2\x96\x80"},
                                             {"\xe2\x96\x84", " "}};

    for (int row = -MARGIN; row < code->width + MARGIN; row += 2) {
        /* White on black, whatever the terminal's own colours are. */
        (void)fputs("\033[40;97m", stream);
        for (int column = -MARGIN; column < code->width + MARGIN; column++)
            (void)fputs(blocks[is_dark(code, row, column)][is_dark(code, row + 1, column)], stream);
        (void)fputs("\033[0m\n", stream);
    }
}

static void print_ascii(FILE *stream, const QRcode *code)
{
    for (int row = -MARGIN; row < code->width + MARGIN; row++) {
        for (int column = -MARGIN; column < code->width + MARGIN; column++)
            (void)fputs(is_dark(code, row, column) ? "\033[40m  " : "\033[107m  ", stream);
        (void)fputs("\033[0m\n", stream);
    }
}

enum vsc_err qr_print(FILE *stream, const char *text)
{
    auto_by(QRcode_free) QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 0);

    if (code == NULL)
        return VSC_SYSTEM;
    if (has_utf8())
        print_blocks(stream, code);
    else
        print_ascii(stream, code);
    return fflush(stream) == 0 ? VSC_OK : VSC_SYSTEM;
}
