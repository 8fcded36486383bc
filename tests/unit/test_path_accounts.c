/* SPDX-License-Identifier: BSD-2-Clause */
/* Names, security identifiers and accounts: what the whole judgement says about each fault. */
#include "tests/support/path_case.h"

#define SAN(...)        "subjectAltName=" __VA_ARGS__
#define UPN(kind, text) "otherName:1.3.6.1.4.1.311.20.2.3;" kind ":" text
/* alice@corp.test, and tag:microsoft.com,2022-09-14:sid:S-1-5-x. */
#define URI_WITHOUT_SID                                                                            \
    "2.5.29.17=DER:"                                                                               \
    "304ba01f060a2b060104018237140203a0110c0f616c69636540636f72702e74"                             \
    "65737486287461673a6d6963726f736f66742e636f6d2c323032322d30392d31"                             \
    "343a7369643a532d312d352d78"
#define SID_EXTENSION(der) "1.3.6.1.4.1.311.25.2=DER:" der
/* S-1-5-21-1-2-3-4, as AD CS writes it. */
#define GOOD_SID                                                                                   \
    SID_EXTENSION("3022a020060a2b060104018237190201a0120410532d312d352d32312d312d322d332d34")
#define ROOT                                                                                       \
    {                                                                                              \
        .name = "root"                                                                             \
    }
#define ALICE(...)                                                                                 \
    {                                                                                              \
        ROOT,                                                                                      \
        {                                                                                          \
            .name = "alice", .by = "root", .extensions = { __VA_ARGS__ }                           \
        }                                                                                          \
    }

static char suffix[] = "corp.test", user[] = "%u", domain_user[] = "%D\\%u", bob[] = "bob";
static char any_user[] = "x%u";
static char sid[] = "S-1-5-21-1-2-3-4";

static const struct conf_rule by_name[] = {
    {.method = METHOD_UPN, .suffix = suffix, .account = user}};
static const struct conf_rule by_domain[] = {
    {.method = METHOD_UPN, .suffix = suffix, .account = domain_user}};
static const struct conf_rule by_other[] = {
    {.method = METHOD_UPN, .suffix = suffix, .account = any_user}};
static const struct conf_rule by_sid[] = {{.method = METHOD_SID, .sid = sid, .account = bob}};
static const struct conf_rule by_directory[] = {{.method = METHOD_SID}};
static const struct conf_rule by_name_and_sid[] = {
    {.method = METHOD_UPN, .suffix = suffix, .account = user},
    {.method = METHOD_SID, .sid = sid, .account = bob}};
static const struct conf_rule by_two_names[] = {
    {.method = METHOD_UPN, .suffix = suffix, .account = user},
    {.method = METHOD_UPN, .suffix = suffix, .account = domain_user}};

#define RULES(list) .rules = (list), .rule_count = sizeof(list) / sizeof((list)[0])
#define NAMED       RULES(by_name)

