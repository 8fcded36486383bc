/* SPDX-License-Identifier: BSD-2-Clause */
/* Directory trust: NTAuth and certificate templates. */
#include "tests/support/path_case.h"

#define ROOT                                                                                       \
    {                                                                                              \
        .name = "root"                                                                             \
    }
#define SUB                                                                                        \
    {                                                                                              \
        .name = "sub", .by = "root"                                                                \
    }
/* SmartcardLogon; SEQUENCE { 1.3.6.1.4.1.311.21.8, 100, 3 } */
#define V1_NAME                                                                                    \
    "1.3.6.1.4.1.311.20.2=DER:1e1c0053006d00610072007400630061007200640"                           \
    "04c006f0067006f006e"
#define V2_OID "1.3.6.1.4.1.311.21.7=DER:301106092b0601040182371508020164020103"

static const struct path_case cases[] = {
    {.name = "ntauth: not asked where none is named",
     .codes = "",
     .certs = {ROOT, SUB, {.name = "end", .by = "sub"}}},
    {.name = "ntauth: the issuing CA is in it",
     .codes = "",
     .ntauth = "sub",
     .certs = {ROOT, SUB, {.name = "end", .by = "sub"}}},
    {.name = "ntauth: the anchor that issued it itself is in it",
     .codes = "",
     .ntauth = "root",
     .certs = {ROOT, {.name = "end", .by = "root"}}},
    {.name = "ntauth: empty, so that it has nobody",
     .codes = "issuer-not-ntauth",
     .ntauth = "",
     .certs = {ROOT, SUB, {.name = "end", .by = "sub"}}},
    {.name = "ntauth: the CA above the issuing CA is not enough",
     .codes = "issuer-not-ntauth",
     .ntauth = "root",
     .certs = {ROOT, SUB, {.name = "end", .by = "sub"}}},
    {.name = "ntauth: the certificate itself is not its issuer",
     .codes = "issuer-not-ntauth",
     .ntauth = "end",
     .certs = {ROOT, SUB, {.name = "end", .by = "sub"}}},
    {.name = "ntauth: a CA of the same name with another key",
     .codes = "issuer-not-ntauth",
     .ntauth = "other",
     .certs = {ROOT,
               SUB,
               {.name = "other", .by = "root", .subject = "/CN=sub", .role = ROLE_ABSENT},
               {.name = "end", .by = "sub"}}},
    {.name = "ntauth: a CA with the same key and another name",
     .codes = "issuer-not-ntauth",
     .ntauth = "other",
     .certs = {ROOT,
               SUB,
               {.name = "other", .by = "root", .key = "=sub", .role = ROLE_ABSENT},
               {.name = "end", .by = "sub"}}},
    {.name = "ntauth: an older certificate of the same CA",
     .codes = "",
     .ntauth = "older",
     .certs = {ROOT,
               SUB,
               {.name = "older",
                .by = "root",
                .subject = "/CN=sub",
                .key = "=sub",
                .until = "250101000000Z",
                .role = ROLE_ABSENT},
               {.name = "end", .by = "sub"}}},
    {.name = "ntauth: it makes no trust",
     .codes = "untrusted-issuer",
     .ntauth = "sub",
     .certs = {{.name = "root", .role = ROLE_ABSENT}, SUB, {.name = "end", .by = "sub"}}},
    {.name = "ntauth: of an issuer that is not proven nothing is told",
     .codes = "bad-signature",
     .ntauth = "",
     .certs = {ROOT, SUB, {.name = "end", .by = "sub", .spoiled = true}}},
    {.name = "ntauth: an anchor that signs in itself has no issuer",
     .codes = "issuer-not-ntauth",
     .ntauth = "end",
     .certs = {{.name = "end", .role = ROLE_ANCHOR_END, .end = true}}},

    {.name = "template: not asked where none is named",
     .codes = "",
     .certs = {ROOT, {.name = "end", .by = "root"}}},
    {.name = "template: the name of version 1, without case",
     .codes = "",
     .templates = {"1.2.3", "smartcardlogon"},
     .certs = {ROOT, {.name = "end", .by = "root", .extensions = {V1_NAME}}}},
    {.name = "template: the OID of version 2",
     .codes = "",
     .templates = {"1.3.6.1.4.1.311.21.8"},
     .certs = {ROOT, {.name = "end", .by = "root", .extensions = {V2_OID}}}},
    {.name = "template: none in the certificate",
     .codes = "template",
     .templates = {"SmartcardLogon"},
     .certs = {ROOT, {.name = "end", .by = "root"}}},
    {.name = "template: another name",
     .codes = "template",
     .templates = {"SmartcardUser"},
     .certs = {ROOT, {.name = "end", .by = "root", .extensions = {V1_NAME}}}},
    {.name = "template: another OID",
     .codes = "template",
     .templates = {"1.3.6.1.4.1.311.21.8.1"},
     .certs = {ROOT, {.name = "end", .by = "root", .extensions = {V2_OID}}}},
    {.name = "template: one that cannot be read",
     .codes = "template",
     .templates = {"1.3.6.1.4.1.311.21.8"},
     .certs = {ROOT,
               {.name = "end", .by = "root", .extensions = {"1.3.6.1.4.1.311.21.7=DER:0500"}}}},
};

int main(void)
{
    return path_cases_run(cases, sizeof(cases) / sizeof(cases[0]));
}
