/* SPDX-License-Identifier: BSD-2-Clause */
/* What the forge makes where nothing else is set. */
#ifndef VSC_TESTS_SUPPORT_FORGE_FIELDS_H
#define VSC_TESTS_SUPPORT_FORGE_FIELDS_H

/*
 * The notation of a field "PREFIX.NAME". A prefix that ends with "crl" is a revocation list,
 * "leaf", "root" and "file" are themselves, and every other is a CA below the root. NULL: none.
 */
const char *forge_default(const char *field);

#endif
