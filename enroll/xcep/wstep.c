/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes and reads the messages of MS-WSTEP. */
#include "enroll/xcep/wstep.h"

#include <openssl/pkcs7.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certcheck/openssl_own.h"
#include "common/text.h"
#include "common/wire_card.h"
#include "enroll/base64.h"
#include "enroll/issued.h"

DEFINE_AUTO(PKCS7, PKCS7_free)

#define ACTION NS_ENROLL "/RST/wstep"
#define X509V3                                                                                     \
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
#define PKCS10 NS_ENROLL "#PKCS10"
#define BASE64 NS_WSSE "#base64binary"
#define RST(TYPE, TOKEN, ID)                                                                       \
    "<RequestSecurityToken xmlns=\"" NS_TRUST "\"><TokenType>" X509V3                              \
    "</TokenType><RequestType>" TYPE "</RequestType>" TOKEN ID "</RequestSecurityToken>"
#define TOKEN                                                                                      \
    "<BinarySecurityToken xmlns=\"" NS_WSSE "\" ValueType=\"" PKCS10 "\" EncodingType=\"" BASE64   \
    "\">%s</BinarySecurityToken>"
#define NO_ID                                                                                      \
    "<RequestID xmlns=\"" NS_ENROLL                                                                \
    "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>"
#define AN_ID "<RequestID xmlns=\"" NS_ENROLL "\">%s</RequestID>"

void wstep_answer_done(struct wstep_answer *answer)
{
    buf_done(&answer->pem);
}

/* The lines between BEGIN and END in one. */
static char *base64_of(const char *pem)
{
    const char *start = strstr(pem, "-----\n"),
               *end = start != NULL ? strstr(start, "\n-----END") : NULL;
    char *to = end != NULL ? calloc(1, (size_t)(end - start)) : NULL;
    size_t len = 0;

    if (to == NULL)
        return NULL;
    for (const char *at = start + 6; at < end; at++)
        if (*at != '\n')
            to[len++] = *at;
    return to;
}

enum vsc_err wstep_write_request(const char *url, const char *pem, struct buf *ret_text)
{
    auto_free char *base64 = base64_of(pem);
    auto_free char *body = NULL;

    buf_init(ret_text, SOAP_MAX);
    if (base64 == NULL || asprintf(&body, RST(NS_TRUST "/Issue", TOKEN, NO_ID), base64) < 0) {
        body = NULL;
        return VSC_MEMORY;
    }
    return soap_write(ACTION, url, body, ret_text);
}

enum vsc_err wstep_write_query(const char *url, const char *id, struct buf *ret_text)
{
    auto_free char *body = NULL;

    buf_init(ret_text, SOAP_MAX);
    if (asprintf(&body, RST(NS_ENROLL "/QueryTokenStatus", "", AN_ID), id) < 0) {
        body = NULL;
        return VSC_MEMORY;
    }
    return soap_write(ACTION, url, body, ret_text);
}

/* Base64 with any blanks in it. False for anything else. */
static bool decode(const xmlNode *node, struct buf *ret_der)
{
    auto_free char *text = soap_long_text(node);

    buf_init(ret_der, ANSWER_MAX);
    return text != NULL && base64_read(text, strlen(text), ret_der) == VSC_OK;
}

/* The CMC response holds the CA's certificates too. One that cannot be read brings none: what is
 * missing then is told by the judgement. */
static void put_issuers(const xmlNode *response, const X509 *own, struct buf *pem)
{
    auto_buf struct buf der = {0};
    auto_by(PKCS7_free) PKCS7 *bag = NULL;
    const xmlNode *token = soap_child(response, NS_WSSE, "BinarySecurityToken");
    const unsigned char *next;
    int room = CHAIN_MAX - 1;

    if (!decode(token, &der))
        return;
    next = der.data;
    bag = d2i_PKCS7(NULL, &next, (long)der.len);
    if (bag == NULL || !PKCS7_type_is_signed(bag) || bag->d.sign == NULL)
        return;
    for (int i = 0; room > 0 && i < sk_X509_num(bag->d.sign->cert); i++) {
        const X509 *cert = sk_X509_value(bag->d.sign->cert, i);

        if (X509_cmp(cert, own) != 0 && cert_put_pem(cert, pem) == VSC_OK)
            room--;
    }
}

