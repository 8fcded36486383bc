/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/name_forms.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool has_byte(const ASN1_IA5STRING *string, unsigned char byte)
{
    int len = ASN1_STRING_length(string);

    return len > 0 && memchr(ASN1_STRING_get0_data(string), byte, (size_t)len) != NULL;
}

static int count(const ASN1_IA5STRING *string, unsigned char byte)
{
    int found = 0;

    for (int i = 0; i < ASN1_STRING_length(string); i++)
        found += ASN1_STRING_get0_data(string)[i] == byte ? 1 : 0;
    return found;
}

static unsigned char byte_at(const ASN1_STRING *string, int at)
{
    int len = ASN1_STRING_length(string);

    if (at < 0)
        at += len;
    return at >= 0 && at < len ? ASN1_STRING_get0_data(string)[at] : 0;
}

/* An address and a mask of one length, whose ones stand before its zeros (RFC 4632 3.1). */
static bool is_network(const ASN1_OCTET_STRING *network)
{
    int len = ASN1_STRING_length(network);
    bool ended = false;

    if (len != 8 && len != 32)
        return false;
    for (int i = len / 2; i < len; i++) {
        for (unsigned bit = 0x80; bit != 0; bit >>= 1) {
            bool set = (byte_at(network, i) & bit) != 0;

            if (ended && set)
                return false;
            ended = ended || !set;
        }
    }
    return true;
}

static const char *base_flaw(const GENERAL_NAME *base)
{
    switch (base->type) {
    case GEN_DNS:
        return byte_at(base->d.dNSName, 0) == '.' || has_byte(base->d.dNSName, 0) ||
                       has_byte(base->d.dNSName, '*')
                   ? "a constraint is no DNS name"
                   : NULL;
    case GEN_EMAIL:
        return ASN1_STRING_length(base->d.rfc822Name) == 0 || has_byte(base->d.rfc822Name, 0) ||
                       count(base->d.rfc822Name, '@') > 1
                   ? "a constraint is no mail address, host or domain"
                   : NULL;
    case GEN_URI:
        return ASN1_STRING_length(base->d.uniformResourceIdentifier) == 0 ||
                       has_byte(base->d.uniformResourceIdentifier, 0) ||
                       has_byte(base->d.uniformResourceIdentifier, '/') ||
                       has_byte(base->d.uniformResourceIdentifier, ':')
                   ? "a constraint on URIs is no host or domain"
                   : NULL;
    case GEN_IPADD:
        return is_network(base->d.iPAddress) ? NULL : "a constraint is no network";
    default:
        return NULL;
    }
}

/* With an end or a beginning that is none, a name would slip past what is excluded. */
static const char *dns_flaw(const ASN1_IA5STRING *name)
{
    int len = ASN1_STRING_length(name);
    const unsigned char *data = ASN1_STRING_get0_data(name);

    if (len == 0 || byte_at(name, 0) == '.' || byte_at(name, -1) == '.' || has_byte(name, 0) ||
        memmem(data, (size_t)len, "..", 2) != NULL)
        return "a constraint stands, and a DNS name is none";
    return NULL;
}

/* RFC 5280 4.2.1.10: a URI without a host name, under a constraint on URIs, is refused. */
static const char *uri_flaw(const ASN1_IA5STRING *uri)
{
    int len = ASN1_STRING_length(uri);
    const char *data = (const char *)ASN1_STRING_get0_data(uri);
    const char *host = memmem(data, (size_t)len, "//", 2);
    const char *end = data + len, *stop;

    if (host == NULL || has_byte(uri, 0))
        return "a constraint stands, and a URI has no host";
    host += 2;
    for (stop = host; stop < end && strchr("/?#", *stop) == NULL;)
        stop++;
    /* OpenSSL would take the user for the host. */
    if (memchr(host, '@', (size_t)(stop - host)) != NULL)
        return "a constraint stands, and a URI has a user before its host";
    for (; host < stop && (*host == '.' || (*host >= '0' && *host <= '9'));)
        host++;
    if (host == stop || *host == '[' || *host == ':')
        return "a constraint stands, and a URI has an address for a host";
    return NULL;
}

static const char *name_flaw(const GENERAL_NAME *name)
{
    if (name->type == GEN_EMAIL &&
        (count(name->d.rfc822Name, '@') != 1 || has_byte(name->d.rfc822Name, 0)))
        return "a constraint stands, and a mail address is none";
    if (name->type == GEN_DNS)
        return dns_flaw(name->d.dNSName);
    if (name->type == GEN_URI)
        return uri_flaw(name->d.uniformResourceIdentifier);
    return NULL;
}

static bool stands_there(X509 *cert, const GENERAL_NAMES *names, int type)
{
    const X509_NAME *subject = X509_get_subject_name(cert);

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        if (sk_GENERAL_NAME_value(names, i)->type == type)
            return true;
    return type == GEN_EMAIL &&
           X509_NAME_get_index_by_NID(subject, NID_pkcs9_emailAddress, -1) >= 0;
}

static const char *subtrees_flaw(X509 *cert, const GENERAL_NAMES *names,
                                 STACK_OF(GENERAL_SUBTREE) * subtrees, bool constrained[])
{
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); i++) {
        const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(subtrees, i)->base;
        const char *flaw = base_flaw(base);

        if (base->type >= 0 && base->type <= GEN_RID)
            constrained[base->type] = true;
        if (flaw != NULL && stands_there(cert, names, base->type))
            return flaw;
    }
    return NULL;
}

const char *name_form_flaw(X509 *cert, const GENERAL_NAMES *names,
                           const NAME_CONSTRAINTS *constraints)
{
    bool constrained[GEN_RID + 1] = {false};
    const char *flaw = subtrees_flaw(cert, names, constraints->permittedSubtrees, constrained);

    if (flaw == NULL)
        flaw = subtrees_flaw(cert, names, constraints->excludedSubtrees, constrained);
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && flaw == NULL; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if (name->type >= 0 && name->type <= GEN_RID && constrained[name->type])
            flaw = name_flaw(name);
    }
    return flaw;
}

/* "*.corp.test" and "no.corp.test": the asterisk stands for one label (RFC 6125 6.4.3). */
static bool stands_for(const ASN1_IA5STRING *wildcard, const ASN1_IA5STRING *name)
{
    const char *rest = (const char *)ASN1_STRING_get0_data(wildcard) + 1;
    const char *text = (const char *)ASN1_STRING_get0_data(name);
    int rest_len = ASN1_STRING_length(wildcard) - 1;
    int label = ASN1_STRING_length(name) - rest_len;

    return label > 0 && memchr(text, '.', (size_t)label) == NULL &&
           strncasecmp(text + label, rest, (size_t)rest_len) == 0;
}

const char *name_form_wildcard_flaw(const GENERAL_NAMES *names,
                                    const STACK_OF(GENERAL_SUBTREE) * excluded)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if (name->type != GEN_DNS || byte_at(name->d.dNSName, 0) != '*' ||
            byte_at(name->d.dNSName, 1) != '.')
            continue;
        for (int k = 0; k < sk_GENERAL_SUBTREE_num(excluded); k++) {
            const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(excluded, k)->base;

            if (base->type == GEN_DNS && stands_for(name->d.dNSName, base->d.dNSName))
                return "a DNS name with an asterisk stands for one that is excluded";
        }
    }
    return NULL;
}
