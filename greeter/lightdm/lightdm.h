/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The back end for LightDM, through liblightdm-gobject and GLib's main loop. LightDM keeps no
 * environment for a session, and has a text for no refusal: both are as if empty here. The library
 * keeps a copy of each answer until the next, which it does not wipe.
 */
#ifndef VSC_GREETER_LIGHTDM_LIGHTDM_H
#define VSC_GREETER_LIGHTDM_LIGHTDM_H

#include "common/err.h"
#include "common/problem.h"
#include "greeter/backend/backend.h"

/* Connect to the daemon that started this process. VSC_HELPER with the reason in `problem`. */
must_check enum vsc_err lightdm_open(const struct backend_listener *listener,
                                     struct backend **ret_backend, struct problem *problem);

#endif
