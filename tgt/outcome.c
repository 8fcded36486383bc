/* SPDX-License-Identifier: BSD-2-Clause */
#include "tgt/outcome.h"

#include <errno.h>

#define FIRST_ANSWER KRB5KDC_ERR_NONE         /* the protocol's error 0 */
#define LAST_ANSWER  (KRB5KDC_ERR_NONE + 127) /* beyond these come libkrb5's own */

static bool is_answer(krb5_error_code code)
{
    return code > FIRST_ANSWER && code <= LAST_ANSWER;
}

static bool is_silence(krb5_error_code code)
{
    switch (code) {
    case KRB5_KDC_UNREACH:
    case KRB5_REALM_CANT_RESOLVE:
    case KRB5_REALM_UNKNOWN:
    case KRB5KDC_ERR_SVC_UNAVAILABLE:
    case ETIMEDOUT:
    case ECONNREFUSED:
    case ECONNRESET:
    case ENETUNREACH:
    case ENETDOWN:
    case EHOSTUNREACH:
        return true;
    default:
        return false;
    }
}

/*
 * libkrb5 has these for what it got as well: a reply that does not open with the key that was
 * agreed on, or is no reply. Nobody knows then who spoke, so it is not held for a KDC's refusal.
 */
static bool is_anybodys(krb5_error_code code)
{
    switch (code) {
    case KRB5KRB_AP_ERR_BAD_INTEGRITY:
    case KRB5KRB_AP_ERR_BADVERSION:
    case KRB5KRB_AP_ERR_MSG_TYPE:
    case KRB5KRB_AP_ERR_MODIFIED:
        return true;
    default:
        return false;
    }
}

enum tgt_outcome outcome_of(krb5_error_code code)
{
    if (code == 0)
        return TGT_DONE;
    if (is_silence(code))
        return TGT_UNREACHABLE;
    return is_answer(code) && !is_anybodys(code) ? TGT_REFUSED : TGT_NONE;
}

enum tgt_outcome outcome_of_verification(krb5_error_code code)
{
    const enum tgt_outcome outcome = outcome_of(code);

    return outcome == TGT_DONE || outcome == TGT_UNREACHABLE ? outcome : TGT_UNTRUSTED;
}

bool outcome_is_answer(enum tgt_outcome outcome, krb5_error_code code)
{
    return outcome == TGT_DONE || outcome == TGT_MISMATCH || outcome == TGT_UNTRUSTED ||
           (outcome == TGT_REFUSED && is_answer(code));
}
