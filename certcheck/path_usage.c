/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the certificates of a path may be used for: extended key usage, and Microsoft's application
 * policies, which are certificate policies about usages ([MS-WCCE] 2.2.2.7.7): the same syntax
 * under other OIDs, and the same rules (RFC 5280 6.1). Where they stand, both must allow what is
 * asked for, in every CA and in the certificate itself; a mapping can take away, never give. Where
 * nothing is asked for, some extended key usage must be left that all allow. An anchor's count too.
 */
#include <string.h>

#include <openssl/err.h>

#include "certcheck/chain_path.h"
#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"
#include "certcheck/purpose.h"

#define OID_ANY_USAGE       "2.5.29.37.0"
#define OID_ANY_APPLICATION "1.3.6.1.4.1.311.10.12.1"

static inline void policy_mappings_free(POLICY_MAPPINGS *mappings)
{
    sk_POLICY_MAPPING_pop_free(mappings, POLICY_MAPPING_free);
}

DEFINE_AUTO(POLICY_MAPPINGS, policy_mappings_free)

enum usage_answer {
    USAGE_NOT_SAID,
    USAGE_ALLOWED,
    USAGE_NOT_ALLOWED,
    USAGE_UNREADABLE,
};

struct walking {
    const struct chain_path *path;
    const char *wanted; /* OID */
    struct verdict *verdict;
    bool all_said;  /* every certificate so far says what it is for */
    unsigned to_go; /* RFC 5280 6.1.2 (d): certificates until it counts */
};

static bool is_oid(const ASN1_OBJECT *object, const char *oid)
{
    auto_free char *text = facts_oid(object);

    return text != NULL && strcmp(text, oid) == 0;
}

static enum usage_answer usage_of(const X509 *cert, const char *wanted)
{
    int critical = -1;
    auto_by(EXTENDED_KEY_USAGE_free) EXTENDED_KEY_USAGE *usages =
        X509_get_ext_d2i(cert, NID_ext_key_usage, &critical, NULL);

    if (usages == NULL)
        return critical == -1 ? USAGE_NOT_SAID : USAGE_UNREADABLE;
    if (sk_ASN1_OBJECT_num(usages) > FACTS_LIST_MAX)
        return USAGE_UNREADABLE;
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++)
        if (is_oid(sk_ASN1_OBJECT_value(usages, i), wanted) ||
            is_oid(sk_ASN1_OBJECT_value(usages, i), OID_ANY_USAGE))
            return USAGE_ALLOWED;
    return USAGE_NOT_ALLOWED;
}

/* The whole content of an extension as an OpenSSL type; NULL with *ret_there for a broken one. */
static void *content_of(const X509 *cert, const char *oid, const ASN1_ITEM *item, bool *ret_there)
{
    const ASN1_OCTET_STRING *content = facts_extension(cert, oid);
    const unsigned char *next, *end;
    void *value;

    *ret_there = content != NULL;
    if (content == NULL)
        return NULL;
    next = ASN1_STRING_get0_data(content);
    end = next + ASN1_STRING_length(content);
    value = ASN1_item_d2i(NULL, &next, ASN1_STRING_length(content), item);
    if (value != NULL && next != end) {
        ASN1_item_free(value, item);
        return NULL;
    }
    return value;
}

/* `any` is not enough in the certificate itself, as with the extended key usage. */
static enum usage_answer application_of(const X509 *cert, const char *wanted, bool takes_any)
{
    bool there;
    auto_by(CERTIFICATEPOLICIES_free) CERTIFICATEPOLICIES *policies =
        content_of(cert, OID_APPLICATION_POLICIES, ASN1_ITEM_rptr(CERTIFICATEPOLICIES), &there);

    if (policies == NULL)
        return there ? USAGE_UNREADABLE : USAGE_NOT_SAID;
    for (int i = 0; i < sk_POLICYINFO_num(policies); i++) {
        const ASN1_OBJECT *policy = sk_POLICYINFO_value(policies, i)->policyid;

        if (is_oid(policy, wanted) || (takes_any && is_oid(policy, OID_ANY_APPLICATION)))
            return USAGE_ALLOWED;
    }
    return USAGE_NOT_ALLOWED;
}

static void refuse(struct walking *walking, unsigned at, const char *what)
{
    char name[128];

    facts_subject(walking->path->certs[at], name, sizeof(name));
    verdict_refuse(walking->verdict, REASON_MISSING_EKU, at, "%s: %s", name, what);
}

static bool is_anchor(const struct chain_path *path, unsigned at)
{
    return path->anchored && at + 1 == path->len;
}

static void check_usages(struct walking *walking, unsigned at)
{
    X509 *cert = walking->path->certs[at];
    /* The certificate's own extended key usage is purpose.c's. */
    enum usage_answer usage = at > 0 ? usage_of(cert, walking->wanted) : USAGE_ALLOWED;
    enum usage_answer application = application_of(cert, walking->wanted, at > 0);

    if (usage == USAGE_UNREADABLE || application == USAGE_UNREADABLE)
        verdict_refuse(walking->verdict, REASON_MALFORMED_CERTIFICATE, at,
                       "the usages cannot be read");
    if (usage == USAGE_NOT_ALLOWED)
        refuse(walking, at, "the extended key usage of this CA does not allow it");
    if (application == USAGE_NOT_ALLOWED)
        refuse(walking, at, "its application policies do not allow it");
    if (is_anchor(walking->path, at))
        return;
    walking->all_said =
        walking->all_said && (usage == USAGE_ALLOWED || application == USAGE_ALLOWED);
}

