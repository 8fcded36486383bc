/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vscmgr doctor: looks at the computer, the TPM, the store, the cards, the configuration and the
 * PAM stacks, and tells what is wrong with a remedy for each. The ids in the table are a contract
 * (vscmgr.8). A check adds findings and changes nothing; a fix (fix.h) is made only where asked
 * for.
 */
#ifndef VSC_VSCMGR_DOCTOR_DOCTOR_H
#define VSC_VSCMGR_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "card/tpm/tpm.h"
#include "common/err.h"
#include "common/wire_card.h"
#include "conf/conf.h"

/* name, id, severity, what it is, remedy */
#define DOCTOR_FINDINGS(X)                                                                         \
    X(CONF_FAULT, "conf-fault", ERROR, "the configuration cannot be used",                         \
      "mend what is named; nobody signs in by card until then")                                    \
    X(NO_ANCHOR, "no-anchor", ERROR, "no trust anchor is configured",                              \
      "put the domain's CA into trust.anchors")                                                    \
    X(NO_RULE, "no-rule", ERROR, "no mapping rule is configured, so that nobody has an account",   \
      "write mapping.rules, see pam_vsc.conf(5)")                                                  \
    X(PKCS11_MODULE, "pkcs11-module", ERROR, "a PKCS#11 module is not there",                      \
      "install it, or take it out of card.pkcs11_modules")                                         \
    X(HELPER_MISSING, "helper-missing", ERROR, "a helper program cannot be used",                  \
      "install pam_vsc again; helpers belong to root, and nobody else may write them")             \
    X(HELPER_USER, "helper-user", ERROR, "a helper's user does not exist",                         \
      "run systemd-sysusers, or make the user without a login and without a group")                \
    X(HELPER_GROUP, "helper-group", ERROR, "the user of vsc-card is not in group tss",             \
      "usermod -a -G tss USER, or run systemd-sysusers")                                           \
    X(HELPER_STAYS, "helper-stays", WARNING, "a helper keeps the rights of whoever starts it",     \
      "set helpers.* in the configuration; \"\" is for tests only")                                \
    X(SOCKET, "socket", WARNING, "nothing listens on the socket for programs without root",        \
      "systemctl enable --now vsc-card.socket, or without systemd " VSC_LIBEXECDIR                 \
      "/vsc-card --listen, see vsc-card(8)")                                                       \
    X(SANDBOX, "sandbox", ERROR, "the kernel lacks a part of the sandbox",                         \
      "use a kernel with seccomp and Landlock (CONFIG_SECURITY_LANDLOCK, lsm=landlock,...)")       \
    X(TPM_MISSING, "tpm-missing", ERROR, "the TPM cannot be reached",                              \
      "enable it in the firmware's settings, and check card.tcti")                                 \
    X(TPM_PERMISSION, "tpm-permission", ERROR, "the TPM's device cannot be opened by its group",   \
      "the device belongs to group tss, mode 0660: install tpm-udev, or reload the udev rules")    \
    X(TPM_DISABLED, "tpm-disabled", ERROR, "the TPM is switched off for its owner",                \
      "enable it in the firmware's settings, and start the computer again")                        \
    X(TPM_ALGORITHM, "tpm-algorithm", ERROR, "the TPM lacks what a card needs",                    \
      "use a computer with a TPM 2.0 that has it")                                                 \
    X(TPM_NO_COUNTER, "tpm-no-counter", WARNING,                                                   \
      "the TPM has no NV index of type PIN fail, so that cards share the TPM's lockout",           \
      "update the TPM's firmware; else keep the lockout hierarchy's password")                     \
    X(LOCKOUT_OPEN, "lockout-open", WARNING,                                                       \
      "the lockout hierarchy has no password: who reaches the TPM can reset its lockout",          \
      "vscmgr doctor --fix --lockoutauth random, and keep what it shows")                          \
    X(DA_LAX, "da-lax", WARNING, "the TPM's lockout lets too many wrong tries pass",               \
      "vscmgr doctor --fix sets 32 tries, one forgotten in 10 minutes")                            \
    X(DA_STRICT, "da-strict", WARNING, "the TPM locks itself after very few wrong tries",          \
      "vscmgr doctor --fix sets 32 tries, one forgotten in 10 minutes")                            \
    X(TPM_LOCKED, "tpm-locked", WARNING, "the TPM is locked after too many wrong tries",           \
      "wait, or reset it with the lockout password: tpm2_dictionarylockout -c")                    \
    X(NV_SPACE, "nv-space", WARNING, "the TPM's memory is nearly full",                            \
      "remove what is not needed: vscmgr destroy, tpm2_nvundefine, tpm2_evictcontrol")             \
    X(HANDLE_SPACE, "handle-space", WARNING, "no session or object slot is free in the TPM",       \
      "end what uses it; without a resource manager: tpm2_flushcontext -t, -l, -s")                \
    X(NV_ORPHAN, "nv-orphan", WARNING, "an NV index looks like a card's and belongs to none",      \
      "if no other system on this computer has cards: tpm2_nvundefine HANDLE")                     \
    X(INTERRUPTED, "interrupted", WARNING, "a creation or destruction was interrupted",            \
      "vscmgr doctor --fix removes what it left behind; so does the next vscmgr create")           \
    X(STORE_OWNER, "store-owner", ERROR, "files of the store do not belong to whom they should",   \
      "vscmgr doctor --fix gives them back")                                                       \
    X(CARD_DAMAGED, "card-damaged", ERROR, "the card's files cannot be read",                      \
      "restore them from a backup, or destroy the card and enroll again")                          \
    X(CARD_GONE, "card-gone", ERROR,                                                               \
      "this card cannot be opened here any more: the TPM was cleared, or the disk was moved",      \
      "destroy the card, create a new one, and enroll again")                                      \
    X(INDEX_MISSING, "index-missing", ERROR, "an NV index of the card is not in the TPM any more", \
      "destroy the card, create a new one, and enroll again")                                      \
    X(INDEX_FOREIGN, "index-foreign", ERROR,                                                       \
      "an NV index of the card is not the one it was made with",                                   \
      "somebody put another in its place: find out who; then destroy the card and enroll again")   \
    X(CARD_BLOCKED, "card-blocked", WARNING, "the card is blocked after wrong PINs",               \
      "vscmgr unblock")                                                                            \
    X(CARD_OWNER, "card-owner", WARNING, "the card's owner has another uid now, or no account",    \
      "vscmgr set-owner")                                                                          \
    X(CARD_EMPTY, "card-empty", WARNING, "the card has no key", "enroll, or vscmgr generate")      \
    X(NO_CERTIFICATE, "no-certificate", WARNING, "no key of the card has a certificate",           \
      "enroll, or vscmgr csr and vscmgr import")                                                   \
    X(CERT_WITHOUT_KEY, "certificate-without-key", ERROR,                                          \
      "a certificate is not the one of the key beside it",                                         \
      "import the right certificate again: vscmgr import")                                         \
    X(CERT_REFUSED, "certificate-refused", ERROR, "the certificate is refused at sign-in",         \
      "certcheck explain CODE tells who can mend it")                                              \
    X(CERT_EXPIRING, "certificate-expiring", WARNING, "the certificate expires soon", "renew it")  \
    X(DEFAULT_PIN, "default-pin", WARNING, "the PIN is still the default one, known to everybody", \
      "vscmgr passwd")                                                                             \
    X(DEFAULT_ADMIN_KEY, "default-adminkey", WARNING,                                              \
      "the administrator key is still the default one, known to everybody",                        \
      "vscmgr rotate-adminkey")                                                                    \
    X(PAM_LETS_IN, "pam-lets-in", ERROR, "a PAM stack lets somebody in where pam_vsc.so fails",    \
      "vscmgr stacks check tells the remedy: no failure may be ignored alone")                     \
    X(PAM_LOCKS_OUT, "pam-locks-out", WARNING,                                                     \
      "a PAM stack lets nobody in without a card, root neither",                                   \
      "let authinfo_unavail go on to the password: vscmgr stacks check tells the remedy")          \
    X(PAM_UNREADABLE, "pam-unreadable", ERROR, "a PAM stack cannot be read, so that it fails",     \
      "mend the line that is named")                                                               \
    X(PAM_STACK, "pam-stack", WARNING, "a PAM stack does not do what it is there for",             \
      "vscmgr stacks check tells the remedy")

