/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The back end xcep-wstep: AD CS by its web services (MS-XCEP, MS-WSTEP) and the user's Kerberos
 * ticket. What it refuses has a code; its answer is a helper's.
 */
#ifndef VSC_ENROLL_XCEP_XCEP_H
#define VSC_ENROLL_XCEP_XCEP_H

#include "card/owner/csr.h"
#include "enroll/helper.h"
#include "enroll/issued.h"
#include "enroll/profile.h"
#include "enroll/state.h"
#include "enroll/xcep/policies.h"

/* What the server offers this user. Release `ret_policies` also after a failure. */
must_check enum vsc_err xcep_policies(const struct profile *profile,
                                      struct xcep_policies *ret_policies, char code[CODE_MAX],
                                      struct problem *problem);

/* How the profile's template wants to be requested, once it may be. */
struct xcep_plan {
    struct xcep_template template;
    char url[XCEP_URI_SIZE];
};
must_check enum vsc_err xcep_find_plan(const struct profile *profile, struct xcep_plan *ret_plan,
                                       char code[CODE_MAX], struct problem *problem);

/* What the renewal rule needs of the profile's template, at the time `now`; nothing is asked of its
 * fitness. VSC_DENIED with the code no-template where it is not offered. */
must_check enum vsc_err xcep_look(const struct profile *profile, int64_t now,
                                  struct state_template *ret_template, char code[CODE_MAX],
                                  struct problem *problem);
/* The same of a template that is there already. */
void xcep_note(const struct xcep_template *template, int64_t now,
               struct state_template *ret_template);

/* The same of policies that are there already. */
must_check enum vsc_err xcep_choose(const struct profile *profile,
                                    const struct xcep_policies *policies,
                                    struct xcep_plan *ret_plan, char code[CODE_MAX],
                                    struct problem *problem);

/* Request, or ask for what is pending, as helper_ask(). */
must_check enum vsc_err xcep_ask(const struct profile *profile,
                                 const struct helper_question *question,
                                 struct helper_answer *ret_answer, char code[CODE_MAX],
                                 struct problem *problem);

#endif
