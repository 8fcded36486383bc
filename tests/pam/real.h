/* SPDX-License-Identifier: BSD-2-Clause */
/* The real module in the real libpam, by a folder of service files, with fake helpers. */
#ifndef VSC_TESTS_REAL_H
#define VSC_TESTS_REAL_H

#include <security/pam_appl.h>

#include "tests/pam/stage.h"

enum person_kind {
    PERSON_RIGHT,
    PERSON_GIVES_UP,
    PERSON_LEAVES /* sends itself SIGINT */
};

struct person {
    enum person_kind kind;
    unsigned asked; /* how often a PIN was asked for */
};

/* A conversation function: its data is a struct person. The PIN is memory.h's. */
int real_converse(int count, const struct pam_message **messages, struct pam_response **resp,
                  void *data);

/*
 * Write the service "plain" into the stage's folder: this module (an absolute path), the script,
 * more arguments. Without root vsc-card is served on the socket. Aborts where it cannot.
 */
void real_service(struct stage *stage, const char *module, const char *script,
                  const char *arguments);
void real_remove(const struct stage *stage);
/* A whole pam_start, pam_authenticate for alice, pam_end: the code, or -1. */
int real_authenticate(const struct stage *stage, enum person_kind kind);

#endif
