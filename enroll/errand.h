/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of vsc-enroll: configuration, profiles, who asks, the state, and the user's card behind
 * vsc-card's socket. The PIN is asked for once at most, and proven before anything is made with it.
 */
#ifndef VSC_ENROLL_ERRAND_H
#define VSC_ENROLL_ERRAND_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "card/card.h"
#include "card/owner/csr.h"
#include "common/ask.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"
#include "common/wire_use.h"
#include "conf/conf.h"
#include "enroll/asker.h"
#include "enroll/issued.h"
#include "enroll/profile.h"
#include "enroll/state.h"

struct errand {
    struct conf *conf; /* owned */
    struct profiles profiles;
    struct person person;
    struct card_source *source; /* owned; NULL until errand_list() */
    struct card_list list;      /* as it was when errand_list() last went well */
    bool listed;
    int folder; /* of the state; -1 for none */
    int64_t now;
    bool now_is_clock;
    enum ask_from pin_from, password_from;
    const struct asker *asker; /* NULL: pin_from, and one try */
    bool careful;              /* a pulse: never ask when a wrong PIN could block the card */
    bool quiet;                /* ask for no PIN at all, but say in `wanted` that it is */
    bool wanted;
    struct secret pin;           /* empty until errand_pin() */
    char pin_card[CARD_ID_SIZE]; /* whose it is */
    enum vsc_err pin_result;     /* how it went; a second time nobody is asked */
};

/* Configuration, profiles and person; no card yet. Release with errand_close(), also after a
 * failure. `conf_path` and `at` (YYYY-MM-DDTHH:MM:SSZ) may be NULL. */
must_check enum vsc_err errand_open(const char *conf_path, const char *at,
                                    struct errand *ret_errand, struct problem *problem);
void errand_close(struct errand *errand);
#define auto_errand __attribute__((cleanup(errand_close)))

/* Ask vsc-card for the cards, anew. After a failure the list before stays. */
must_check enum vsc_err errand_list(struct errand *errand, struct problem *problem);
/* The user's own native card by NAME or ID; NULL: the only one. Listed by then. */
must_check enum vsc_err errand_card(const struct errand *errand, const char *what,
                                    const struct card_info **ret_card, struct problem *problem);
/* The id of the card's key with that SPKI, "" for none. Asks vsc-card for keys without a
 * certificate. */
must_check enum vsc_err errand_find_key(struct errand *errand, const struct card_info *card,
                                        const char *spki, char ret_key[KEY_ID_SIZE],
                                        struct problem *problem);
/* What a key is known by, from its certificate where there is one: no question to the card. */
must_check enum vsc_err errand_key_spki(struct errand *errand, const struct card_info *card,
                                        const struct card_key *key, char to[SPKI_ID_SIZE],
                                        struct problem *problem);
/* In the list; NULL for none. */
const struct card_key *errand_key(const struct card_info *card, const char *id);

/* Ask for the PIN and prove it, once in a run; a second time, by an asker, where it was wrong.
 * VSC_INPUT in a pulse that has asked for another card's: this one is the next pulse's. */
must_check enum vsc_err errand_pin(struct errand *errand, const struct card_info *card,
                                   struct problem *problem);
/* What a request asks for besides. */
struct csr_subject {
    const char *upn;                     /* NULL: the CA knows who it is */
    const struct csr_template *template; /* of AD CS; NULL for none */
};
/* The request of a key, signed by it, as PEM; the caller frees. The PIN is there by then. */
must_check enum vsc_err errand_request(struct errand *errand, const struct card_info *card,
                                       const char *key, const struct csr_subject *subject,
                                       char **ret_pem, struct problem *problem);
/* Let the key sign, and verify with what the certificate says. */
must_check enum vsc_err errand_try(struct errand *errand, const struct card_info *card,
                                   const char *key, const struct issued *issued,
                                   struct problem *problem);
/* Sign a digest of another hash or by another scheme: for TLS. The PIN is there by then. */
must_check enum vsc_err errand_sign_as(struct errand *errand, const struct card_info *card,
                                       const char *key, enum sign_scheme scheme,
                                       const unsigned char *digest, size_t len,
                                       struct card_outcome *ret_outcome);
must_check enum vsc_err errand_generate(struct errand *errand, const struct card_info *card,
                                        enum key_type type, char ret_spki[SPKI_ID_SIZE],
                                        struct problem *problem);
must_check enum vsc_err errand_store(struct errand *errand, const struct card_info *card,
                                     const struct issued *issued, struct problem *problem);
must_check enum vsc_err errand_delete(struct errand *errand, const struct card_info *card,
                                      const char *key, struct problem *problem);

#endif
