/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes and reads envelopes; what is in an element is in soap_text.c. */
#include "enroll/xcep/soap.h"

#include <libxml/parser.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_ADDRESS "http://www.w3.org/2005/08/addressing"
#define ANONYMOUS  NS_ADDRESS "/anonymous"
#define ENVELOPE                                                                                   \
    "<s:Envelope xmlns:s=\"" NS_SOAP "\" xmlns:a=\"" NS_ADDRESS "\"><s:Header>"                    \
    "<a:Action s:mustUnderstand=\"1\">%s</a:Action><a:MessageID>urn:uuid:%s</a:MessageID>"         \
    "<a:ReplyTo><a:Address>" ANONYMOUS "</a:Address></a:ReplyTo>"                                  \
    "<a:To s:mustUnderstand=\"1\">%s</a:To></s:Header><s:Body>"
#define TAIL "</s:Body></s:Envelope>"

/* RFC 4122, version 4. */
static bool make_uuid(char to[37])
{
    unsigned char b[16];

    if (RAND_bytes(b, sizeof b) != 1)
        return false;
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    (void)snprintf(to, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                   b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12],
                   b[13], b[14], b[15]);
    return true;
}

enum vsc_err soap_write(const char *action, const char *to, const char *body, struct buf *ret_text)
{
    xmlChar *target = xmlEncodeSpecialChars(NULL, (const xmlChar *)to);
    auto_free char *head = NULL;
    char uuid[37];
    int len = -1;

    buf_init(ret_text, SOAP_MAX);
    if (target != NULL && make_uuid(uuid))
        len = asprintf(&head, ENVELOPE, action, uuid, (const char *)target);
    xmlFree(target);
    if (len < 0) {
        head = NULL;
        return VSC_MEMORY;
    }
    buf_put(ret_text, head, (size_t)len);
    buf_put(ret_text, body, strlen(body));
    buf_put(ret_text, TAIL, strlen(TAIL));
    return buf_status(ret_text);
}

/* The encoding is given to the parser, whatever the message says: a DTD has no other spelling. */
static bool may_be_parsed(const void *bytes, size_t len)
{
    return len > 0 && len <= SOAP_MAX && memchr(bytes, '\0', len) == NULL &&
           memmem(bytes, len, "<!DOCTYPE", 9) == NULL && memmem(bytes, len, "<!ENTITY", 8) == NULL;
}

static bool is_envelope(const xmlDoc *doc)
{
    const xmlNode *root = xmlDocGetRootElement(doc);

    return doc->intSubset == NULL && doc->extSubset == NULL && root != NULL && root->ns != NULL &&
           strcmp((const char *)root->name, "Envelope") == 0 &&
           strcmp((const char *)root->ns->href, NS_SOAP) == 0 &&
           soap_child(root, NS_SOAP, "Body") != NULL;
}

enum vsc_err soap_malformed(const char *what, struct problem *problem)
{
    return problem_set(problem, VSC_DENIED, SOAP_MALFORMED ": %s", what);
}

enum vsc_err soap_parse(const void *bytes, size_t len, xmlDoc **ret_doc, struct problem *problem)
{
    const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    auto_by(xmlFreeDoc) xmlDoc *doc = NULL;

    if (len > 0 && memmem(bytes, len, "<!DOCTYPE", 9) != NULL)
        return soap_malformed("the answer has a document type declaration", problem);
    if (may_be_parsed(bytes, len))
        doc = xmlReadMemory(bytes, (int)len, "answer", "UTF-8", options);
    if (doc == NULL || !is_envelope(doc))
        return soap_malformed("the answer is no SOAP envelope", problem);
    *ret_doc = take(doc);
    return VSC_OK;
}

const xmlNode *soap_body(const xmlDoc *doc, const char *space, const char *name)
{
    return soap_child(soap_child(xmlDocGetRootElement(doc), NS_SOAP, "Body"), space, name);
}

bool soap_read_fault(const xmlDoc *doc, struct soap_fault *ret_fault)
{
    const xmlNode *fault = soap_body(doc, NS_SOAP, "Fault");
    const xmlNode *detail = soap_child(soap_child(fault, NS_SOAP, "Detail"), NS_ENROLL,
                                       "CertificateEnrollmentWSDetail");
    char code[64] = "";
    bool invalid = false;

    if (fault == NULL)
        return false;
    if (!soap_text(soap_child(soap_child(fault, NS_SOAP, "Reason"), NS_SOAP, "Text"),
                   ret_fault->words, sizeof ret_fault->words))
        (void)snprintf(ret_fault->words, sizeof ret_fault->words, "a fault without words");
    (void)soap_bool(soap_child(detail, NS_ENROLL, "InvalidRequest"), &invalid);
    (void)soap_text(soap_child(soap_child(fault, NS_SOAP, "Code"), NS_SOAP, "Value"), code,
                    sizeof code);
    /* Receiver: the server could not. Anything else is the request's fault. */
    ret_fault->is_final = invalid || strstr(code, ":Receiver") == NULL;
    return true;
}
