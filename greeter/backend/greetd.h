/* SPDX-License-Identifier: BSD-2-Clause */
/* The back end for greetd (greetd-ipc(7)), over the socket that GREETD_SOCK names. */
#ifndef VSC_GREETER_BACKEND_GREETD_H
#define VSC_GREETER_BACKEND_GREETD_H

#include "common/err.h"
#include "common/problem.h"
#include "greeter/backend/backend.h"

/* Connect to the socket at `path`. VSC_HELPER with the reason in `problem`. */
must_check enum vsc_err greetd_open(const char *path, const struct backend_listener *listener,
                                    struct backend **ret_backend, struct problem *problem);
/* The same over a connected stream socket, which is closed with the back end; NULL: no memory. */
struct backend *greetd_new(int fd, const struct backend_listener *listener);

#endif
