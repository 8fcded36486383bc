/* SPDX-License-Identifier: BSD-2-Clause */
/* A software TPM with a native card of this user's, and vsc-card of the build listening for it. */
#ifndef VSC_TESTS_SUPPORT_CARD_SERVICE_H
#define VSC_TESTS_SUPPORT_CARD_SERVICE_H

#include <sys/types.h>

#include "tests/support/tpm_cards.h"

struct card_service {
    struct tpm_cards cards;
    char socket[192], config[192];
    pid_t listener; /* 0: not running */
};

/* Start the TPM and an empty store; nobody listens yet. */
bool card_service_start(struct card_service *service);
/* Start vsc-card --listen, and wait until it does. */
bool card_service_listen(struct card_service *service);
/* Kill it, and every connection of its. */
void card_service_kill(struct card_service *service);
void card_service_stop(struct card_service *service);

#endif
