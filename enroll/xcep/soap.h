/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SOAP 1.2 with WS-Addressing, as AD CS's enrollment services speak it. What is read is hostile:
 * bounded, UTF-8 only, without DTD and entities, and nothing is fetched for it.
 */
#ifndef VSC_ENROLL_XCEP_SOAP_H
#define VSC_ENROLL_XCEP_SOAP_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/own.h"
#include "common/problem.h"

#define SOAP_MAX       (4 * 1024 * 1024) /* bytes of a message */
#define SOAP_WORDS     256
#define SOAP_MALFORMED "malformed-answer"

#define NS_SOAP        "http://www.w3.org/2003/05/soap-envelope"
#define NS_POLICY      "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy"
#define NS_ENROLL      "http://schemas.microsoft.com/windows/pki/2009/01/enrollment"
#define NS_TRUST       "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
#define NS_WSSE        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"

DEFINE_AUTO(xmlDoc, xmlFreeDoc)

/* An envelope for `to` around `body`, which is XML already. `ret_text` is initialised here; the
 * caller releases it, also after a failure. */
must_check enum vsc_err soap_write(const char *action, const char *to, const char *body,
                                   struct buf *ret_text);

/* An answer that cannot be read. VSC_DENIED. */
enum vsc_err soap_malformed(const char *what, struct problem *problem);
/* VSC_DENIED for what is not a sound envelope. The caller frees *ret_doc. */
must_check enum vsc_err soap_parse(const void *bytes, size_t len, xmlDoc **ret_doc,
                                   struct problem *problem);
/* The Body's one child of that name; NULL for none. */
const xmlNode *soap_body(const xmlDoc *doc, const char *space, const char *name);

/* What a Fault says. */
struct soap_fault {
    bool is_final; /* asking again will not help */
    char words[SOAP_WORDS];
};
/* False where the Body holds none. */
bool soap_read_fault(const xmlDoc *doc, struct soap_fault *ret_fault);

/* The first child with that name, and the next sibling with the name that `node` has; NULL for
 * none. `node` may be NULL. */
const xmlNode *soap_child(const xmlNode *node, const char *space, const char *name);
const xmlNode *soap_next(const xmlNode *node);
/* An element's text without the blanks around it. False if it has none, has elements in it, does
 * not fit, or is nothing that can be shown. */
bool soap_text(const xmlNode *node, char *to, size_t size);
/* The same, of any length, blanks and all; the caller frees. NULL for none. */
char *soap_long_text(const xmlNode *node);
/* A number without a sign; 0 where there is no element or it is nil. False if it is no number. */
bool soap_number(const xmlNode *node, uint64_t max, uint64_t *ret_number);
/* A signed one of 32 bits: flags may be written as negative numbers. */
bool soap_flags(const xmlNode *node, uint32_t *ret_flags);
/* "true", "1": true; "false", "0", none: false. False if it is neither. */
bool soap_bool(const xmlNode *node, bool *ret_value);

#endif
