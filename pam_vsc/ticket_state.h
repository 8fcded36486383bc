/* SPDX-License-Identifier: BSD-2-Clause */
/* What a handle remembers of its ticket between PAM's calls. */
#ifndef VSC_PAM_VSC_TICKET_STATE_H
#define VSC_PAM_VSC_TICKET_STATE_H

#include <stdbool.h>
#include <sys/types.h>

#include <security/pam_modules.h>

#include "common/wire_tgt.h"

struct ticket {
    uid_t uid;      /* whose it is */
    bool uid_known; /* not where PAM lost its data: vsc-tgt knows it */
    bool required;
    char kept[TGT_NAME_SIZE];     /* not placed yet; "" */
    char ccache[TGT_CCACHE_SIZE]; /* what is to be renewed; "" until it is placed */
    char own[TGT_CCACHE_SIZE];    /* what goes with the session; "" for none */
    pid_t pid;                    /* of the process that this was left in */
};

/* The handle's, or what its environment says where PAM lost its data. False if there is nothing. */
bool ticket_read(pam_handle_t *pamh, struct ticket *ret_ticket);
/* Leave it. While it is not placed the environment has it too. False if memory ran out. */
bool ticket_write(pam_handle_t *pamh, const struct ticket *ticket);
/* The kept one goes, with its file; what was placed stays known. */
void ticket_drop_kept(pam_handle_t *pamh);

#endif
