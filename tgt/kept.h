/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What root remembers between the calls of a sign-in, in a folder of root's that nobody else may
 * look into: tickets that are not placed yet (sshd loses what PAM holds), and that no KDC answered.
 * All functions take the folder, and are for the part of vsc-tgt that is root.
 */
#ifndef VSC_TGT_KEPT_H
#define VSC_TGT_KEPT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/wire_tgt.h"

#define KEPT_FOLDER       TGT_FOLDER
#define KEPT_CREDS_MAX    (128 * 1024) /* bytes of one ticket: a PAC may be large */
#define KEPT_SECONDS      600 /* a sign-in that takes longer to be established has failed */
#define KEPT_AWAY_SECONDS 60  /* so long no KDC is asked again */

/* The folder, made where it is missing; it must be trusted, and is closed by the caller. */
must_check enum vsc_err kept_open(int *ret_folder, struct problem *problem);

struct kept {
    char account[USER_NAME_SIZE];
    uid_t uid;
    struct buf creds; /* owned; wiped by kept_done */
};

void kept_done(struct kept *kept);
#define auto_kept __attribute__((cleanup(kept_done)))

/* What the file of one holds; for its tests. As kept_take, bounds and characters are checked. */
void kept_encode(struct buf *file, const struct kept *kept);
must_check enum vsc_err kept_decode(struct reader *reader, struct kept *ret_kept);

/* Keep it, mode 0600, under a name that cannot be guessed. */
must_check enum vsc_err kept_write(int folder, const struct kept *kept, char name[TGT_NAME_SIZE]);
/*
 * Take it: it is no longer kept, whatever comes of this. VSC_INPUT: it is not there or malformed.
 * The caller releases `ret_kept`, also after a failure.
 */
must_check enum vsc_err kept_take(int folder, const char *name, struct kept *ret_kept);
/* Remove what nobody took, and nobody will. */
void kept_sweep(int folder);

/* No KDC answered (`away`), or one did. */
void kept_set_away(int folder, bool away);
/* True within KEPT_AWAY_SECONDS of the last silence, in this boot. */
bool kept_is_away(int folder);

#endif
