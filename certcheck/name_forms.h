/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether name constraints are written as RFC 5280 4.2.1.10 has it, so that they can be judged. */
#ifndef VSC_CERTCHECK_NAME_FORMS_H
#define VSC_CERTCHECK_NAME_FORMS_H

#include <openssl/x509v3.h>

/*
 * Why these constraints cannot be evaluated for this certificate and its alternative names (NULL
 * for none), or NULL. Only the forms that stand in the certificate matter, and only DNS names, mail
 * addresses, URIs, IP addresses and directory names are looked at.
 */
const char *name_form_flaw(X509 *cert, const GENERAL_NAMES *names,
                           const NAME_CONSTRAINTS *constraints);

/*
 * A wildcard ("*.corp.test") that stands for a DNS name which is excluded (CVE-2025-61727), for
 * names and constraints that have been judged otherwise. Why not, or NULL.
 */
const char *name_form_wildcard_flaw(const GENERAL_NAMES *names,
                                    const STACK_OF(GENERAL_SUBTREE) * excluded);

#endif
