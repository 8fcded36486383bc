/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of key that a native card makes; the numbers travel on the wire (vsc-wire.7). */
#ifndef VSC_COMMON_KEY_TYPE_H
#define VSC_COMMON_KEY_TYPE_H

enum key_type {
    KEY_NONE,
    KEY_RSA2048,
    KEY_RSA3072,
    KEY_P256,
    KEY_P384,
};

#endif
