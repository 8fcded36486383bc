/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that is wrong with the stacks of one service that loads pam_vsc.so: the ways in, and
 * the ways to lock everybody out. The ids in the table are a contract (vscmgr.8). vscmgr's commands
 * "stacks" and "doctor" tell the same.
 */
#ifndef VSC_VSCMGR_STACKS_REPORT_H
#define VSC_VSCMGR_STACKS_REPORT_H

#include "vscmgr/stacks/judge.h"

/* name, id, severity, what it is, remedy */
#define STACK_FINDINGS(X)                                                                          \
    X(LETS_IN, "lets-in", ERROR, "a failure of the module lets in who gave no proof",              \
      "let every code but success and authinfo_unavail be die, and authinfo_unavail lead to a "    \
      "module that asks for the password")                                                         \
    X(LOCKS_OUT, "locks-out", ERROR, "nobody without a card gets in, root neither",                \
      "let authinfo_unavail go on to a module that asks for the password")                         \
    X(CARD_REFUSED, "card-refused", ERROR, "who signed in by card is refused all the same",        \
      "let success jump over what refuses, to a line that is content (pam_permit.so)")             \
    X(SETCRED_FAILS, "setcred-fails", ERROR, "after a sign-in by card pam_setcred fails",          \
      "let success jump over the lines for the password, pam_deny.so too")                         \
    X(NO_PROMPT, "no-prompt", ERROR, "a service that asks nobody, such as cron, is refused",       \
      "let the module's line jump on success as the shipped stacks do, or keep it out of this "    \
      "service")                                                                                   \
    X(ROOT_ASKED, "root-asked", ERROR, "root is asked for a card, in scripts too",                 \
      "put pam_rootok.so before the module")                                                       \
    X(ACCOUNT_LETS_IN, "account-lets-in", ERROR,                                                   \
      "a certificate that was revoked since the sign-in is let in",                                \
      "account [success=ok new_authtok_reqd=ok ignore=ignore default=die] pam_vsc.so")             \
    X(ACCOUNT_SKIPS, "account-skips", ERROR,                                                       \
      "the card's check takes the place of the account's own (expired, locked)",                   \
      "account [success=ok new_authtok_reqd=ok ignore=ignore default=die] pam_vsc.so")             \
    X(ACCOUNT_LOCKS_OUT, "account-locks-out", ERROR,                                               \
      "nobody who signed in without a card passes, nor do cron and root's scripts",                \
      "let ignore be ignored, and let another module answer for accounts")                         \
    X(PASSWORD_LOCKS, "password-locks", ERROR, "nobody without a card can change a password",      \
      "let authinfo_unavail go on to the module that changes passwords")                           \
    X(PASSWORD_UNASKED, "password-unasked", ERROR,                                                 \
      "nothing asks for the new password of who has no card",                                      \
      "give the module the argument ask_authtok, or take use_authtok away behind it")              \
    X(PASSWORD_LIES, "password-lies", WARNING, "a change that failed is told as done",             \
      "let every code but success and authinfo_unavail be die")                                    \
    X(ASKED_TWICE, "asked-twice", WARNING, "the module is asked twice in one sign-in",             \
      "use either the pam-auth-update profile or a stack of the service's own")                    \
    X(UNREADABLE, "unreadable", ERROR, "libpam does not take this stack, so that it fails",        \
      "mend the line that is named")

enum stack_finding_id {
#define STACK_FINDING_ENUM(name, id, severity, text, remedy) STACK_FINDING_##name,
    STACK_FINDINGS(STACK_FINDING_ENUM)
#undef STACK_FINDING_ENUM
    STACK_FINDING_COUNT
};

#define STACK_FOUND_MAX 16
#define STACK_CODES_MAX 12

struct stack_found {
    enum stack_finding_id id;
    const char *code; /* of our module that leads there; NULL where it is not one */
    char file[STACK_FILE_SIZE];
    unsigned number;
    struct problem why; /* STACK_FINDING_UNREADABLE */
};

struct stack_report {
    char service[STACK_NAME_SIZE];
    bool loads[FACILITY_COUNT]; /* our module stands in it */
    struct stack_verdict verdicts[FACILITY_COUNT][STACK_CODES_MAX];
    size_t verdict_count[FACILITY_COUNT];
    struct stack_found found[STACK_FOUND_MAX];
    size_t found_count;
};

const char *stack_finding_name(enum stack_finding_id id);
bool stack_finding_is_error(enum stack_finding_id id);
const char *stack_finding_text(enum stack_finding_id id);
const char *stack_finding_remedy(enum stack_finding_id id);

/* Only allocation can fail: what cannot be read is a finding. */
must_check enum vsc_err stack_report_make(const struct stack_folders *folders, const char *service,
                                          struct stack_report *ret_report);
bool stack_report_loads(const struct stack_report *report);
bool stack_report_has_error(const struct stack_report *report);

#endif
