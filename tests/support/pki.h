/* SPDX-License-Identifier: BSD-2-Clause */
/* The test CA of tests/pki/make-pki.sh, its certificates and keys, and accounts that do not exist.
 */
#ifndef VSC_TESTS_SUPPORT_PKI_H
#define VSC_TESTS_SUPPORT_PKI_H

#include <stddef.h>

#include <openssl/x509.h>

#include "certcheck/accounts.h"
#include "certcheck/crls.h"
#include "certcheck/facts.h"
#include "certcheck/verdict.h"
#include "common/wire_card.h"
#include "conf/conf.h"

/* cmocka group setups: everything the script makes, or only the CAs and their CRLs. */
int pki_setup_all(void **state);
int pki_setup_base(void **state);
int pki_teardown(void **state);

/* The path of something in the CA's folder, in one of a few static buffers used in turn. */
const char *pki_path(const char *name);
/* Run the script with this verb and options, which are made as printf does. */
void pki_script(const char *verb, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Issue keys/user.key's certificate NAME ("certs/NAME.pem") with these options of the script. */
void pki_issue(const char *name, const char *options);

/* All certificates of certs/NAME (with its ending); aborts if there are none. */
STACK_OF(X509) * pki_certs(const char *name);
/* The facts of its first. */
struct facts *pki_facts(const char *name);

/* A configuration that trusts the CA, with the rule upn, corp.test, %u. The caller frees. */
struct conf *pki_conf(void);
/* Let one of its strings be another. */
void pki_set(char **string, const char *value);

/* Judge certs/NAME by `conf` with the accounts below, now. */
struct evaluation *pki_judge(const struct conf *conf, const char *name);
/* The codes of all reasons in their order, with a blank between: "expired revoked". */
const char *pki_codes(const struct verdict *verdict);

/* alice 1000, bob 1001, carol and her twin 1002, CORP\alice 2000, dora@corp.test 2001, nobody
 * 65534, daemon 1, root 0. */
extern const struct account_source pki_accounts;
/* How often any was looked up, and the last name. */
extern unsigned pki_lookups;

/* Sign with keys/NAME.key as a card does. */
size_t pki_sign(const char *key, const unsigned char digest[DIGEST_SIZE],
                unsigned char signature[2 * SIGNATURE_MAX]);

#endif
