/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists that are old, new, odd or in each other's way; keys of a CA; the modes. */
#include "tests/support/revocation_case.h"

#define COUNT(cases) (sizeof(cases) / sizeof((cases)[0]))
#define SUB                                                                                        \
    {                                                                                              \
        .name = "sub", .by = "root"                                                                \
    }
#define END_OF_SUB                                                                                 \
    {                                                                                              \
        .name = "end", .by = "sub"                                                                 \
    }
#define STALE .from_days = -9, .until_days = -2

static const struct revocation_case age[] = {
    {.name = "age: past nextUpdate",
     .codes = "crl-stale",
     .certs = {ROOT, END},
     .crls = {{.by = "root", STALE}}},
    {.name = "age: past nextUpdate within max_stale",
     .codes = "",
     .warned = "crl-stale",
     .max_stale_days = 3,
     .certs = {ROOT, END},
     .crls = {{.by = "root", STALE}}},
    {.name = "age: past nextUpdate and max_stale",
     .codes = "crl-stale",
     .max_stale_days = 1,
     .certs = {ROOT, END},
     .crls = {{.by = "root", STALE}}},
    {.name = "age: of the CA's list too",
     .codes = "crl-stale",
     .certs = {ROOT, SUB, END_OF_SUB},
     .crls = {{.by = "root", STALE}, {.by = "sub"}}},
    {.name = "age: soft lets it pass with a warning",
     .codes = "",
     .warned = "crl-stale",
     .mode = REVOCATION_SOFT,
     .certs = {ROOT, END},
     .crls = {{.by = "root", STALE}}},
    {.name = "age: revoked wins in a stale list",
     .codes = "revoked",
     .certs = {ROOT, END},
     .crls = {{.by = "root", STALE, .entries = REVOKED}}},
    {.name = "age: revoked wins within max_stale",
     .codes = "revoked",
     .max_stale_days = 30,
     .certs = {ROOT, END},
     .crls = {{.by = "root", STALE, .entries = REVOKED}}},
    {.name = "age: a list from the future is no answer",
     .codes = "revocation-unknown",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .from_days = 2}}},
    {.name = "age: a list from the future may revoke",
     .codes = "revoked",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .from_days = 2, .entries = REVOKED}}},
    {.name = "age: a list without an end is no answer",
     .codes = "revocation-unknown",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .until_days = 9999}}},
    {.name = "age: a nextUpdate before 2000",
     .codes = "crl-stale",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .from_days = -11000, .until_days = -10990}}},
    {.name = "age: a nextUpdate after 2050, which is GeneralizedTime",
     .codes = "",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .until_days = 11000}}},
};

static const struct revocation_case many[] = {
    {.name = "many: none",
     .codes = "revocation-unknown revocation-unknown",
     .certs = {ROOT, SUB, END_OF_SUB}},
    {.name = "many: none of the issuing CA",
     .codes = "revocation-unknown",
     .certs = {ROOT, SUB, END_OF_SUB},
     .crls = {{.by = "root"}}},
    {.name = "many: none of the CA above",
     .codes = "revocation-unknown",
     .certs = {ROOT, SUB, END_OF_SUB},
     .crls = {{.by = "sub"}}},
    {.name = "many: the CA is revoked",
     .codes = "revoked",
     .certs = {ROOT, SUB, END_OF_SUB},
     .crls = {{.by = "root", .entries = {{.of = "sub"}}}, {.by = "sub"}}},
    {.name = "many: both are revoked",
     .codes = "revoked revoked",
     .certs = {ROOT, SUB, END_OF_SUB},
     .crls = {{.by = "root", .entries = {{.of = "sub"}}}, {.by = "sub", .entries = REVOKED}}},
    {.name = "many: the anchor is not asked about",
     .codes = "",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .entries = {{.of = "root"}}}}},
    {.name = "many: a good one beside one with a bad signature",
     .codes = "",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .spoiled = true, .entries = REVOKED}, {.by = "root"}}},
    {.name = "many: a revoking one beside one with a bad signature",
     .codes = "revoked",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .spoiled = true}, {.by = "root", .entries = REVOKED}}},
    {.name = "many: a hold that a newer list has no more",
     .codes = "",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .from_days = -5, .entries = REVOKED}, {.by = "root"}}},
    {.name = "many: the newer one revokes",
     .codes = "revoked",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .entries = REVOKED}, {.by = "root", .from_days = -5}}},
    {.name = "many: a newer one that has run out is newer still",
     .codes = "revoked",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .from_days = -3, .until_days = -1, .entries = REVOKED},
              {.by = "root", .from_days = -5}}},
    {.name = "many: an older one that has run out is no hindrance",
     .codes = "",
     .certs = {ROOT, END},
     .crls = {{.by = "root", STALE}, {.by = "root", .from_days = -5}}},
    {.name = "many: a list of another scope that names it revokes it",
     .codes = "revoked",
     .certs = {ROOT, END},
     .crls = {{.by = "root"},
              {.by = "root", .extensions = SCOPE("onlyCA=TRUE\n"), .entries = REVOKED}}},
    {.name = "many: a delta that is older than the list",
     .codes = "",
     .certs = {ROOT, END},
     .crls = {{.by = "root"},
              {.by = "root", .number = "6", .base = "5", .from_days = -2, .entries = REVOKED}}},
    {.name = "many: a delta that is newer than a list that it does not fit revokes",
     .codes = "revoked",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .from_days = -3},
              {.by = "root", .number = "6", .base = "5", .entries = REVOKED}}},
};

