/* SPDX-License-Identifier: BSD-2-Clause */
/* The form of a certificate: what RFC 5280 4.1 and 4.2 ask of every one. */
#ifndef VSC_CERTCHECK_FORM_H
#define VSC_CERTCHECK_FORM_H

#include <openssl/x509.h>

/*
 * What is wrong with the form of a certificate that was parsed (cert_parse()), or NULL: the version
 * and what it allows, a serial number that is no positive number of at most 20 bytes, years before
 * 1950, an issuer without a name, extensions that stand there twice, cannot be read, are not DER or
 * have more behind their value, names that are no text. The words are for people.
 */
const char *form_flaw(X509 *cert);

/* The same of an anchor, whose extensions are all that is asked for: old roots have the serial
 * number 0, and nobody looks for an anchor by its number. */
const char *form_anchor_flaw(X509 *cert);

/* The same of the subject's own names: no control characters. */
const char *form_subject_flaw(const X509 *cert);

#endif