/* Is there a mapping of the usage in question, and only to others? */
static bool maps_away(const POLICY_MAPPINGS *mappings, const char *wanted)
{
    bool away = false, same = false;

    for (int i = 0; i < sk_POLICY_MAPPING_num(mappings); i++) {
        const POLICY_MAPPING *mapping = sk_POLICY_MAPPING_value(mappings, i);

        if (!is_oid(mapping->issuerDomainPolicy, wanted))
            continue;
        away = true;
        same = same || is_oid(mapping->subjectDomainPolicy, wanted);
    }
    return away && !same;
}

/* RFC 5280 6.1.4 (a), (b), with application policies. */
static void check_mappings(struct walking *walking, unsigned at)
{
    bool there;
    auto_by(policy_mappings_free) POLICY_MAPPINGS *mappings =
        content_of(walking->path->certs[at], OID_APPLICATION_MAPPINGS,
                   ASN1_ITEM_rptr(POLICY_MAPPINGS), &there);

    if (there && mappings == NULL)
        verdict_refuse(walking->verdict, REASON_MALFORMED_CERTIFICATE, at,
                       "the application policy mappings cannot be read");
    if (mappings != NULL && maps_away(mappings, walking->wanted))
        refuse(walking, at, "its application policy mappings take it away");
}

static bool lower(unsigned *counter, const ASN1_INTEGER *to)
{
    int64_t number;

    if (to == NULL)
        return true;
    if (ASN1_INTEGER_get_int64(&number, to) != 1 || number < 0)
        return false;
    if (number < (int64_t)*counter)
        *counter = (unsigned)number;
    return true;
}

/* RFC 5280 6.1.4 (h), (i) and 6.1.5 (a), (b), with application policies. */
static void count_down(struct walking *walking, unsigned at)
{
    X509 *cert = walking->path->certs[at];
    bool there;
    auto_by(POLICY_CONSTRAINTS_free) POLICY_CONSTRAINTS *constraints =
        content_of(cert, OID_APPLICATION_CONSTRAINTS, ASN1_ITEM_rptr(POLICY_CONSTRAINTS), &there);

    if (walking->to_go > 0 && (at == 0 || (X509_get_extension_flags(cert) & EXFLAG_SI) == 0))
        walking->to_go--;
    if (there &&
        (constraints == NULL || !lower(&walking->to_go, constraints->requireExplicitPolicy)))
        verdict_refuse(walking->verdict, REASON_MALFORMED_CERTIFICATE, at,
                       "the application policy constraints cannot be read");
}

/* Does every certificate of the path allow it, or say nothing? */
static bool is_left(const struct chain_path *path, const char *usage)
{
    for (unsigned at = 0; at < path->len; at++) {
        enum usage_answer answer = usage_of(path->certs[at], usage);

        if (answer != USAGE_ALLOWED && answer != USAGE_NOT_SAID)
            return false;
    }
    return true;
}

static bool any_is_left(const struct chain_path *path, const X509 *cert)
{
    auto_by(EXTENDED_KEY_USAGE_free) EXTENDED_KEY_USAGE *usages =
        X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);

    for (int i = 0; usages != NULL && i < sk_ASN1_OBJECT_num(usages); i++) {
        auto_free char *usage = facts_oid(sk_ASN1_OBJECT_value(usages, i));

        if (usage != NULL && is_left(path, usage))
            return true;
    }
    return false;
}

/* Nothing is asked for; but what the CAs leave must not be nothing. */
static void check_what_is_left(const struct chain_path *path, struct verdict *verdict)
{
    char name[128];

    for (unsigned at = 0; at < path->len; at++) {
        enum usage_answer any = usage_of(path->certs[at], OID_ANY_USAGE);

        if (any == USAGE_ALLOWED || any == USAGE_NOT_SAID)
            continue;
        if (any_is_left(path, path->certs[at]))
            return;
        facts_subject(path->certs[at], name, sizeof(name));
        verdict_refuse(verdict, REASON_MISSING_EKU, at, "%s: no usage is left in the chain", name);
        return;
    }
}

void path_check_usages(const struct chain_path *path, const struct chain_rules *rules,
                       struct verdict *verdict)
{
    struct walking walking = {
        .path = path,
        .wanted = purpose_usage(rules->purpose),
        .verdict = verdict,
        .all_said = true,
        .to_go = CHAIN_DEPTH_MAX + 1,
    };

    if (walking.wanted == NULL) {
        check_what_is_left(path, verdict);
        ERR_clear_error();
        return;
    }
    for (unsigned at = path->len; at-- > 0;) {
        check_usages(&walking, at);
        if (is_anchor(path, at))
            continue; /* RFC 5280 6.1.1 (d): of an anchor policies do not count */
        if (at > 0)
            check_mappings(&walking, at);
        count_down(&walking, at);
    }
    if (walking.to_go == 0 && !walking.all_said)
        refuse(&walking, 0, "a CA demands application policies in every certificate");
    ERR_clear_error();
}