static const struct revocation_case odd[] = {
    {.name = "odd: SHA-1 is no answer",
     .codes = "revocation-unknown",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .sha1 = true}}},
    {.name = "odd: SHA-1 may revoke",
     .codes = "revoked",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .sha1 = true, .entries = REVOKED}}},
    {.name = "odd: an unknown critical extension",
     .codes = "revocation-unknown",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .extensions = "1.2.3.4=critical,DER:0500\n"}}},
    {.name = "odd: an unknown extension that is not critical",
     .codes = "",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .extensions = "1.2.3.4=DER:0500\n"}}},
    {.name = "odd: something critical in another's entry",
     .codes = "revocation-unknown",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .entries = {{.of = "root", .serial = "99", .strange = true}}}}},
    {.name = "odd: something critical in its own entry",
     .codes = "revoked",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .entries = {{.of = "end", .strange = true}}}}},
    {.name = "odd: a distribution point that cannot be read",
     .codes = "revocation-unknown",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .extensions = "2.5.29.28=critical,DER:0201ff\n"}}},
    {.name = "odd: a number that cannot be read",
     .codes = "revocation-unknown",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .number = "", .extensions = "2.5.29.20=DER:0500\n"}}},
    {.name = "5.2.3 a list without a number, where plain RFC 5280 is asked for",
     .codes = "revocation-unknown",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .number = ""}}},
    {.name = "5.2.3 a number that is critical, where plain RFC 5280 is asked for",
     .codes = "revocation-unknown",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .number = "", .extensions = "2.5.29.20=critical,DER:020105\n"}}},
    {.name = "5.2.3 a list without any extension, as before RFC 3280",
     .codes = "",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .number = "", .no_aki = true}}},
    {.name = "5.2.3 a list without a number revokes all the same",
     .codes = "revoked",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .number = "", .entries = REVOKED}}},
    {.name = "odd: a certificateIssuer in a list that is not indirect is no reason to pass",
     .codes = "revoked",
     .certs = {ROOT, SUB, {.name = "end", .by = "root"}},
     .crls = {{.by = "root", .entries = {{.of = "end", .issuer = "sub"}}}}},
    {.name = "odd: no key identifier",
     .codes = "",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .no_aki = true}}},
    {.name = "odd: a serial number of 20 octets",
     .codes = "revoked",
     .certs = {ROOT,
               {.name = "end", .by = "root", .serial = "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF12"}},
     .crls = {{.by = "root", .entries = REVOKED}}},
    {.name = "odd: a serial number that differs in the last of 20 octets",
     .codes = "",
     .certs = {ROOT,
               {.name = "end", .by = "root", .serial = "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF12"}},
     .crls = {{.by = "root",
               .entries = {{.of = "end", .serial = "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF13"}}}}},
    {.name = "odd: a negative number in the list is not the positive one",
     .codes = "",
     .certs = {ROOT, {.name = "end", .by = "root", .serial = "7B"}},
     .crls = {{.by = "root", .entries = {{.of = "end", .serial = "-7B"}}}}},
    {.name = "odd: an entry that was revoked before 2000",
     .codes = "revoked",
     .certs = {ROOT, END},
     .crls = {{.by = "root", .entries = {{.of = "end", .date = "990101120000Z"}}}}},
};

/* A CA with a new key: in PKITS 4.5 tied together by self-issued certificates, or not at all. */
#define OLD_CA                                                                                     \
    {                                                                                              \
        .name = "old", .subject = "CA", .by = "root"                                               \
    }
#define NEW_CA                                                                                     \
    {                                                                                              \
        .name = "new", .subject = "CA", .by = "root"                                               \
    }
#define OLD_BY_NEW                                                                                 \
    {                                                                                              \
        .name = "old-new", .subject = "CA", .by = "new", .key = "old"                              \
    }
#define NEW_BY_OLD                                                                                 \
    {                                                                                              \
        .name = "new-old", .subject = "CA", .by = "old", .key = "new"                              \
    }
#define ABSENT_OLD                                                                                 \
    {                                                                                              \
        .name = "old", .subject = "CA", .by = "root", .place = PLACE_ABSENT                        \
    }
