/* SPDX-License-Identifier: BSD-2-Clause */
/* How refresh makes itself small before it meets the network. */
#ifndef VSC_CERTCHECK_REFRESH_CONFINE_H
#define VSC_CERTCHECK_REFRESH_CONFINE_H

#include <stdbool.h>

#include "common/err.h"
#include "common/problem.h"
#include "conf/conf.h"

/* Limits, then root becomes helpers.fetch_user for good, and anybody else gives up what the system
 * lent him: capabilities, a group. No new rights from here on. *ret_as_root: root started this. */
must_check enum vsc_err confine_drop(const struct conf *conf, bool *ret_as_root,
                                     struct problem *problem);

/*
 * Close the sandbox: no other program, no file written but in the cache, few read. Once the cache
 * is open. Where the kernel has no sandbox, what root started fails; anybody else is told.
 */
must_check enum vsc_err confine_close(const struct conf *conf, bool as_root,
                                      struct problem *problem);

#endif