static enum vsc_err read_issued(const xmlNode *response, const xmlNode *token,
                                struct wstep_answer *answer, struct problem *problem)
{
    auto_buf struct buf der = {0};
    auto_by(X509_free) X509 *cert = NULL;
    const unsigned char *next;

    if (!decode(token, &der))
        return soap_malformed("a certificate that is no base64", problem);
    next = der.data;
    cert = d2i_X509(NULL, &next, (long)der.len);
    if (cert == NULL || next != der.data + der.len)
        return soap_malformed("a certificate that cannot be read", problem);
    if (cert_put_pem(cert, &answer->pem) != VSC_OK)
        return VSC_MEMORY;
    put_issuers(response, cert, &answer->pem);
    answer->result = WSTEP_ISSUED;
    return answer->pem.overflow ? soap_malformed("too many certificates", problem) : VSC_OK;
}

static enum vsc_err read_pending(const xmlNode *response, const xmlNode *requested,
                                 struct wstep_answer *answer, struct problem *problem)
{
    const xmlNode *reference =
        soap_child(soap_child(requested, NS_WSSE, "SecurityTokenReference"), NS_WSSE, "Reference");
    const char *id = answer->id;
    xmlChar *uri = NULL;
    bool good;

    if (!soap_text(soap_child(response, NS_ENROLL, "RequestID"), answer->id, sizeof answer->id) ||
        id[strspn(id, "0123456789")] != '\0' || id[strspn(id, "0")] == '\0')
        return soap_malformed("neither a certificate nor the number of a request", problem);
    if (reference != NULL)
        uri = xmlGetNoNsProp(reference, (const xmlChar *)"URI");
    good = uri == NULL ||
           (strlen((const char *)uri) < sizeof answer->uri && text_is_printable((const char *)uri));
    if (uri != NULL && good)
        (void)snprintf(answer->uri, sizeof answer->uri, "%s", (const char *)uri);
    xmlFree(uri);
    answer->result = WSTEP_PENDING;
    return good ? VSC_OK : soap_malformed("an address that cannot be read", problem);
}

enum vsc_err wstep_read(const void *bytes, size_t len, struct wstep_answer *ret_answer,
                        struct problem *problem)
{
    auto_by(xmlFreeDoc) xmlDoc *doc = NULL;
    const xmlNode *response, *requested, *token;
    struct soap_fault fault;
    enum vsc_err err;

    *ret_answer = (struct wstep_answer){.result = WSTEP_FAULT};
    buf_init(&ret_answer->pem, ANSWER_MAX);
    err = soap_parse(bytes, len, &doc, problem);
    if (err != VSC_OK)
        return err;
    if (soap_read_fault(doc, &fault)) {
        ret_answer->result = fault.is_final ? WSTEP_REFUSED : WSTEP_FAULT;
        memcpy(ret_answer->words, fault.words, sizeof ret_answer->words);
        return VSC_OK;
    }
    response = soap_child(soap_body(doc, NS_TRUST, "RequestSecurityTokenResponseCollection"),
                          NS_TRUST, "RequestSecurityTokenResponse");
    if (response == NULL)
        return soap_malformed("no answer to a request", problem);
    requested = soap_child(response, NS_TRUST, "RequestedSecurityToken");
    token = soap_child(requested, NS_WSSE, "BinarySecurityToken");
    if (token != NULL)
        return read_issued(response, token, ret_answer, problem);
    return read_pending(response, requested, ret_answer, problem);
}
