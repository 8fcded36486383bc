/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libcertcheck: would this certificate do to sign in with a smart card, and if not, why.
 * certcheck(3) is the manual.
 *
 * The same judgement as certcheck(1) and pam_vsc(8) make: path validation (RFC 5280 6.1),
 * revocation by lists at hand (RFC 5280 6.3), the extended key usages and names of Windows smart
 * card logon, and the mapping to an account. No PAM, no network, no configuration file, no
 * environment: what is trusted and asked for is what the caller says, and what nobody said is the
 * strict default. A new `struct certcheck` trusts nobody.
 *
 *     struct certcheck *checker = certcheck_new();
 *     struct certcheck_result *result = NULL;
 *
 *     certcheck_set_path(checker, CERTCHECK_ANCHORS, "/etc/pki/ca.pem");
 *     ...
 *     if (certcheck_judge(checker, bytes, len, &result) == CERTCHECK_OK &&
 *         certcheck_is_accepted(result))
 *         ...
 *     certcheck_result_free(result);
 *     certcheck_free(checker);
 *
 * Ownership: what a function named _new gives, or puts into *ret_..., is the caller's and goes back
 * to the function named _free, which takes NULL too. Everything else that is returned is borrowed
 * from the result (or checker) and lives as long as it. Strings and bytes that go in are copied.
 *
 * Errors: the functions return an enum certcheck_error. A certificate that is refused is no error.
 * After one, out-parameters are as they were, and certcheck_problem() has it in words.
 *
 * Threads: a checker belongs to one thread at a time; several checkers are independent. Results may
 * be read by any number of threads.
 *
 * Structures that are returned grow at their end only. Link with -lcertcheck -lcrypto:
 * `pkg-config --cflags --libs certcheck` says how.
 */
#ifndef CERTCHECK_H
#define CERTCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct certcheck;        /* what is trusted and what is asked */
struct certcheck_result; /* one judgement */

enum certcheck_error {
    CERTCHECK_OK = 0,
    CERTCHECK_USAGE = 1,     /* a value that makes no sense */
    CERTCHECK_INPUT = 2,     /* a file that cannot be read, bytes that are no certificate at all */
    CERTCHECK_UNTRUSTED = 3, /* a file or folder could be changed by others */
    CERTCHECK_MEMORY = 4,
    CERTCHECK_SYSTEM = 5,
};

enum certcheck_source {
    CERTCHECK_ANCHORS = 0,       /* trusted CAs; any certificate given as one is one */
    CERTCHECK_INTERMEDIATES = 1, /* CAs between; not trusted */
    CERTCHECK_CRLS = 2,          /* revocation lists, RFC 5280 5 */
    CERTCHECK_NTAUTH = 3, /* NTAuthCertificates ([MS-CRTD], KB 295663): the CA that issued the
                             certificate must be among them; unset: not asked */
    CERTCHECK_CACHE = 4,  /* folder of certcheck refresh, vsc-cache(5); path only */
};

enum certcheck_purpose {
    CERTCHECK_SMARTCARD_LOGON = 0, /* 1.3.6.1.4.1.311.20.2.2; the default */
    CERTCHECK_CLIENT_AUTH = 1,     /* 1.3.6.1.5.5.7.3.2 */
    CERTCHECK_ANY_PURPOSE = 2,     /* RFC 5280 alone */
};

enum certcheck_revocation {
    CERTCHECK_HARD = 0, /* an answer for every certificate below the anchor; the default */
    CERTCHECK_SOFT = 1, /* a missing or old answer passes with a warning, a revoked one never */
    CERTCHECK_OFF = 2,
};

