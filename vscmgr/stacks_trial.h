/* SPDX-License-Identifier: BSD-2-Clause */
/* What the sub-commands of "vscmgr stacks" that change something have in common. */
#ifndef VSC_VSCMGR_STACKS_TRIAL_OPTIONS_H
#define VSC_VSCMGR_STACKS_TRIAL_OPTIONS_H

#include "vscmgr/stacks.h"
#include "vscmgr/stacks/trial.h"

struct trial_options {
    const char *conf, *folder, *from, *state, *rollback;
    bool quiet, wait;
};

/* The options that are not of the sub-command are refused by its own table. */
#define TRIAL_AT(member) offsetof(struct trial_options, member)
#define TRIAL_OPTION_STATE                                                                         \
    {"c", OPTION_STRING, TRIAL_AT(conf), 0, 0, NULL},                                              \
        {"state", OPTION_PATH, TRIAL_AT(state), 0, 0, NULL},                                       \
    {                                                                                              \
        "quiet", OPTION_FLAG, TRIAL_AT(quiet), 0, 0, NULL                                          \
    }
#define TRIAL_OPTION_FOLDER                                                                        \
    {                                                                                              \
        "folder", OPTION_PATH, TRIAL_AT(folder), 0, 0, NULL                                        \
    }
#define TRIAL_DEFAULTS                                                                             \
    {                                                                                              \
        .folder = "/etc/pam.d", .from = VSC_STACKSDIR, .state = TRIAL_FOLDER, .rollback = "10m"    \
    }

/* Open the place, and finish what is due; told on standard output unless quiet. */
must_check enum vsc_err stacks_settle_first(const struct trial_options *options,
                                            struct trial_place *ret_place,
                                            enum trial_state *ret_state, struct trial *ret_trial,
                                            struct problem *problem);
/* One line for each service, to the log too. */
void stacks_tell(const struct trial *trial, const char *what, bool quiet);

/* stacks_watch.c: a process that outlives this one and ends the trial. */
must_check enum vsc_err stacks_start_watch(const struct trial_options *options,
                                           struct problem *problem);

#endif
