/* SPDX-License-Identifier: BSD-2-Clause */
/* Security identifiers as text ([MS-DTYP] 2.4.2.1), in the one form that can be compared as bytes.
 */
#ifndef VSC_COMMON_SID_H
#define VSC_COMMON_SID_H

#include <stdbool.h>
#include <stddef.h>

#define SID_PARTS_MAX 15 /* sub-authorities */
#define SID_BYTES_MAX (8 + 4 * SID_PARTS_MAX)
#define SID_SIZE      185 /* "S-1-", an authority and 15 sub-authorities, with NUL */

/*
 * S-1-AUTHORITY-SUB-..., with 1 to 15 sub-authorities: decimal numbers below 2^32 without leading
 * zeros. Authorities from 2^32 on, which no directory uses, are refused.
 */
bool sid_is_well_formed(const char *text);

/*
 * One that a directory gives to an account: S-1-5-21-A-B-C-RID, or Entra ID's S-1-12-1-A-B-C-D.
 * All others are made up by the computer itself: S-1-22-1-0 is root to winbind.
 */
bool sid_is_of_domain(const char *text);

/* The bytes of a well-formed SID ([MS-DTYP] 2.4.2.2), as a directory keeps it; how many. */
size_t sid_to_bytes(const char *text, unsigned char to[SID_BYTES_MAX]);
/* The text of such bytes; false where they are no SID that can be written as above. */
bool sid_from_bytes(const unsigned char *bytes, size_t len, char to[SID_SIZE]);

#endif
