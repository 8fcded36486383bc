/* SPDX-License-Identifier: BSD-2-Clause */
/* What libkrb5's numbers mean for a sign-in. */
#ifndef VSC_TGT_OUTCOME_H
#define VSC_TGT_OUTCOME_H

#include <krb5/krb5.h>

#include "common/wire_tgt.h"

/*
 * TGT_DONE for 0 alone. What a KDC answered (RFC 4120 7.5.9) is TGT_REFUSED, but that its database
 * is away is TGT_UNREACHABLE, as everything is that no answer came for; and TGT_NONE what libkrb5
 * may have said itself of an answer that it could not open.
 */
enum tgt_outcome outcome_of(krb5_error_code code);
/* Of a ticket that is tried with the host's key: whatever does not fit is TGT_UNTRUSTED. */
enum tgt_outcome outcome_of_verification(krb5_error_code code);
/* Has a KDC answered at all? */
bool outcome_is_answer(enum tgt_outcome outcome, krb5_error_code code);

#endif
