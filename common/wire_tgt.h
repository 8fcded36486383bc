/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in the messages to and from vsc-tgt: a Kerberos ticket is got, placed for its owner,
 * renewed and removed. The rules of wire_card.h hold here too.
 */
#ifndef VSC_COMMON_WIRE_TGT_H
#define VSC_COMMON_WIRE_TGT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/secret.h"
#include "common/wire_card.h"
#include "common/wire_check.h"

#define TGT_NAME_SIZE      33  /* of a ticket that is kept, with NUL: hexadecimal */
#define TGT_CCACHE_SIZE    512 /* a credential cache's name, "FILE:/tmp/krb5cc_1000", with NUL */
#define TGT_PRINCIPAL_SIZE 512 /* with NUL */

#define TGT_FOLDER         "/run/pam_vsc/tickets" /* root's: tickets that are kept, by their names */

/* name, number, code in the log and (as VSC-...) for people */
#define VSC_TGT_OUTCOMES(X)                                                                        \
    X(DONE, 1, "granted")                                                                          \
    X(UNREACHABLE, 2, "kdc-unreachable") /* no KDC answered in time */                             \
    X(REFUSED, 3, "kdc-refused")         /* the KDC said no; it may have been anybody who did */   \
    X(UNTRUSTED, 4, "kdc-untrusted")     /* the host's key says that this was not its KDC */       \
    X(MISMATCH, 5, "ticket-mismatch")    /* a ticket of somebody else's; thrown away */            \
    X(NONE, 6, "no-ticket")              /* anything else; before the KDC was asked, or here */

enum tgt_outcome {
#define VSC_TGT_ENUM(name, number, code) TGT_##name = (number),
    VSC_TGT_OUTCOMES(VSC_TGT_ENUM)
#undef VSC_TGT_ENUM
};

/* Never NULL. */
const char *tgt_code(enum tgt_outcome outcome);

/* GET: a ticket for the person whose card this is. */
struct tgt_get {
    char account[USER_NAME_SIZE]; /* a name, whose uid is the next; never root */
    uid_t uid;
    char upn[CERT_TEXT_SIZE]; /* of the certificate */
    char card[CARD_ID_SIZE];
    char key[KEY_ID_SIZE];
    char ccache[TGT_CCACHE_SIZE]; /* of a caller without root: where it is placed; "" the default */
    struct secret pin;            /* 1 to PIN_MAX bytes */
};

struct tgt_got {
    enum tgt_outcome outcome;
    int32_t code;                       /* libkrb5's; 0 for none */
    char principal[TGT_PRINCIPAL_SIZE]; /* whose ticket; "" unless granted */
    char text[CHECK_TEXT_SIZE];         /* for the log; may be empty */
    bool verified;                      /* against the host's key */
    char ticket[TGT_NAME_SIZE];         /* of root's: what it is kept as, for PLACE; else "" */
};

/* PLACE, RENEW and REMOVE. */
struct tgt_cache {
    char account[USER_NAME_SIZE]; /* as in struct tgt_get */
    uid_t uid;
    char ticket[TGT_NAME_SIZE];   /* PLACE: as it is kept; else "" */
    char ccache[TGT_CCACHE_SIZE]; /* PLACE: to be filled anew, "" for a new one; else the one */
    bool refresh; /* PLACE: a session is there already: what our sessions of this owner have */
};

/* PLACED, RENEWED and REMOVED. */
struct tgt_cached {
    enum tgt_outcome outcome;
    int32_t code;
    char text[CHECK_TEXT_SIZE];
    char ccache[TGT_CCACHE_SIZE]; /* PLACED: for KRB5CCNAME; else "" */
    char own[TGT_CCACHE_SIZE];    /* PLACED: what REMOVE takes at the session's end; "" nothing */
};

/* TGT_NAME_SIZE - 1 hexadecimal digits in lower case. */
bool tgt_name_is_sound(const char *name);

void tgt_get_encode(struct buf *body, const struct tgt_get *get);
must_check enum vsc_err tgt_get_decode(struct reader *reader, struct tgt_get *ret_get);
void tgt_got_encode(struct buf *body, const struct tgt_got *got);
must_check enum vsc_err tgt_got_decode(struct reader *reader, struct tgt_got *ret_got);
void tgt_cache_encode(struct buf *body, const struct tgt_cache *cache);
must_check enum vsc_err tgt_cache_decode(struct reader *reader, struct tgt_cache *ret_cache);
void tgt_cached_encode(struct buf *body, const struct tgt_cached *cached);
must_check enum vsc_err tgt_cached_decode(struct reader *reader, struct tgt_cached *ret_cached);

#endif
