/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in the messages to and from vsc-check. X_encode() writes a body (buf_status() tells
 * whether it fitted); X_decode() returns VSC_OK, VSC_PROTOCOL or VSC_MEMORY and takes nothing over
 * from a body that is not wholly well-formed. The one message that may lead to PAM_SUCCESS in
 * pam_authenticate is CHECK_ACCEPTED; its answer has the body of a struct check_verdict.
 */
#ifndef VSC_COMMON_WIRE_CHECK_H
#define VSC_COMMON_WIRE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/reason.h"
#include "common/text.h"
#include "common/wire_card.h"

#define CANDIDATES_MAX    256 /* certificates in one EVALUATE */
#define CHECK_TEXT_SIZE   256
#define CHECK_ITEM_SIZE   257 /* a service, host, tty or user name, with NUL */
#define CHECK_SOCKET_SIZE 108 /* sun_path */
#define CHECK_CODES_MAX   32  /* reasons with one certificate */
#define CERT_TEXT_SIZE    512 /* issuer or UPN as text, escaped, with NUL */
#define CHECK_SECONDS_MAX 3600
#define CHECK_DAYS_MAX    3650
#define CERT_SERIAL_SIZE  66 /* hexadecimal, with NUL (RFC 5280 4.1.2.2: at most 20 octets) */

/* How the module talks to whoever listens (pam_vsc.8, "CONVERSATIONS"). */
enum talk_style {
    TALK_TEXT = 1,     /* prompts, menus, retries */
    TALK_GDM = 2,      /* as text, with GDM's choice list where it is offered */
    TALK_BLIND = 3,    /* one hidden prompt, no choice, no second try */
    TALK_GDM_JSON = 4, /* as gdm, with GNOME's auth-mechanisms where they are offered */
};

/* What becomes of a sign-in without a Kerberos ticket. */
enum ticket_mode {
    TICKET_OFF = 0, /* none is asked for; never on the wire */
    TICKET_OPTIONAL = 1,
    TICKET_REQUIRED = 2,
};
#define TICKET_SECONDS_MAX 60

struct check_begin {
    char service[CHECK_ITEM_SIZE];
    char user[USER_NAME_SIZE]; /* PAM_USER, or "" */
    char rhost[CHECK_ITEM_SIZE];
    char tty[CHECK_ITEM_SIZE];
    bool allow_remote;   /* the module's argument */
    bool remote_session; /* logind says that the calling session is remote */
};

struct check_begun {
    bool allowed;               /* this service, from here */
    bool remote;                /* the request counts as one from another machine */
    char text[CHECK_TEXT_SIZE]; /* why not, for the log */
    bool user_known;            /* PAM_USER is an account; the next two are its own */
    uid_t user_uid;
    char user_name[USER_NAME_SIZE]; /* pw_name */
    uint32_t timeout_seconds;       /* login.timeout; 1 to CHECK_SECONDS_MAX */
    uint32_t wait_seconds;          /* login.wait; at most CHECK_SECONDS_MAX */
    uint32_t reserve;               /* login.reserve; at most UINT16_MAX */
    uint32_t warn_days;             /* login.warn_days; at most CHECK_DAYS_MAX */
    enum talk_style talk;
    char socket[CHECK_SOCKET_SIZE]; /* card.socket: where a caller without root reaches vsc-card */
    /* In BEGUN_TICKET only, which takes BEGUN's place where a ticket is to be had; else 0. */
    enum ticket_mode ticket; /* kerberos */
    uint32_t ticket_seconds; /* ticket.deadline; 1 to TICKET_SECONDS_MAX */
};

/* EVALUATE: certificates of cards, each with its chain; borrowed from the card list. */
struct check_candidate {
    const struct der *chain;
    size_t chain_len;
};

