/* SPDX-License-Identifier: BSD-2-Clause */
/* Path validation by the steps of RFC 5280 6.1.5, at the end: each refuses a case of its own. */
#include "tests/support/path_case.h"

#define P1       "certificatePolicies=1.2.3.1"
#define P2       "certificatePolicies=1.2.3.2"
#define EXPLICIT "policyConstraints=critical,requireExplicitPolicy:0"

static const struct path_case cases[] = {
    {.name = "6.1.5 (a): the last certificate counts for the demand for policies",
     .codes = "policy",
     .certs = {ROW_ROOT,
               {.name = "sub",
                .by = "root",
                .extensions = {"policyConstraints=critical,requireExplicitPolicy:1"}},
               ROW_END}},
    {.name = "6.1.5 (a): also where it is self-issued",
     .codes = "policy",
     .certs = {ROW_ROOT,
               {.name = "sub",
                .by = "root",
                .extensions = {"policyConstraints=critical,requireExplicitPolicy:1"}},
               {.name = "end", .by = "sub", .subject = "/CN=sub"}}},
    {.name = "6.1.5 (b): the certificate itself demands policies",
     .codes = "policy",
     .certs = {ROW_ROOT, ROW_SUB, {.name = "end", .by = "sub", .extensions = {EXPLICIT}}}},
    {.name = "6.1.5 (b): or not, with any other number",
     .codes = "",
     .certs = {ROW_ROOT,
               ROW_SUB,
               {.name = "end",
                .by = "sub",
                .extensions = {"policyConstraints=critical,requireExplicitPolicy:1"}}}},
    {.name = "6.1.5 (c), (e): the key of the certificate itself",
     .codes = "weak-key",
     .certs = {ROW_ROOT, ROW_SUB, {.name = "end", .by = "sub", .key = "secp256k1"}}},
    {.name = "6.1.5 (d): its parameters are its own",
     .codes = "",
     .certs = {ROW_ROOT, ROW_SUB, {.name = "end", .by = "sub", .key = "P-384"}}},
    {.name = "6.1.5 (f): something critical in the certificate that nobody knows",
     .codes = "malformed-certificate",
     .certs = {ROW_ROOT,
               ROW_SUB,
               {.name = "end", .by = "sub", .extensions = {"1.2.3.4=critical,DER:0500"}}}},
    {.name = "6.1.5 (f): what is not critical is passed over",
     .codes = "",
     .certs = {ROW_ROOT,
               ROW_SUB,
               {.name = "end", .by = "sub", .extensions = {"1.2.3.4=DER:0500"}}}},
    {.name = "6.1.5 (g)(i): no policy is left, and one is demanded",
     .codes = "policy",
     .certs = {ROW_ROOT, {.name = "sub", .by = "root", .extensions = {P1, EXPLICIT}}, ROW_END}},
    {.name = "6.1.5 (g)(ii): any policy will do where none is configured",
     .codes = "",
     .certs = {ROW_ROOT,
               {.name = "sub", .by = "root", .extensions = {P2, EXPLICIT}},
               {.name = "end", .by = "sub", .extensions = {P2}}}},
    {.name = "6.1.5 (g)(iii): the policy is none of those configured",
     .codes = "policy",
     .policies = {"1.2.3.1"},
     .certs = {ROW_ROOT,
               {.name = "sub", .by = "root", .extensions = {P2}},
               {.name = "end", .by = "sub", .extensions = {P2}}}},
    {.name = "6.1.5 (g)(iii): the policy is one of those configured",
     .codes = "",
     .policies = {"1.2.3.1", "1.2.3.2"},
     .certs = {ROW_ROOT,
               {.name = "sub", .by = "root", .extensions = {P2}},
               {.name = "end", .by = "sub", .extensions = {P2}}}},
};

int main(void)
{
    return path_cases_run(cases, sizeof(cases) / sizeof(cases[0]));
}
