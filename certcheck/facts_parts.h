/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts that facts_read() is made of, and what they share. */
#ifndef VSC_CERTCHECK_FACTS_PARTS_H
#define VSC_CERTCHECK_FACTS_PARTS_H

#include "certcheck/facts.h"

/* subjectAltName: UPNs, e-mail addresses, DNS names; and the SID extension. */
must_check enum vsc_err facts_read_names(X509 *cert, struct facts *facts, struct problem *problem);
/* Usages, constraints, policies, template, key identifiers. */
must_check enum vsc_err facts_read_extensions(X509 *cert, struct facts *facts,
                                              struct problem *problem);
/* altSecurityIdentities; needs serial, SID, SKI and mail addresses. */
must_check enum vsc_err facts_read_altsecids(X509 *cert, struct facts *facts);

/* A name in the form of RFC 4514; NULL if it is too long or memory ran out. */
char *facts_name(const X509_NAME *name);
/* The subject's name in that form, cut to `size`. */
void facts_subject(const X509 *cert, char *to, size_t size);
/* The last common name of the subject; NULL without one, and when memory ran out. */
char *facts_common_name(const X509 *cert);
/* Is the value one of the string types that hold text? */
bool facts_is_text(const ASN1_STRING *value);
/* One value of a name, escaped for RFC 4514 and as UTF-8; NULL as above. */
char *facts_value(const ASN1_STRING *value);
/* Bytes in hexadecimal; NULL when memory ran out. */
char *facts_hex(const unsigned char *bytes, size_t len, bool upper);
/* An OID with dots; NULL if too long. */
char *facts_oid(const ASN1_OBJECT *object);
/* The content of the extension with this OID (with dots), or NULL. */
const ASN1_OCTET_STRING *facts_extension(const X509 *cert, const char *oid);

#endif
