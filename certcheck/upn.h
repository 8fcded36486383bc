/* SPDX-License-Identifier: BSD-2-Clause */
/* What a user principal name may look like before anything is done with it. */
#ifndef VSC_CERTCHECK_UPN_H
#define VSC_CERTCHECK_UPN_H

#include <stdbool.h>
#include <stddef.h>

#define UPN_MAX 256 /* bytes */

/*
 * Well-formed: 3 to UPN_MAX bytes of printable UTF-8 with exactly one '@', something before and
 * after it, and no '/', '\\' or blank. `upn` need not end with a NUL; one inside is a fault.
 */
bool upn_is_well_formed(const void *upn, size_t len);

/* Is the part after '@' this suffix, without case in ASCII? `upn` is well-formed. */
bool upn_has_suffix(const char *upn, const char *suffix);

/* The bytes before '@' of a well-formed UPN. */
size_t upn_local_len(const char *upn);

/* Equal: bytewise before '@', without case in ASCII after it. Both well-formed. */
bool upn_equal(const char *a, const char *b);

#endif
