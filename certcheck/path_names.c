/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Name constraints (RFC 5280 4.2.1.10; 6.1.3 (b), (c)), also those of user principal names, which
 * take the forms of mail addresses: "host", "@host", ".domain", "name@host". OpenSSL judges DNS
 * names, mail addresses, URIs, IP addresses and directory names. A constraint that cannot be
 * evaluated refuses, where a name of its form stands below it. That of an anchor counts as well.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "certcheck/chain_path.h"
#include "certcheck/facts_parts.h"
#include "certcheck/name_forms.h"
#include "certcheck/openssl_own.h"
#include "certcheck/upn.h"
#include "common/text.h"

#define OID_UPN        "1.3.6.1.4.1.311.20.2.3"
#define COMPARISON_MAX (1U << 16) /* of names that are judged here with constraints */

static const char unknown[] = "a constraint on names of this form cannot be evaluated";

static const char *utf8_of(const OTHERNAME *name, char to[UPN_MAX + 1])
{
    const ASN1_TYPE *value = name->value;
    int len = value->type == V_ASN1_UTF8STRING ? ASN1_STRING_length(value->value.utf8string) : -1;
    const unsigned char *data;

    if (len < 0 || len > UPN_MAX)
        return NULL;
    data = ASN1_STRING_get0_data(value->value.utf8string);
    if (memchr(data, 0, (size_t)len) != NULL)
        return NULL;
    memcpy(to, data, (size_t)len);
    to[len] = '\0';
    return to;
}

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

/* What a constraint is about is found without case; what it permits must be written as it is. */
static bool upn_is_below(const char *upn, const char *base, bool excluded)
{
    const char *domain = strchr(upn, '@') + 1;
    size_t base_len = strlen(base), domain_len = strlen(domain);

    if (*base == '@')
        base++;
    else if (strchr(base, '@') != NULL)
        return excluded ? text_equal_without_case(upn, base) : upn_equal(upn, base);
    if (*base == '\0')
        return true;
    if (*base != '.')
        return text_equal_without_case(domain, base);
    return domain_len > base_len && text_equal_without_case(domain + domain_len - base_len, base);
}

/* Letters beyond ASCII have more than one spelling, and a base with two '@' has no meaning. */
static bool upn_can_be_compared(const char *upn, const char *base)
{
    const char *at = strchr(base, '@');

    return is_ascii(base) && is_ascii(strchr(upn, '@')) &&
           (at == NULL || (at[1] != '\0' && strchr(at + 1, '@') == NULL));
}

static bool is_same_form(const GENERAL_NAME *a, const GENERAL_NAME *b)
{
    return a->type == b->type && (a->type != GEN_OTHERNAME ||
                                  OBJ_cmp(a->d.otherName->type_id, b->d.otherName->type_id) == 0);
}

static bool is_upn(const GENERAL_NAME *name)
{
    auto_free char *oid = NULL;

    if (name->type != GEN_OTHERNAME)
        return false;
    oid = facts_oid(name->d.otherName->type_id);
    return oid != NULL && strcmp(oid, OID_UPN) == 0;
}

/* minimum is 0 where it does not stand there; neither is used by RFC 5280. */
static bool has_distance(const GENERAL_SUBTREE *subtree)
{
    return subtree->maximum != NULL ||
           (subtree->minimum != NULL && ASN1_INTEGER_get(subtree->minimum) != 0);
}

/* One name that OpenSSL does not judge, under the subtrees of one kind. NULL or what is wrong. */
static const char *judge_other(const GENERAL_NAME *name, STACK_OF(GENERAL_SUBTREE) * subtrees,
                               bool excluded)
{
    char upn[UPN_MAX + 1], base[UPN_MAX + 1];
    bool any = false, below = false;

    for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); i++) {
        const GENERAL_SUBTREE *subtree = sk_GENERAL_SUBTREE_value(subtrees, i);

        if (!is_same_form(name, subtree->base))
            continue;
        any = true;
        if (has_distance(subtree) || !is_upn(name) || utf8_of(name->d.otherName, upn) == NULL ||
            utf8_of(subtree->base->d.otherName, base) == NULL ||
            !upn_is_well_formed(upn, strlen(upn)) || !upn_can_be_compared(upn, base))
            return unknown;
        below = below || upn_is_below(upn, base, excluded);
    }
    if (excluded)
        return below ? "a UPN is excluded" : NULL;
    return any && !below ? "a UPN is not permitted" : NULL;
}

static bool is_others(const GENERAL_NAME *name)
{
    return name->type == GEN_OTHERNAME || name->type == GEN_X400 || name->type == GEN_EDIPARTY ||
           name->type == GEN_RID;
}

