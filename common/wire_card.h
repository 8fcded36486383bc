/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in the messages to and from vsc-card, and the facts about cards that both ends share.
 * X_encode() writes a body (buf_status() tells whether it fitted); X_decode() returns VSC_OK,
 * VSC_PROTOCOL or VSC_MEMORY and takes nothing over from a body that is not wholly well-formed.
 * What has to hold beyond the bounds stands with each member; a decoder checks all of it.
 */
#ifndef VSC_COMMON_WIRE_CARD_H
#define VSC_COMMON_WIRE_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/code.h"
#include "common/err.h"
#include "common/pin_policy.h"
#include "common/secret.h"
#include "common/text.h"

#define CARD_ID_SIZE   96   /* with NUL. "0000" for a native card, "p11:..." for a token */
#define KEY_ID_SIZE    96   /* with NUL */
#define CARD_NAME_SIZE 33   /* with NUL: 1-32 bytes of printable UTF-8 */
#define USER_NAME_SIZE 257  /* with NUL: LOGIN_NAME_MAX */
#define CARDS_MAX      64   /* in one list */
#define CARD_KEYS_MAX  30   /* on one card */
#define CHAIN_MAX      8    /* certificates with one key: its own first, then its issuers */
#define CERT_MAX       8192 /* bytes of DER of one certificate */
#define DIGEST_SIZE    32   /* SHA-256 */
#define SIGNATURE_MAX  512  /* bytes: RSA-4096, or DER of an ECDSA (r, s) */

enum card_kind {
    CARD_NATIVE = 1, /* a virtual smart card in the TPM */
    CARD_TOKEN = 2,  /* anything behind a PKCS#11 module */
};

struct der {
    unsigned char *data; /* owned by the list that it is in */
    size_t len;
};

struct card_key {
    char id[KEY_ID_SIZE]; /* printable, not empty; so are a card's id and name */
    bool is_default;      /* the default container: the last enrolled */
    struct der chain[CHAIN_MAX];
    size_t chain_len; /* 0: a key without a certificate */
};

struct card_info {
    char id[CARD_ID_SIZE];
    char name[CARD_NAME_SIZE]; /* safe to show (text_name) */
    enum card_kind kind;
    bool has_owner;
    uid_t owner_uid;               /* 0 without an owner */
    char owner[USER_NAME_SIZE];    /* account name; "" without an owner, and only then */
    char owner_display[TEXT_NAME]; /* "Alice Smith"; safe to show, may be empty */
    struct pin_policy policy;      /* as far as the card knows one; minlen <= maxlen <= PIN_MAX */
    bool must_change;              /* somebody else chose the PIN: to be changed first */
    bool restricted;               /* a stranger's view: no keys, no policy, no tries */
    bool has_puk;                  /* can be unblocked by it; not in a stranger's view */
    char helpdesk[CODE_SIZE];      /* the number by which its help desk knows it; "" without one,
                                      and in a stranger's view; printable */
    struct card_key *keys;         /* owned, key_count of them */
    size_t key_count;
};

struct card_list {
    struct card_info *cards; /* owned */
    size_t count;
};

struct card_state {
    bool tries_known;               /* tokens may not tell: then tries_left and tries_max are 0 */
    uint16_t tries_left, tries_max; /* left <= max */
    bool blocked;
    bool gone; /* TPM cleared or exchanged, or an object of the card is missing */
    uint32_t
        locked_seconds; /* TPM lockout (fallback cards): open again in at most so long; else 0 */
};

struct card_sign {
    char card[CARD_ID_SIZE];
    char key[KEY_ID_SIZE];
    unsigned char digest[DIGEST_SIZE];
    struct secret pin; /* 1 to PIN_MAX bytes; so are those of CHANGE_PIN */
    uint16_t keep;     /* tries that are not this request's, see card_state_allows(); likewise */
};

/*
 * The answer to SIGN, CHANGE_PIN, UNBLOCK, CHANGE_PUK and ANSWER. `result` is VSC_OK (SIGN: with a
 * signature), VSC_PIN, VSC_PIN_BLOCKED (also when this very try was the last), VSC_TPM_LOCKED,
 * VSC_CARD_GONE or VSC_PIN_POLICY, and for the last two VSC_PUK or VSC_PUK_BLOCKED (`state`: the
 * tries of the PUK); every other fault is an ERROR message. `state` is the card's after the try.
 */
struct card_outcome {
    enum vsc_err result;
    struct card_state state;
    unsigned char signature[SIGNATURE_MAX];
    size_t signature_len; /* 0 unless SIGN went well */
};

struct card_change_pin {
    char card[CARD_ID_SIZE];
    struct secret old_pin, new_pin;
    uint16_t keep;
};

/* PREPARE {card, key}; STATE {card} with key = "". */
struct card_which {
    char card[CARD_ID_SIZE];
    char key[KEY_ID_SIZE];
};

void card_list_encode(struct buf *body, const struct card_list *list);
must_check enum vsc_err card_list_decode(struct reader *reader, struct card_list *ret_list);
/* Free what `card` owns; the entry itself is its list's. */
void card_info_done(struct card_info *card);
void card_list_done(struct card_list *list);
#define auto_card_list __attribute__((cleanup(card_list_done)))

void card_which_encode(struct buf *body, const struct card_which *which);
must_check enum vsc_err card_which_decode(struct reader *reader, struct card_which *ret_which);

void card_state_encode(struct buf *body, const struct card_state *state);
must_check enum vsc_err card_state_decode(struct reader *reader, struct card_state *ret_state);

void card_sign_encode(struct buf *body, const struct card_sign *sign);
must_check enum vsc_err card_sign_decode(struct reader *reader, struct card_sign *ret_sign);

void card_change_pin_encode(struct buf *body, const struct card_change_pin *change);
must_check enum vsc_err card_change_pin_decode(struct reader *reader,
                                               struct card_change_pin *ret_change);

void card_outcome_encode(struct buf *body, const struct card_outcome *outcome);
must_check enum vsc_err card_outcome_decode(struct reader *reader,
                                            struct card_outcome *ret_outcome);

#endif
