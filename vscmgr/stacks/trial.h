/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puts PAM stacks in place for a trial, and takes them back. All that is known of it lies on disk,
 * in a folder of root's, so that whoever comes next finishes what was begun: a process that waits
 * for the end of the trial, the next call of "vscmgr stacks", or the unit vsc-rollback.service
 * after a reboot. A service's file is replaced by rename(2) alone, so that it is never missing, and
 * the file before lies beside it as SERVICE.before-vsc~, the very same inode.
 *
 *   trial              which services, and until when; there while a trial runs (common/trial.h)
 *   staged/SERVICE     what shall be, while that is looked at; nothing else
 *   new/SERVICE        what was put in place
 *   enabled.SERVICE    a stack that stays: "replaced" or "new"
 *   signed-in.SERVICE  somebody signed in by card (the module's note)
 */
#ifndef VSC_VSCMGR_STACKS_TRIAL_H
#define VSC_VSCMGR_STACKS_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/problem.h"
#include "common/trial.h"
#include "vscmgr/stacks/stack.h"

#define TRIAL_SERVICES_MAX 64
#define TRIAL_STAGED       "staged" /* folders in the trial's */
#define TRIAL_NEW          "new"
#define TRIAL_NEVER        0 /* no end: the stacks stay */
#define TRIAL_PATH_SIZE    256
#define BOOT_ID_TEXT       40

struct trial_service {
    char name[STACK_NAME_SIZE];
    bool replaced; /* there was a file before; else the stack is new */
};

struct trial {
    char boot_id[BOOT_ID_TEXT];
    int64_t until; /* seconds of CLOCK_BOOTTIME */
    char folder[TRIAL_PATH_SIZE];
    struct trial_service services[TRIAL_SERVICES_MAX];
    size_t count;
};

/* The trial's folder, open and locked against every other vscmgr. */
struct trial_place {
    int fd, lock;
    const char *path; /* borrowed */
};

enum trial_state {
    TRIAL_NONE,
    TRIAL_RUNS,
    TRIAL_KEPT,       /* just now: somebody signed in by card */
    TRIAL_TAKEN_BACK, /* just now: the time is over, or the computer was started again */
};

#define auto_trial_place __attribute__((cleanup(trial_close)))

/* Made where it is not there; waits for the lock. */
must_check enum vsc_err trial_open(const char *path, struct trial_place *ret_place,
                                   struct problem *problem);
void trial_close(struct trial_place *place);

/* trial_file.c: false where there is none, or none that can be read. */
bool trial_read(const struct trial_place *place, struct trial *ret_trial);
must_check enum vsc_err trial_write(const struct trial_place *place, const struct trial *trial);
/* Is it over, by its time or by another boot? *ret_left: seconds, if not. */
bool trial_is_over(const struct trial *trial, int64_t *ret_left);
/* Until `seconds` from now, in this boot. */
must_check enum vsc_err trial_set_end(struct trial *trial, int64_t seconds);

/* Keep what is in place, or take it back; both may be called again after a crash anywhere. */
must_check enum vsc_err trial_keep(const struct trial_place *place, const struct trial *trial);
must_check enum vsc_err trial_take_back(const struct trial_place *place, const struct trial *trial,
                                        struct problem *problem);
/* Whichever is due. */
must_check enum vsc_err trial_settle(const struct trial_place *place, enum trial_state *ret_state,
                                     struct trial *ret_trial, int64_t *ret_left,
                                     struct problem *problem);

/* The folder for the stacks of a trial to come, empty: what an earlier one left there is not its.
 */
must_check enum vsc_err trial_open_stage(const struct trial_place *place, int *ret_fd,
                                         struct problem *problem);
/*
 * Write the trial down, before anything is touched: which services there are is found out, and
 * staged/SERVICE of each becomes new/SERVICE.
 */
must_check enum vsc_err trial_begin(const struct trial_place *place, struct trial *trial,
                                    struct problem *problem);
/*
 * Put new/SERVICE of each service of the trial in place. After a failure all is as before, but
 * where `problem` says otherwise.
 */
must_check enum vsc_err trial_put(const struct trial_place *place, const struct trial *trial,
                                  struct problem *problem);
/* Was the stack of the service put in place, and stayed? */
bool trial_is_enabled(const struct trial_place *place, const char *service, bool *ret_replaced);
/* Take back one that stayed. */
must_check enum vsc_err trial_disable(const struct trial_place *place, const char *folder,
                                      const char *service, struct problem *problem);

#endif