static const struct path_case cases[] = {
    {.name = "names: alice", .codes = "", NAMED, .certs = ALICE(NULL)},

    {.name = "no-upn: no subjectAltName",
     .codes = "no-upn",
     NAMED,
     .certs = ALICE("-subjectAltName")},
    {.name = "no-upn: a mail address only",
     .codes = "no-upn",
     NAMED,
     .certs = ALICE(SAN("email:alice@corp.test"))},
    {.name = "no-upn: another kind of other name",
     .codes = "no-upn",
     NAMED,
     .certs = ALICE(SAN("otherName:1.3.6.1.4.1.311.20.2.4;UTF8:alice@corp.test"))},
    {.name = "no-upn: a URI that looks like one",
     .codes = "no-upn",
     NAMED,
     .certs = ALICE(SAN("URI:alice@corp.test"))},
    {.name = "no-upn: a SID does not stand in for it",
     .codes = "no-upn",
     RULES(by_sid),
     .certs = ALICE(SAN("email:alice@corp.test"), GOOD_SID)},

    {.name = "malformed-upn: IA5String",
     .codes = "malformed-upn",
     NAMED,
     .certs = ALICE(SAN(UPN("IA5STRING", "alice@corp.test")))},
    {.name = "malformed-upn: without '@'",
     .codes = "malformed-upn",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "alice")))},
    {.name = "malformed-upn: with two '@'",
     .codes = "malformed-upn",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "alice@corp.test@corp.test")))},
    {.name = "malformed-upn: a slash",
     .codes = "malformed-upn",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "a/lice@corp.test")))},
    {.name = "malformed-upn: a blank",
     .codes = "malformed-upn",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "al ice@corp.test")))},
    {.name = "malformed-upn: nothing before '@'",
     .codes = "malformed-upn",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "@corp.test")))},

    {.name = "multiple-upn: two",
     .codes = "multiple-upn",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "alice@corp.test") "," UPN("UTF8", "bob@corp.test")))},
    {.name = "multiple-upn: the same twice",
     .codes = "multiple-upn",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "alice@corp.test") "," UPN("UTF8", "alice@corp.test")))},
    {.name = "multiple-upn: a good and a malformed one",
     .codes = "multiple-upn",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "alice@corp.test") "," UPN("IA5STRING", "x")))},
    {.name = "multiple-upn: two malformed ones",
     .codes = "multiple-upn",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "x") "," UPN("UTF8", "y")))},

    {.name = "malformed-sid: empty",
     .codes = "malformed-sid",
     NAMED,
     .certs = ALICE(SID_EXTENSION("3000"))},
    {.name = "malformed-sid: a byte behind it",
     .codes = "malformed-sid",
     NAMED,
     .certs = ALICE(GOOD_SID "00")},
    {.name = "malformed-sid: a URI with something else",
     .codes = "malformed-sid",
     NAMED,
     .certs = ALICE("-subjectAltName", URI_WITHOUT_SID)},
    {.name = "malformed-sid: a UTF8String",
     .codes = "malformed-sid",
     NAMED,
     .certs = ALICE(SID_EXTENSION(
         "3022a020060a2b060104018237190201a0120c10532d312d352d32312d312d322d332d34"))},
    {.name = "malformed-sid: a leading zero",
     .codes = "malformed-sid",
     NAMED,
     .certs = ALICE(SID_EXTENSION(
         "3022a020060a2b060104018237190201a0120410532d312d352d32312d312d322d302d3034"))},

    {.name = "sid-mismatch: a directory's account that no directory knows",
     .codes = "sid-mismatch",
     RULES(by_domain),
     .certs = ALICE(GOOD_SID)},
    {.name = "sid-mismatch: a directory's account without a SID",
     .codes = "sid-mismatch",
     RULES(by_domain),
     .certs = ALICE(NULL)},
    {.name = "sid-mismatch: a local account where all need one",
     .codes = "sid-mismatch",
     .strong = STRONG_ALWAYS,
     NAMED,
     .certs = ALICE(NULL)},
    {.name = "sid-mismatch: a local account has none",
     .codes = "sid-mismatch",
     .strong = STRONG_ALWAYS,
     NAMED,
     .certs = ALICE(GOOD_SID)},
    {.name = "sid-mismatch: nothing is asked for, but what is there cannot be compared",
     .codes = "sid-mismatch",
     .strong = STRONG_NEVER,
     RULES(by_domain),
     .certs = ALICE(GOOD_SID)},
    {.name = "sid: a rule by it is strong",
     .codes = "",
     .strong = STRONG_ALWAYS,
     RULES(by_sid),
     .certs = ALICE(GOOD_SID)},
    {.name = "sid: not asked for",
     .codes = "",
     .strong = STRONG_NEVER,
     RULES(by_domain),
     .certs = ALICE(NULL)},

    {.name = "no-mapping: no such account",
     .codes = "no-mapping",
     RULES(by_other),
     .certs = ALICE(NULL)},
    {.name = "no-mapping: another suffix",
     .codes = "no-mapping",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "alice@other.test")))},
    {.name = "no-mapping: a subdomain",
     .codes = "no-mapping",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "alice@sub.corp.test")))},
    {.name = "no-mapping: a SID that no rule has",
     .codes = "no-mapping",
     RULES(by_sid),
     .certs = ALICE(NULL)},
    {.name = "no-mapping: no directory knows the SID",
     .codes = "no-mapping",
     RULES(by_directory),
     .certs = ALICE(GOOD_SID)},

    {.name = "ambiguous-mapping: by name one, by SID another",
     .codes = "ambiguous-mapping",
     RULES(by_name_and_sid),
     .certs = ALICE(GOOD_SID)},
    {.name = "ambiguous-mapping: the first one's name does not help",
     .codes = "ambiguous-mapping",
     .user = "alice",
     RULES(by_name_and_sid),
     .certs = ALICE(GOOD_SID)},
    {.name = "ambiguous-mapping: nor the second one's",
     .codes = "ambiguous-mapping",
     .user = "bob",
     RULES(by_name_and_sid),
     .certs = ALICE(GOOD_SID)},
    {.name = "ambiguous-mapping: two templates",
     .codes = "ambiguous-mapping",
     RULES(by_two_names),
     .certs = ALICE(NULL)},

    {.name = "account-refused: root",
     .codes = "account-refused",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "root@corp.test")))},
    {.name = "account-refused: a uid below min_uid",
     .codes = "account-refused",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "daemon@corp.test")))},
    {.name = "account-refused: by name",
     .codes = "account-refused",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "nobody@corp.test")))},
    {.name = "account-refused: two names with one uid",
     .codes = "account-refused",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "twin@corp.test")))},

    {.name = "account-mismatch: another user was named",
     .codes = "account-mismatch",
     .user = "bob",
     NAMED,
     .certs = ALICE(NULL)},
    {.name = "account-mismatch: one that does not exist",
     .codes = "account-mismatch",
     .user = "mallory",
     NAMED,
     .certs = ALICE(NULL)},
    {.name = "account-mismatch: the domain's alice is not the local one",
     .codes = "account-mismatch",
     .user = "CORP\\alice",
     NAMED,
     .certs = ALICE(NULL)},
    {.name = "account-mismatch: a name in capitals is another one",
     .codes = "account-mismatch",
     .user = "ALICE",
     NAMED,
     .certs = ALICE(NULL)},
    {.name = "account-mismatch: and refused besides",
     .codes = "account-refused account-mismatch",
     .user = "alice",
     NAMED,
     .certs = ALICE(SAN(UPN("UTF8", "root@corp.test")))},
};

int main(void)
{
    return path_cases_run(cases, sizeof(cases) / sizeof(cases[0]));
}