#define ABSENT_NEW                                                                                 \
    {                                                                                              \
        .name = "new", .subject = "CA", .by = "root", .place = PLACE_ABSENT                        \
    }
#define END_OF_OLD                                                                                 \
    {                                                                                              \
        .name = "end", .by = "old"                                                                 \
    }
#define END_OF_NEW                                                                                 \
    {                                                                                              \
        .name = "end", .by = "new"                                                                 \
    }

static const struct revocation_case keys[] = {
    {.name = "keys: each key's list for its own certificates",
     .codes = "",
     .certs = {ROOT, OLD_CA, NEW_CA, END_OF_OLD},
     .crls = {{.by = "root"}, {.by = "old"}, {.by = "new"}}},
    {.name = "keys: the other key's list is no answer",
     .codes = "revocation-unknown",
     .certs = {ROOT, OLD_CA, NEW_CA, END_OF_OLD},
     .crls = {{.by = "root"}, {.by = "new"}}},
    {.name = "keys: nor the other way round",
     .codes = "revocation-unknown",
     .certs = {ROOT, OLD_CA, NEW_CA, END_OF_NEW},
     .crls = {{.by = "root"}, {.by = "old"}}},
    {.name = "keys: nor without a key identifier",
     .codes = "revocation-unknown",
     .certs = {ROOT, OLD_CA, NEW_CA, END_OF_OLD},
     .crls = {{.by = "root"}, {.by = "new", .no_aki = true}}},
    {.name = "keys: old certified by new: the new key's list",
     .codes = "",
     .certs = {ROOT, ABSENT_OLD, NEW_CA, OLD_BY_NEW, END_OF_OLD},
     .crls = {{.by = "root"}, {.by = "new"}}},
    {.name = "keys: old certified by new: the new key's list revokes",
     .codes = "revoked",
     .certs = {ROOT, ABSENT_OLD, NEW_CA, OLD_BY_NEW, END_OF_OLD},
     .crls = {{.by = "root"}, {.by = "new", .entries = REVOKED}}},
    {.name = "keys: new certified by old: the old key's list",
     .codes = "",
     .certs = {ROOT, OLD_CA, ABSENT_NEW, NEW_BY_OLD, END_OF_NEW},
     .crls = {{.by = "root"}, {.by = "old"}}},
    {.name = "keys: new certified by old: the new key's list for the old key's certificate",
     .codes = "",
     .certs = {ROOT, OLD_CA, ABSENT_NEW, NEW_BY_OLD, END_OF_OLD},
     .crls = {{.by = "root"}, {.by = "new"}}},
    {.name = "keys: the own key's list speaks first",
     .codes = "crl-stale",
     .certs = {ROOT, OLD_CA, ABSENT_NEW, NEW_BY_OLD, END_OF_OLD},
     .crls = {{.by = "root"}, {.by = "old", STALE}, {.by = "new"}}},
    {.name = "keys: a self-issued key for lists only",
     .codes = "",
     .certs = {ROOT,
               {.name = "sub", .by = "root", .usage = "keyCertSign"},
               {.name = "lists", .subject = "sub", .by = "sub", .usage = "cRLSign", .end = true},
               END_OF_SUB},
     .crls = {{.by = "root"}, {.by = "lists"}}},
    {.name = "keys: a key for lists only that another CA certified",
     .codes = "revocation-unknown",
     .certs = {ROOT,
               {.name = "sub", .by = "root", .usage = "keyCertSign"},
               {.name = "other", .by = "root"},
               {.name = "lists", .subject = "sub", .by = "other", .usage = "cRLSign", .end = true},
               END_OF_SUB},
     .crls = {{.by = "root"}, {.by = "other"}, {.by = "lists"}}},
};

static const struct revocation_case modes[] = {
    {.name = "mode: soft lets pass that nothing is known",
     .codes = "",
     .warned = "revocation-unknown",
     .mode = REVOCATION_SOFT,
     .certs = {ROOT, END}},
    {.name = "mode: soft never lets a revoked one pass",
     .codes = "revoked",
     .mode = REVOCATION_SOFT,
     .certs = {ROOT, END},
     .crls = {{.by = "root", .entries = REVOKED}}},
    {.name = "mode: soft never lets one pass that a stale list revokes",
     .codes = "revoked",
     .mode = REVOCATION_SOFT,
     .certs = {ROOT, END},
     .crls = {{.by = "root", STALE, .entries = REVOKED}}},
    {.name = "mode: off asks nothing",
     .codes = "",
     .mode = REVOCATION_OFF,
     .certs = {ROOT, END},
     .crls = {{.by = "root", .entries = REVOKED}}},
};

int main(void)
{
    return revocation_cases_run(age, COUNT(age)) | revocation_cases_run(many, COUNT(many)) |
           revocation_cases_run(odd, COUNT(odd)) | revocation_cases_run(keys, COUNT(keys)) |
           revocation_cases_run(modes, COUNT(modes));
}
