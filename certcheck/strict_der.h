/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of DER (X.690 10, 11) that OpenSSL's decoder does not insist on: what it reads as BER,
 * another program may read otherwise or not at all.
 */
#ifndef VSC_CERTCHECK_STRICT_DER_H
#define VSC_CERTCHECK_STRICT_DER_H

#include <stdbool.h>
#include <stddef.h>

#define STRICT_DER_DEPTH 32 /* elements within each other */

/*
 * Is it one element and nothing behind it, with every tag and length in it in the shortest form,
 * no string in pieces, no empty SET, and each BOOLEAN, INTEGER, BIT STRING, NULL and OBJECT
 * IDENTIFIER as it should be? What stands under a primitive tag of its own is not known, and
 * passes; so does a value that is its type's default.
 */
bool strict_der_is(const unsigned char *der, size_t len);

#endif
