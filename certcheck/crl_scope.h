/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which certificates and which reasons a list answers for: its issuingDistributionPoint (RFC 5280
 * 5.2.5) against a distribution point of the certificate (4.2.1.13), as in 6.3.3 (b) and (d).
 */
#ifndef VSC_CERTCHECK_CRL_SCOPE_H
#define VSC_CERTCHECK_CRL_SCOPE_H

#include <stdbool.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define CRL_REASONS_ALL 0x1feU /* the bits 1 to 8 of ReasonFlags */

/* What a list is asked about. */
struct crl_asked {
    X509 *cert;                    /* borrowed */
    const CRL_DIST_POINTS *points; /* borrowed: its own; NULL for none */
};

/*
 * The reasons for which a list with this issuer and issuingDistributionPoint (NULL for none)
 * answers, taken over all distribution points of the certificate and the one that RFC 5280 6.3.3
 * supposes where it names none. 0: it does not answer for this certificate.
 */
unsigned crl_scope_reasons(const struct crl_asked *asked, const X509_NAME *crl_issuer,
                           ISSUING_DIST_POINT *scope);

/* Is the issuer of the list the certificate's, or named as cRLIssuer by one of its points? */
bool crl_scope_is_for(const struct crl_asked *asked, const X509_NAME *crl_issuer);
bool crl_scope_names_issuer(const struct crl_asked *asked, const X509_NAME *crl_issuer);

/* Why the extension cannot be used; NULL if it can. */
const char *crl_scope_flaw(const ISSUING_DIST_POINT *scope);

#endif
