/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a certificate enrollment policy server (MS-XCEP) offers this user: the templates, and where
 * the CAs that issue them are asked. The answer is hostile; numbers are what they say they are.
 */
#ifndef VSC_ENROLL_XCEP_POLICIES_H
#define VSC_ENROLL_XCEP_POLICIES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"
#include "enroll/issued.h"

#define XCEP_TEMPLATES_MAX  1024
#define XCEP_URIS_MAX       256
#define XCEP_CAS_MAX        16 /* of one template */
#define XCEP_SUPERSEDES_MAX 16
#define XCEP_NAME_SIZE      128
#define XCEP_OID_SIZE       128
#define XCEP_URI_SIZE       1024

/* Of enrollmentFlags, privateKeyFlags and subjectNameFlags ([MS-CRTD]). */
#define XCEP_PEND_ALL         0x2U
#define XCEP_AUTO_ENROLLMENT  0x20U
#define XCEP_USER_INTERACTION 0x100U
#define XCEP_NO_AUTO_RENEWAL  0x40000U
#define XCEP_SAME_KEY         0x80U
#define XCEP_ATTEST_REQUIRED  0x2000U
#define XCEP_SUBJECT_SUPPLIED 0x10001U /* subject or alternative name by the enrollee */

struct xcep_template {
    char name[XCEP_NAME_SIZE], oid[XCEP_OID_SIZE]; /* oid "": none */
    uint32_t schema, major, minor;
    uint64_t validity, renewal; /* seconds */
    bool may_enroll, may_auto_enroll;
    uint32_t key_bits; /* at least; 0: not said */
    uint32_t private_key_flags, subject_name_flags, enrollment_flags;
    char supersedes[XCEP_SUPERSEDES_MAX][XCEP_NAME_SIZE];
    size_t supersedes_count;
    uint32_t cas[XCEP_CAS_MAX];
    size_t ca_count;
};

struct xcep_uri {
    uint32_t ca, authentication;
    uint64_t priority;
    bool renewal_only;
    char text[XCEP_URI_SIZE];
};

struct xcep_policies {
    struct xcep_template *templates; /* owned */
    size_t count;
    struct xcep_uri *uris; /* owned; of CAs that this user may ask */
    size_t uri_count;
};

void xcep_policies_done(struct xcep_policies *policies);
#define auto_policies __attribute__((cleanup(xcep_policies_done)))

/* GetPolicies for the server at `url`; as soap_write(). */
must_check enum vsc_err xcep_write_question(const char *url, struct buf *ret_text);
/* VSC_DENIED with a code for what is no answer, and for a fault; VSC_HELPER for one that may pass.
 * Release `ret_policies` also after a failure. */
must_check enum vsc_err xcep_read_policies(const void *bytes, size_t len,
                                           struct xcep_policies *ret_policies, char code[CODE_MAX],
                                           struct problem *problem);

/* By name or OID; NULL for none. */
const struct xcep_template *xcep_find(const struct xcep_policies *policies, const char *what);
/* Where it is requested with a Kerberos ticket: for an enrollment, the lowest priority. NULL for
 * nowhere. */
const char *xcep_where(const struct xcep_policies *policies, const struct xcep_template *template);

#endif
