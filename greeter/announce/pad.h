/* SPDX-License-Identifier: BSD-2-Clause */
/* PKCS #11's texts: filled up with blanks, without NUL. */
#ifndef VSC_GREETER_ANNOUNCE_PAD_H
#define VSC_GREETER_ANNOUNCE_PAD_H

#include <string.h>

/* `text` is a literal that fits. */
#define PAD(field, text)                                                                           \
    do {                                                                                           \
        _Static_assert(sizeof(text) - 1 <= sizeof(field), "too long");                             \
        memset((field), ' ', sizeof(field));                                                       \
        memcpy((field), (text), sizeof(text) - 1);                                                 \
    } while (0)

#endif
