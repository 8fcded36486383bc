/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the wire's messages and an evaluation. */
#ifndef VSC_CERTCHECK_CHECK_ANSWER_H
#define VSC_CERTCHECK_CHECK_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "certcheck/evaluation.h"
#include "common/err.h"
#include "common/wire_check.h"

/* The certificates of a chain; none at all if the first does not parse, later ones that do not are
 * left out. The caller frees. */
must_check enum vsc_err answer_parse_chain(const struct der *chain, size_t len,
                                           STACK_OF(X509) * *ret_certs);

/* All but the challenge. */
void answer_evaluated(const struct evaluation *evaluation, int64_t now,
                      struct check_evaluated *ret_item);
/* A verdict that is not an acceptance has a reason always. */
void answer_verdict(const struct evaluation *evaluation, int64_t now,
                    struct check_verdict *ret_verdict);

#endif