enum doctor_id {
#define DOCTOR_ENUM(name, id, severity, text, remedy) FINDING_##name,
    DOCTOR_FINDINGS(DOCTOR_ENUM)
#undef DOCTOR_ENUM
    FINDING_COUNT
};

#define DOCTOR_MAX    256 /* findings; more are counted, not kept */
#define DOCTOR_DETAIL 384

struct doctor_finding {
    enum doctor_id id;
    char card[CARD_ID_SIZE]; /* "" where it is about none */
    char detail[DOCTOR_DETAIL];
    bool fixed;
};

struct doctor {
    const char *pam_folder;  /* borrowed; NULL: the system's */
    const char *helpers;     /* borrowed: the folder of vsc-card and vsc-check */
    const struct conf *conf; /* borrowed; NULL where it cannot be read */
    /* For the fixes: the lockout hierarchy's password, the present one or, where it has none, the
     * first. Empty: none was given. */
    struct secret lockout;
    struct tpm tpm; /* open where `has_tpm` */
    bool has_tpm;
    struct doctor_finding items[DOCTOR_MAX];
    size_t count, lost;
};

/* Add a finding; `card` may be NULL, `format` too. */
void doctor_find(struct doctor *doctor, enum doctor_id id, const char *card, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
bool doctor_has(const struct doctor *doctor, enum doctor_id id);

const char *doctor_id_name(enum doctor_id id);
bool doctor_is_error(enum doctor_id id);
const char *doctor_text(enum doctor_id id);
const char *doctor_remedy(enum doctor_id id);

/* All checks that can be made, in the order of the table. */
void doctor_examine(struct doctor *doctor);

/* Those of one area. */
void check_settings(struct doctor *doctor);     /* anchors, rules, modules */
void check_host(struct doctor *doctor);         /* helpers, users, socket, sandbox, device */
void check_tpm(struct doctor *doctor);          /* opens doctor->tpm */
void check_store(struct doctor *doctor);        /* leftovers, whose files they are */
void check_cards(struct doctor *doctor);        /* the TPM's side of each card */
void check_orphans(struct doctor *doctor);      /* NV indices that are no card's */
void check_certificates(struct doctor *doctor); /* would they sign their owner in? */
void check_stacks(struct doctor *doctor);       /* /etc/pam.d */

#endif
