/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is under way for one profile of one user: a file of JSON in $XDG_STATE_HOME/pam_vsc/enroll
 * (0700), named as the profile is, and changed atomically. It is written before what it announces
 * is done, so that a request can be gone on with after a crash at any point. A key is known by the
 * SHA-256 of its SubjectPublicKeyInfo: a card's key numbers are given again.
 */
#ifndef VSC_ENROLL_STATE_H
#define VSC_ENROLL_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/json.h"
#include "common/json_read.h"
#include "common/problem.h"
#include "common/wire_card.h"
#include "enroll/profile.h"

#define STATE_SIZE_MAX       (512 * 1024) /* bytes of a file */
#define SPKI_ID_SIZE         65           /* hexadecimal SHA-256, with NUL */
#define COOKIE_MAX           8192         /* bytes of a helper's cookie */

#define STATE_TEMPLATE_SIZE  128 /* bytes of a template's name, with NUL */
#define STATE_SUPERSEDES_MAX 16

/* What AD CS said of the profile's template when it was asked last. */
struct state_template {
    int64_t asked_at; /* 0: never */
    char name[STATE_TEMPLATE_SIZE];
    int64_t major;
    int64_t renewal;  /* seconds before the end; 0: not said */
    bool auto_enroll; /* this user may be enrolled without asking for it */
    bool no_renewal;  /* none by autoenrollment */
    bool same_key;    /* a renewal keeps the key */
    char supersedes[STATE_SUPERSEDES_MAX][STATE_TEMPLATE_SIZE]; /* names of templates */
    size_t supersedes_count;
};

enum state_phase {
    STATE_IDLE,       /* nothing is under way */
    STATE_GENERATING, /* a key may have been made: one that is not in `before` */
    STATE_KEYED,      /* it is `next` */
    STATE_REQUESTED,  /* `request` is signed */
    STATE_PENDING,    /* the CA has it, and has said to ask again with `cookie` */
    STATE_ISSUED,     /* `answer` has been checked */
};

/* All strings are owned, NULL for none. */
struct state {
    char card[CARD_ID_SIZE]; /* "": nothing is known */
    enum state_phase phase;
    char current[SPKI_ID_SIZE]; /* the enrolled key; "" for none */
    char old[SPKI_ID_SIZE];     /* the one before, until the first sign-in with `current` */
    char next[SPKI_ID_SIZE];    /* the key of the request */
    char before[CARD_KEYS_MAX][KEY_ID_SIZE]; /* the card's keys when it was to be made */
    size_t before_count;
    char default_key[KEY_ID_SIZE]; /* of the card when the request began; "" for none */
    char *request, *answer;        /* PEM */
    char *cookie;
    int64_t version, next_version; /* of the profile: of `current`, of the request */
    int64_t since, ask_at;         /* of the request; when to ask the CA again */
    int64_t major, next_major;     /* of the template of AD CS: likewise; 0: not known */
    struct state_template template;
};

const char *state_phase_word(enum state_phase phase);
void state_done(struct state *state);
#define auto_state __attribute__((cleanup(state_done)))
/* Nothing is under way any more; current, old and the template stay. */
void state_reset(struct state *state);

/* Open the folder, making it where it is missing, and lock it until the descriptor is closed:
 * VSC_EXISTS if another vsc-enroll has it. VSC_UNTRUSTED: others could read or change it. */
must_check enum vsc_err state_open(const struct person *person, int *ret_folder,
                                   struct problem *problem);
/* The same without the lock, and without making it: *ret_folder is -1 where there is none. */
must_check enum vsc_err state_open_to_read(const struct person *person, int *ret_folder,
                                           struct problem *problem);

/* A profile that has no file is idle. VSC_SYSTEM: one that cannot be read, or is damaged. */
must_check enum vsc_err state_read(int folder, const char *profile, struct state *ret_state,
                                   struct problem *problem);
must_check enum vsc_err state_write(int folder, const char *profile, const struct state *state,
                                    struct problem *problem);

must_check enum vsc_err state_decode(const void *text, size_t len, struct state *ret_state,
                                     struct problem *problem);
/* Seconds or a version: a member of `from` of twelve digits at most. */
must_check bool state_number(const struct json_document *document, const struct json_value *from,
                             const char *name, int64_t *to);
/* Its part "template"; none is written where nobody was asked, and none is needed to read. */
void state_template_encode(const struct state_template *template, struct json *json);
must_check bool state_template_decode(const struct json_document *document,
                                      struct state_template *ret_template);
/* `ret_text` is initialised here; the caller releases it, also after a failure. */
must_check enum vsc_err state_encode(const struct state *state, struct buf *ret_text);

#endif
