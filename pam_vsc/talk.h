/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The conversation with the person. Replies are moved into a struct secret and wiped at once; the
 * time that a person takes is taken off no deadline.
 */
#ifndef VSC_PAM_VSC_TALK_H
#define VSC_PAM_VSC_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include <security/pam_modules.h>

#include "common/deadline.h"
#include "common/secret.h"
#include "pam_vsc/result.h"

struct talk {
    pam_handle_t *pamh;
    struct deadline *deadline; /* borrowed; put off by the time that the person takes */
    int64_t person_ms;         /* that time */
    bool silent;               /* no information messages (PAM_SILENT, quiet) */
    bool informed;             /* the one information message of a conversation was shown */
    bool asked;                /* something was asked */
    bool told;                 /* an error message was shown */
    bool lists;                /* GDM's choice list is offered, as this type */
    unsigned char list_type;
    bool json; /* GNOME's auth-mechanisms are offered: nothing can be asked but by them */
    unsigned char json_type;
};

enum talk_ask {
    ASK_HIDDEN = PAM_PROMPT_ECHO_OFF,
    ASK_SHOWN = PAM_PROMPT_ECHO_ON,
};

/*
 * Ask for one answer. ENDING_NOT_YET when there is one; it may be empty, and one that is longer
 * than a secret is cut to SECRET_MAX bytes, which is longer than any PIN. ENDING_CONVERSATION if
 * the conversation function failed, ENDING_ABORTED if it gave no reply.
 */
must_check enum ending talk_ask(struct talk *talk, enum talk_ask how, const char *prompt,
                                struct secret *ret_answer);
/*
 * GDM's binary prompt. *ret_reply is the reply, for the caller to free: at least `size` bytes, of
 * which nothing is known. ENDING_CONVERSATION where it is shorter.
 */
must_check enum ending talk_binary(struct talk *talk, const void *request, size_t size,
                                   void **ret_reply);
/* Show an error message: ENDING_NOT_YET, or ENDING_CONVERSATION. */
must_check enum ending talk_error(struct talk *talk, const char *text);
/* Show an information message, unless silent or a second one. That it fails ends nothing. */
void talk_inform(struct talk *talk, const char *text);

#endif
