/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/forge_fields.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct field {
    const char *name, *notation;
};

#define ECDSA_SHA256 "30{<1.2.840.10045.4.3.2>}"

/* Of all that is signed. The words key, signer, hash and padding are no notation. */
static const struct field signed_fields[] = {
    {"der", "30{%.tbs %.outer %.sigbits}"},
    {"inner", ECDSA_SHA256},
    {"outer", "%.inner"},
    {"sigbits", "03{00 %.signature}"},
    {"signature", "%-signature"},
    {"hash", "sha256"},
    {"padding", ""},
    {"more", ""},
    {"aki", "30{<2.5.29.35> 04{30{80{%^keyid}}}}"},
};

static const struct field certificate[] = {
    {"tbs", "30{%.version %.serial %.inner %.issuer %.validity %.subject %.spki %.ids "
            "%.extensions}"},
    {"version", "A0{020102}"},
    {"issuer", "%^subject"},
    {"validity", "30{%.from %.until}"},
    {"from", "17{'260101000000Z'}"},
    {"until", "17{'351231235959Z'}"},
    {"key", "@"},
    {"spki", "%-key"},
    {"ids", ""},
    {"extensions", "A3{30{%.aki %.ski %.ku %.bc %.eku %.san %.more}}"},
    {"keyid", "'key of ' @"},
    {"ski", "30{<2.5.29.14> 04{04{%.keyid}}}"},
};

static const struct field leaf[] = {
    {"signer", "sub"},
    {"serial", "02{2A11}"},
    {"subject", "30{31{30{<2.5.4.3> 0C{'alice'}}}}"},
    {"ku", "30{<2.5.29.15> 0101FF 04{03020780}}"},
    {"bc", ""},
    {"eku", "30{<2.5.29.37> 04{30{<1.3.6.1.4.1.311.20.2.2> <1.3.6.1.5.5.7.3.2>}}}"},
    {"san", "30{<2.5.29.17> 04{30{%.upn}}}"},
    {"upn", "A0{<1.3.6.1.4.1.311.20.2.3> A0{%.upnstring}}"},
    {"upnstring", "0C{%account '@corp.test'}"},
};

static const struct field ca[] = {
    {"signer", "root"},
    {"serial", "02{2A22}"},
    {"subject", "30{31{30{<2.5.4.3> 0C{'CA ' @}}}}"},
    {"ku", "30{<2.5.29.15> 0101FF 04{03020106}}"},
    {"bc", "30{<2.5.29.19> 0101FF 04{30{0101FF}}}"},
    {"eku", ""},
    {"san", ""},
};

static const struct field list[] = {
    {"tbs", "30{%.version %.inner %.issuer %.this %.next %.revoked %.extensions}"},
    {"version", "020101"},
    {"issuer", "%^subject"},
    {"this", "17{'260102000000Z'}"},
    {"next", "17{'351231235959Z'}"},
    {"revoked", ""},
    {"extensions", "A0{30{%.aki %.number %.more}}"},
    {"number", "30{<2.5.29.20> 04{020107}}"},
};

/* What is written down: see tests/hostile/README. */
static const struct field others[] = {
    {"account", "'alice'"},
    {"rsa.key", "rsa2048 ca"},
    {"crl.signer", "sub"},
    {"rsacrl.signer", "rsa"},
    {"rsacrl.inner", "30{<1.2.840.113549.1.1.11>0500}"},
    {"rootcrl.signer", "root"},
    {"file.check", "%leaf.der"},
    {"file.intermediates", "%sub.der %rsa.der"},
    {"file.anchors", "%root.der"},
    {"file.crls", "%rootcrl.der %rsacrl.der %crl.der"},
};

#define FIND(table, name) find(table, sizeof(table) / sizeof((table)[0]), name)

static const char *find(const struct field *table, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0)
            return table[i].notation;
    return NULL;
}

const char *forge_default(const char *field)
{
    const char *dot = strchr(field, '.');
    const char *name = dot != NULL ? dot + 1 : field;
    size_t len = dot != NULL ? (size_t)(dot - field) : 0;
    const char *found = FIND(others, field);
    bool is_list;

    if (found != NULL || len == 0)
        return found;
    is_list = len >= 3 && strncmp(dot - 3, "crl", 3) == 0;
    if (is_list)
        found = FIND(list, name);
    else if (len == 4 && strncmp(field, "leaf", 4) == 0)
        found = FIND(leaf, name);
    else
        found = FIND(ca, name);
    if (found == NULL)
        found = FIND(signed_fields, name);
    if (found == NULL && !is_list)
        found = FIND(certificate, name);
    return found;
}
