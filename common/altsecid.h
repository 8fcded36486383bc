/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values of a directory's altSecurityIdentities that speak of certificates (KB5014754;
 * [MS-PKCA] 3.1.5.2.1), in one form that can be compared as bytes: marks and types of attributes
 * in capitals, no blanks around the separators of a name, values quoted where they must be and
 * nowhere else, the serial number in capitals, other hexadecimal digits not.
 */
#ifndef VSC_COMMON_ALTSECID_H
#define VSC_COMMON_ALTSECID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define ALTSECID_MAX 8192 /* bytes */

/* name, the name that Microsoft's documentation gives it, whether it binds strongly */
#define ALTSECID_FORMS(X)                                                                          \
    X(ISSUER_SERIAL, "X509IssuerSerialNumber", true) /* X509:<I>name<SR>reversed serial number */  \
    X(SKI, "X509SKI", true)                          /* X509:<SKI>subject key identifier */        \
    X(SHA1_PUKEY, "X509SHA1PublicKey", true)         /* X509:<SHA1-PUKEY>of the public key */      \
    X(ISSUER_SID, "X509IssuerSID", true)             /* X509:<I>name<SID>S-1-5-21-... */           \
    X(ISSUER_SUBJECT, "X509IssuerSubject", false)    /* X509:<I>name<S>name */                     \
    X(SUBJECT, "X509SubjectOnly", false)             /* X509:<S>name */                            \
    X(RFC822, "X509RFC822", false)                   /* X509:<RFC822>mail address */

enum altsecid_form {
#define ALTSECID_ENUM(name, shown, strong) ALTSECID_##name,
    ALTSECID_FORMS(ALTSECID_ENUM)
#undef ALTSECID_ENUM
    ALTSECID_FORM_COUNT
};

const char *altsecid_form_name(enum altsecid_form form);
/* Does it name one certificate, key or account, and not a name that may be given again? */
bool altsecid_form_is_strong(enum altsecid_form form);

/*
 * Bring `text` into the form above, in its own room: it never becomes longer. False for what is
 * none of the forms, is longer than ALTSECID_MAX, or is not printable UTF-8; it may be spoilt then.
 */
bool altsecid_normalise(char *text, enum altsecid_form *ret_form);

/* Write one value of a name as Windows does (CertNameToStr): quoted where it must be. */
bool altsecid_put_value(FILE *out, const char *value);

#endif