enum certcheck_method {
    CERTCHECK_BY_UPN = 0,      /* `match`: the UPN's suffix; `account`: with %u, maybe %d or %D */
    CERTCHECK_BY_SHA256 = 1,   /* `match`: of the certificate or its key, hexadecimal; `account` */
    CERTCHECK_BY_SID = 2,      /* `match`: S-1-5-21-... (KB 5014754); `account` */
    CERTCHECK_BY_FILE = 3,     /* `match`: a map file, pam_vsc.conf(5); `account`: NULL */
    CERTCHECK_BY_ALTSECID = 4, /* `match`: a strong form of altSecurityIdentities, [MS-PKCA]
                                  3.1.5.2.1, as Windows writes it; `account` */
};

/* For whom a rule that binds strongly, or the account's SID, is demanded (KB 5014754). */
enum certcheck_strong {
    CERTCHECK_STRONG_DIRECTORY = 0, /* accounts that do not stand in /etc/passwd; the default */
    CERTCHECK_STRONG_ALWAYS = 1,
    CERTCHECK_STRONG_NEVER = 2,
};

/* ---- a checker ------------------------------------------------------------------------------- */

/* The version of the library, "0.3". */
const char *certcheck_version(void);

/* NULL: out of memory. */
struct certcheck *certcheck_new(void);
void certcheck_free(struct certcheck *checker);
/* What went wrong in the last call that did not return CERTCHECK_OK; "" if none did. */
const char *certcheck_problem(const struct certcheck *checker);

/*
 * Read from a PEM or DER file or a folder of such files, an absolute path; NULL takes it back. The
 * files are read by the next certcheck_judge(), and again when they have changed. CERTCHECK_CACHE:
 * what is not there counts as empty.
 */
enum certcheck_error certcheck_set_path(struct certcheck *checker, enum certcheck_source source,
                                        const char *path);
/* All certificates or lists in PEM or DER bytes, besides those at the path. CERTCHECK_INPUT: there
 * is none, or one does not parse. Not for CERTCHECK_NTAUTH and CERTCHECK_CACHE. */
enum certcheck_error certcheck_add(struct certcheck *checker, enum certcheck_source source,
                                   const void *bytes, size_t len);
/* Must the files at the paths, and the folders above them, be root's or the process's own user's,
 * and writable by nobody else? True at first. */
void certcheck_set_trusted_only(struct certcheck *checker, bool trusted_only);

enum certcheck_error certcheck_set_purpose(struct certcheck *checker,
                                           enum certcheck_purpose purpose);
/* `max_stale`: seconds past nextUpdate that a list still counts; 0 at first. */
enum certcheck_error certcheck_set_revocation(struct certcheck *checker,
                                              enum certcheck_revocation mode, unsigned max_stale);
/* 2048 at first, and never less. */
enum certcheck_error certcheck_set_min_rsa_bits(struct certcheck *checker, unsigned bits);
/* One more certificate policy of which one must be valid for the path (RFC 5280 6.1.1 (c)), an OID
 * with dots; none at first: any. */
enum certcheck_error certcheck_add_policy(struct certcheck *checker, const char *oid);
/* One more certificate template that is allowed, an OID or a name; none at first: any. */
enum certcheck_error certcheck_add_template(struct certcheck *checker, const char *name);

/*
 * One more rule that gives accounts (NSS must know them); the first that gives one counts, and a
 * later one that gives another refuses. Without a rule every certificate is no-mapping, unless
 * certcheck_set_names() says that names are not asked for.
 */
enum certcheck_error certcheck_add_rule(struct certcheck *checker, enum certcheck_method method,
                                        const char *match, const char *account);
/* No directory is asked: what an account's SID is, only a rule by SID says. */
enum certcheck_error certcheck_set_strong_mapping(struct certcheck *checker,
                                                  enum certcheck_strong strong);
/* True: the first rule that gives an account wins, and later ones are not looked at. */
void certcheck_set_first_rule_wins(struct certcheck *checker, bool first_wins);
/* False: nothing is asked of UPN, SID, rules and accounts; the judgement is of the certificate. */
void certcheck_set_names(struct certcheck *checker, bool wanted);
/* Accounts with a smaller uid are refused; 1000 at first. */
void certcheck_set_min_uid(struct certcheck *checker, unsigned uid);
/* One more account that is refused; "root" at first. */
enum certcheck_error certcheck_add_refused(struct certcheck *checker, const char *account);