/* EVALUATED, one for each candidate in its order. */
struct check_evaluated {
    bool accepted; /* then mapped, and without a reason; else with one at least */
    bool mapped;   /* the mapping gives `account`, whatever else is wrong with the certificate */
    char account[USER_NAME_SIZE]; /* "" unless mapped, and only then; so is the uid 0 */
    uid_t account_uid;
    char display[TEXT_NAME]; /* the person's name, safe to show; may be empty */
    char label[TEXT_NAME];   /* the certificate's for a choice: UPN or subject; safe to show */
    int32_t days_left;       /* until notAfter, rounded down; negative when past */
    bool stale;              /* a stale revocation list was used */
    unsigned char challenge[DIGEST_SIZE]; /* only where accepted */
    uint16_t reasons[CHECK_CODES_MAX];    /* enum reason; empty where accepted */
    size_t reason_count;
};

struct check_evaluations {
    struct check_evaluated *items; /* owned */
    size_t count;
};

struct check_prove {
    uint32_t index; /* of the candidate */
    unsigned char signature[SIGNATURE_MAX];
    size_t signature_len;
};

/* ACCEPTED, REFUSED and RECHECKED. In ACCEPTED `reason_count` is 0, and only there. */
struct check_verdict {
    char account[USER_NAME_SIZE]; /* never "" where there is no reason */
    uid_t account_uid;
    char upn[CERT_TEXT_SIZE];
    char issuer[CERT_TEXT_SIZE]; /* RFC 4514 */
    char serial[CERT_SERIAL_SIZE];
    int32_t days_left;
    bool stale;
    uint16_t reasons[CHECK_CODES_MAX];
    size_t reason_count;
};

/* RECHECK (account management): the certificate again, without a proof. */
struct check_recheck {
    char user[USER_NAME_SIZE];
    struct der chain[CHAIN_MAX]; /* owned after a decode */
    size_t chain_len;
};

/* SERVED: what else the configuration says of the service that BEGIN named. */
struct check_served {
    bool change_pin; /* login.change_pin: a PIN that somebody else chose is changed at once */
};

void check_begin_encode(struct buf *body, const struct check_begin *begin);
must_check enum vsc_err check_begin_decode(struct reader *reader, struct check_begin *ret_begin);
void check_begun_encode(struct buf *body, const struct check_begun *begun);
must_check enum vsc_err check_begun_decode(struct reader *reader, struct check_begun *ret_begun);
void check_begun_ticket_encode(struct buf *body, const struct check_begun *begun);
must_check enum vsc_err check_begun_ticket_decode(struct reader *reader,
                                                  struct check_begun *ret_begun);

void check_evaluate_encode(struct buf *body, const struct check_candidate *candidates,
                           size_t count);
/* Borrows the certificates from the reader's input; *ret_chains holds count * CHAIN_MAX entries,
 * *ret_candidates points into it; the caller frees both. */
must_check enum vsc_err check_evaluate_decode(struct reader *reader,
                                              struct check_candidate **ret_candidates,
                                              struct der **ret_chains, size_t *ret_count);
void check_evaluations_encode(struct buf *body, const struct check_evaluations *evaluations);
must_check enum vsc_err check_evaluations_decode(struct reader *reader,
                                                 struct check_evaluations *ret_evaluations);
void check_evaluations_done(struct check_evaluations *evaluations);
#define auto_evaluations __attribute__((cleanup(check_evaluations_done)))

void check_prove_encode(struct buf *body, const struct check_prove *prove);
must_check enum vsc_err check_prove_decode(struct reader *reader, struct check_prove *ret_prove);
void check_verdict_encode(struct buf *body, const struct check_verdict *verdict);
must_check enum vsc_err check_verdict_decode(struct reader *reader,
                                             struct check_verdict *ret_verdict);
void check_recheck_encode(struct buf *body, const struct check_recheck *recheck);
must_check enum vsc_err check_recheck_decode(struct reader *reader,
                                             struct check_recheck *ret_recheck);
void check_served_encode(struct buf *body, const struct check_served *served);
must_check enum vsc_err check_served_decode(struct reader *reader, struct check_served *ret_served);
void check_recheck_done(struct check_recheck *recheck);

#endif
