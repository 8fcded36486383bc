/* SPDX-License-Identifier: BSD-2-Clause */
/* An administrator key as it is typed, and as it stands in files: 48 hexadecimal digits. */
#ifndef VSC_VSCMGR_ADMINKEY_ADMIN_KEY_H
#define VSC_VSCMGR_ADMINKEY_ADMIN_KEY_H

#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

/* The digits to ADMIN_KEY_SIZE bytes, in place. VSC_INPUT for anything else. */
must_check enum vsc_err admin_key_parse(struct secret *key, struct problem *problem);

#endif
