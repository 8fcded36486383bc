/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in a certificate: read once from hostile bytes into bounded plain values, so that nothing
 * after it looks into ASN.1 again. Text is as the certificate has it: escape it before it is shown.
 */
#ifndef VSC_CERTCHECK_FACTS_H
#define VSC_CERTCHECK_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "certcheck/upn.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/sid.h"
#include "common/wire_check.h"

#define FACTS_LIST_MAX 64   /* values of one kind; more make the certificate malformed */
#define FACTS_TEXT_MAX 4096 /* bytes of one text */
#define SHA256_HEX     65   /* with NUL */

struct facts_list {
    char *items[FACTS_LIST_MAX]; /* owned */
    size_t count;
};

enum upn_state {
    UPN_NONE,
    UPN_ONE,
    UPN_MALFORMED, /* one, but not a well-formed UTF8String */
    UPN_SEVERAL,   /* whatever they say */
};

enum sid_state {
    SID_NONE,
    SID_ONE,       /* in the extension or in a URI of subjectAltName, or the same in both */
    SID_MALFORMED, /* one that cannot be read, or two that differ */
};

struct facts {
    char *subject, *issuer; /* RFC 4514; owned */
    char *common_name;      /* the subject's last; owned, NULL without one */
    char serial[CERT_SERIAL_SIZE];
    int64_t not_before, not_after;
    enum upn_state upn_state;
    char *upn;              /* where upn_state is UPN_ONE; owned, else NULL */
    struct facts_list upns; /* the first FACTS_LIST_MAX, as far as they are text */
    struct facts_list emails, dns_names;
    enum sid_state sid_state;
    char sid[SID_SIZE]; /* where sid_state is SID_ONE; else "" */
    bool has_eku;
    struct facts_list eku; /* OIDs with dots */
    bool has_key_usage;
    uint32_t key_usage; /* KU_... of OpenSSL */
    bool is_ca;
    bool has_path_length;
    int64_t path_length;
    char key_type[32]; /* "RSA", "P-256", ... or OpenSSL's name of another algorithm */
    unsigned key_bits;
    char signature_algorithm[64];
    char *template_name; /* version 1; owned, may be NULL */
    char *template_oid;  /* version 2; owned, may be NULL */
    int64_t template_major, template_minor;
    struct facts_list policies;
    char *ski, *aki; /* hexadecimal; owned, may be NULL */
    char sha256[SHA256_HEX], spki_sha256[SHA256_HEX];
    struct facts_list altsecids;      /* altSecurityIdentities, strong forms: common/altsecid.h */
    struct facts_list weak_altsecids; /* and weak ones */
};

/*
 * Read all facts. VSC_CERT with the field in `problem` for anything in the certificate that does
 * not parse, stands there twice (RFC 5280 4.2), or is more than the limits above.
 * The caller frees.
 */
must_check enum vsc_err facts_read(X509 *cert, struct facts **ret_facts, struct problem *problem);
void facts_free(struct facts *facts);

bool facts_list_has(const struct facts_list *list, const char *item);
/* Takes `item` over, also on failure; NULL is VSC_MEMORY. */
must_check enum vsc_err facts_list_take(struct facts_list *list, char *item);

#endif
