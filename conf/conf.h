/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration, /etc/pam_vsc/pam_vsc.conf (pam_vsc.conf.5): read once, checked wholly, and not
 * changed afterwards. Unknown keys, wrong types and values out of range are errors that name
 * file:line: key. A key whose feature is not built yet is accepted at its default value only.
 */
#ifndef VSC_CONF_CONF_H
#define VSC_CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/problem.h"
#include "common/wire_check.h"

#define CONF_PATH           "/etc/pam_vsc/pam_vsc.conf"
#define CONF_FROM_DIRECTORY "directory" /* as trust.ntauth */
#define CONF_LIST_MAX       64
#define CONF_RULES_MAX      64

struct conf_list {
    char *items[CONF_LIST_MAX]; /* owned */
    size_t count;
};

enum conf_backend {
    BACKEND_TPM,
    BACKEND_PKCS11,
};
enum conf_purpose {
    PURPOSE_SMARTCARD_LOGON,
    PURPOSE_CLIENT_AUTH,
    PURPOSE_ANY, /* certcheck --purpose any only; no configuration can say it */
};
enum conf_revocation {
    REVOCATION_HARD,
    REVOCATION_SOFT,
    REVOCATION_OFF,
};
enum conf_strong_mapping {
    STRONG_DIRECTORY,
    STRONG_ALWAYS,
    STRONG_NEVER,
};
enum conf_conflict {
    CONFLICT_REFUSE,
    CONFLICT_FIRST,
};
enum conf_identities {
    IDENTITIES_ALWAYS,
    IDENTITIES_OWN,
    IDENTITIES_NEVER,
};
/* When a login screen may begin with the card. */
enum conf_announce {
    ANNOUNCE_NEVER,
    ANNOUNCE_SINGLE, /* exactly one card has a certificate */
    ANNOUNCE_ALWAYS, /* at least one has */
};
enum conf_removal { /* what becomes of a session when its token is removed */
    REMOVAL_NONE,
    REMOVAL_LOCK,
    REMOVAL_LOGOUT,
};
enum conf_kerberos { /* a ticket at a sign-in */
    KERBEROS_OFF,
    KERBEROS_OPTIONAL,
    KERBEROS_REQUIRED,
};
enum conf_method {
    METHOD_UPN,
    METHOD_FILE,
    METHOD_SHA256,
    METHOD_SID,
    METHOD_ALTSECID,
    METHOD_SUBJECT, /* this one and those below are weak: mapping.allow_weak only */
    METHOD_MAIL,
    METHOD_CN,
};

/* A member that does not belong to the method is NULL. */
struct conf_rule {
    enum conf_method method;
    char *suffix;  /* upn, mail: what stands behind the '@', compared without case in ASCII; upn
                      without it, and altsecid without a value: the directory is asked */
    char *account; /* upn, mail, cn: template with %u, %d, %D; the others: the account */
    char *file;    /* file, sid, altsecid: absolute path */
    char *sha256; /* sha256: 64 hexadecimal digits of the certificate or its SubjectPublicKeyInfo */
    char *sid;    /* sid: whose account; with neither this nor a file a directory is asked */
    char *altsecid; /* altsecid: in its one form (common/altsecid.h) */
    char *subject;  /* subject: the whole name as RFC 4514 writes it */
    unsigned line;  /* in the configuration, for messages */
};

struct conf_talk {
    char *service;
    enum talk_style style;
};

/* All strings are owned and never NULL, except where a comment says so. */
struct conf {
    struct {
        enum conf_backend backends[2];
        size_t backend_count;
        char *store, *tcti, *socket;
        char *admin_keys; /* a folder of root's: administrator keys for the help desk; "" = none */
        struct conf_list pkcs11_modules;
    } card;
    struct {
        char *card_user, *check_user, *fetch_user; /* "" = stay */
    } helpers;
    struct {
        char *anchors, *intermediates, *ntauth;  /* "" = none */
        bool anchors_named, intermediates_named; /* stands in the file: then it must exist */
    } trust;
    struct {
        enum conf_purpose purpose;
        unsigned min_rsa_bits;
        struct conf_list policies, templates;
        enum conf_strong_mapping strong_mapping;
    } policy;
    struct {
        enum conf_revocation mode;
        char *crls, *cache;
        bool crls_named;
        unsigned max_stale; /* seconds */
    } revocation;
    struct {
        struct conf_rule rules[CONF_RULES_MAX];
        size_t rule_count;
        unsigned min_uid;
        struct conf_list refuse;
        enum conf_conflict conflict;
        bool allow_weak;
    } mapping;
    struct {
        char *uri;     /* ldap://HOST or ldaps://HOST, with or without a port; "" = none */
        char *base;    /* the domain's entry; "" = what the directory says */
        char *keytab;  /* the machine's own keys */
        char *anchors; /* by ldaps: whose certificates count; "" = as for other servers */
        char *user, *password_file; /* by ldaps: a simple bind; "" = the machine's account */
        unsigned max_age;           /* seconds that what it said counts */
        bool roots;                 /* an anchor must be among the directory's roots */
    } directory;
    struct {
        char *profiles; /* a folder, vsc-enroll.conf(5) */
        bool profiles_named;
        char *pinentry; /* a program */
    } enroll;
    struct {
        struct conf_list services, remote, change_pin, gdm_json;
        unsigned reserve, timeout, wait, warn_days;
        enum conf_identities list_identities;
        enum conf_announce announce;
        enum conf_removal removal;
        struct conf_talk talk[CONF_LIST_MAX];
        size_t talk_count;
    } login;
    enum conf_kerberos kerberos;
    char *realm; /* "": libkrb5's default realm */
    struct {
        unsigned deadline; /* seconds */
        struct conf_list skip;
    } ticket;
};

/*
 * Read the file, which must be trusted (io.h). `path` NULL means CONF_PATH, and a missing file
 * there is the defaults; a path that was named and is missing is VSC_CONFIG. The caller frees.
 */
must_check enum vsc_err conf_load(const char *path, struct conf **ret_conf,
                                  struct problem *problem);
void conf_free(struct conf *conf);
/* trust.ntauth is what the directory says, not a file. */
bool conf_ntauth_is_directory(const struct conf *conf);
bool conf_list_has(const struct conf_list *list, const char *item);

#endif
