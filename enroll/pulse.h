/* SPDX-License-Identifier: BSD-2-Clause */
/* One look at every profile of a person, and whatever is due. */
#ifndef VSC_ENROLL_PULSE_H
#define VSC_ENROLL_PULSE_H

#include "enroll/command.h"

/* What waits for the person, for a profile: the PIN, or the choice of a card. */
struct pulse_want {
    const struct profile *profile;
    char card[CARD_NAME_SIZE]; /* "": to be chosen */
    int64_t ends;              /* of the certificate there is; 0 for none */
};

struct pulse_fault {
    const struct profile *profile;
    bool for_person; /* not only for the journal */
    char why[600];
};

struct pulse {
    const struct choices *choices;
    bool quiet;  /* nobody is asked: what waits is in `wants` */
    bool silent; /* and nothing printed */
    const struct asker *asker;
    struct errand errand; /* opened by pulse_round(); its profiles live until errand_close() */
    struct pulse_want wants[PROFILES_MAX];
    size_t want_count;
    struct pulse_fault faults[PROFILES_MAX];
    size_t fault_count;
};

/* The first error of a profile, with its words. Release `pulse->errand` afterwards, always. The
 * state is locked until then. */
must_check enum vsc_err pulse_round(struct pulse *pulse, struct problem *problem);

#endif