/* The forms whose constraints OpenSSL does not know are taken out, into *ret_others. */
static bool split(STACK_OF(GENERAL_SUBTREE) * from, STACK_OF(GENERAL_SUBTREE) * ret_others)
{
    for (int i = sk_GENERAL_SUBTREE_num(from) - 1; i >= 0; i--) {
        if (!is_others(sk_GENERAL_SUBTREE_value(from, i)->base))
            continue;
        if (sk_GENERAL_SUBTREE_push(ret_others, sk_GENERAL_SUBTREE_value(from, i)) <= 0)
            return false;
        (void)sk_GENERAL_SUBTREE_delete(from, i);
    }
    return true;
}

static inline void subtrees_free(STACK_OF(GENERAL_SUBTREE) * subtrees)
{
    sk_GENERAL_SUBTREE_pop_free(subtrees, GENERAL_SUBTREE_free);
}

DEFINE_AUTO(NAME_CONSTRAINTS, NAME_CONSTRAINTS_free)
DEFINE_AUTO(STACK_OF(GENERAL_SUBTREE), subtrees_free)

/* The constraints of one CA. */
struct limits {
    NAME_CONSTRAINTS *known;
    STACK_OF(GENERAL_SUBTREE) * permitted, *excluded; /* of the other forms */
};

static const char *judge_names(X509 *cert, const GENERAL_NAMES *names, const struct limits *limits)
{
    const char *flaw = name_form_flaw(cert, names, limits->known);
    size_t others = (size_t)sk_GENERAL_SUBTREE_num(limits->permitted) +
                    (size_t)sk_GENERAL_SUBTREE_num(limits->excluded);
    int result;

    if (flaw != NULL)
        return flaw;
    if (others * (size_t)(sk_GENERAL_NAME_num(names) + 1) > COMPARISON_MAX)
        return "there are too many names and constraints";
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && flaw == NULL; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if (!is_others(name))
            continue;
        flaw = judge_other(name, limits->permitted, false);
        if (flaw == NULL)
            flaw = judge_other(name, limits->excluded, true);
    }
    if (flaw != NULL)
        return flaw;
    result = NAME_CONSTRAINTS_check(cert, limits->known);
    if (result != X509_V_OK)
        return X509_verify_cert_error_string(result);
    return name_form_wildcard_flaw(names, limits->known->excludedSubtrees);
}

static const char *judge_below(const struct chain_path *path, unsigned at,
                               const struct limits *limits)
{
    X509 *cert = path->certs[at];
    int critical = -1;
    auto_by(GENERAL_NAMES_free) GENERAL_NAMES *names =
        X509_get_ext_d2i(cert, NID_subject_alt_name, &critical, NULL);

    /* 6.1.3 (b), (c): self-issued, and not the last. */
    if (at > 0 && (X509_get_extension_flags(cert) & EXFLAG_SI) != 0)
        return NULL;
    if (names == NULL && critical != -1)
        return "its names cannot be read";
    return judge_names(cert, names, limits);
}

static void refuse(const struct chain_path *path, unsigned at, const char *flaw,
                   struct verdict *verdict)
{
    char name[128];

    facts_subject(path->certs[at], name, sizeof(name));
    verdict_refuse(verdict, REASON_NAME_CONSTRAINT, at, "%s (%s)", name, flaw);
}

static void judge_ca(const struct chain_path *path, unsigned ca, struct verdict *verdict)
{
    int critical = -1;
    auto_by(NAME_CONSTRAINTS_free) NAME_CONSTRAINTS *known =
        X509_get_ext_d2i(path->certs[ca], NID_name_constraints, &critical, NULL);
    auto_by(subtrees_free) STACK_OF(GENERAL_SUBTREE) *permitted = sk_GENERAL_SUBTREE_new_null();
    auto_by(subtrees_free) STACK_OF(GENERAL_SUBTREE) *excluded = sk_GENERAL_SUBTREE_new_null();
    const struct limits limits = {known, permitted, excluded};

    if (known == NULL && critical == -1)
        return;
    if (known == NULL || permitted == NULL || excluded == NULL ||
        !split(known->permittedSubtrees, permitted) || !split(known->excludedSubtrees, excluded)) {
        refuse(path, ca, unknown, verdict);
        return;
    }
    for (unsigned at = 0; at < ca; at++) {
        const char *flaw = judge_below(path, at, &limits);

        if (flaw != NULL)
            refuse(path, at, flaw, verdict);
    }
}

void path_check_names(const struct chain_path *path, struct verdict *verdict)
{
    for (unsigned ca = 1; ca < path->len; ca++)
        judge_ca(path, ca, verdict);
    ERR_clear_error();
}
