/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What doctor --fix mends: only what cannot lose a card or lock anybody out. The examination
 * afterwards tells whether it helped.
 */
#ifndef VSC_VSCMGR_DOCTOR_FIX_H
#define VSC_VSCMGR_DOCTOR_FIX_H

#include "common/err.h"
#include "common/problem.h"
#include "vscmgr/doctor/doctor.h"

/* Mend one kind of finding. */
typedef enum vsc_err doctor_fix(struct doctor *doctor, struct problem *problem);

/* What mends findings of this id, or NULL. */
doctor_fix *doctor_fix_of(enum doctor_id id);

#endif
