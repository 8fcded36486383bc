/* SPDX-License-Identifier: BSD-2-Clause */
/* SoftHSM tokens for cmocka tests, made by tests/rig/softhsm.sh. */
#ifndef VSC_TESTS_SOFTHSM_RIG_H
#define VSC_TESTS_SOFTHSM_RIG_H

#include <limits.h>

#define SOFTHSM_PIN "12345678"

struct softhsm {
    char folder[32];
    char module[PATH_MAX]; /* of the last softhsm_module() */
};

/*
 * Run `script` (bash, with the rig's functions and $D, the folder). 0 when it went well.
 * The first call makes the folder and an empty SoftHSM in it.
 */
int softhsm_run(struct softhsm *rig, const char *script);
/* A module with these faults (separated by blanks; "" for none): its path. Aborts on failure. */
const char *softhsm_module(struct softhsm *rig, const char *name, const char *faults);
/* Keep the tokens as they are now; softhsm_restore() puts them back. */
int softhsm_keep(struct softhsm *rig);
int softhsm_restore(struct softhsm *rig);
void softhsm_end(struct softhsm *rig);
/* What is not installed; NULL when everything is. */
const char *softhsm_missing(void);

#endif