/* Who wants to sign in: the certificate must be this account's. NULL, as at first: anybody. */
enum certcheck_error certcheck_set_user(struct certcheck *checker, const char *user);
/* Judge for this moment, in seconds since 1970, and not for what the clock shows. */
void certcheck_set_time(struct certcheck *checker, int64_t seconds);
/* Back to the clock, which must then be credible. */
void certcheck_use_clock(struct certcheck *checker);

/* ---- a judgement -------------------------------------------------------------------------------
 */

/*
 * Judge the first certificate in `bytes` (PEM or DER); what stands behind it counts as intermediate
 * certificates. One that does not parse is refused (malformed-certificate); bytes that hold neither
 * PEM nor DER are CERTCHECK_INPUT. The caller frees *ret_result.
 */
enum certcheck_error certcheck_judge(struct certcheck *checker, const void *bytes, size_t len,
                                     struct certcheck_result **ret_result);
void certcheck_result_free(struct certcheck_result *result);

/* The verdict; false for NULL. It says nothing of who holds the key: that takes a signature. */
bool certcheck_is_accepted(const struct certcheck_result *result);
/* The account that the rules give, also where the certificate is refused for something else; NULL
 * for none. */
const char *certcheck_account(const struct certcheck_result *result);

/* A reason of certcheck(1), "REASONS". */
struct certcheck_reason {
    const char *code;   /* "crl-stale" */
    const char *check;  /* "revocation" */
    const char *text;   /* what is wrong, in one line */
    const char *remedy; /* what to do */
    unsigned depth;     /* in the chain: 0 is the certificate itself */
};

/* All reasons against it, the certificate's own first; then NULL. */
const struct certcheck_reason *certcheck_reason(const struct certcheck_result *result,
                                                size_t index);
/* The same for what passes with a warning. */
const struct certcheck_reason *certcheck_warning(const struct certcheck_result *result,
                                                 size_t index);

enum certcheck_outcome {
    CERTCHECK_NOT_APPLICABLE = 0,
    CERTCHECK_PASS = 1,
    CERTCHECK_FAIL = 2,
};

struct certcheck_check {
    const char *name; /* "revocation" */
    const char *rule; /* what it asks for, in one line */
    enum certcheck_outcome outcome;
};

/* The checks in their order; then NULL. */
const struct certcheck_check *certcheck_check(const struct certcheck_result *result, size_t index);
/* The subjects (RFC 4514) from the certificate up to the anchor; then NULL. */
const char *certcheck_chain(const struct certcheck_result *result, size_t index);

struct certcheck_list {
    size_t count;
    const char *const *items;
};

/* What is in the certificate, as certcheck(1), "JSON". Strings come from the certificate: escape
 * them before a terminal or a log sees them. */
struct certcheck_facts {
    const char *subject, *issuer;  /* RFC 4514 */
    const char *serial;            /* hexadecimal */
    int64_t not_before, not_after; /* seconds since 1970 */
    const char *upn;               /* the only one, if it is well-formed; else NULL */
    const char *sid;               /* [MS-WCCE] 2.2.2.7.7.4; NULL for none */
    const char *key_type;          /* "RSA", "P-256" */
    unsigned key_bits;
    const char *signature_algorithm;
    const char *template_name, *template_oid; /* NULL for none */
    const char *ski, *aki;                    /* hexadecimal; NULL for none */
    const char *sha256, *spki_sha256;         /* of the certificate, of its key */
    bool is_ca;
    struct certcheck_list upns, emails, dns_names, eku, policies;
    struct certcheck_list alt_security_identities; /* the strong forms, KB 5014754 */
};

/* NULL for a certificate that does not parse. */
const struct certcheck_facts *certcheck_facts(const struct certcheck_result *result);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
