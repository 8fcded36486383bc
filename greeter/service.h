/* SPDX-License-Identifier: BSD-2-Clause */
/* Which login service has started the greeter, and the way to it. */
#ifndef VSC_GREETER_SERVICE_H
#define VSC_GREETER_SERVICE_H

#include "common/err.h"
#include "common/problem.h"
#include "greeter/backend/backend.h"

enum service {
    SERVICE_FROM_ENVIRONMENT, /* LightDM where LIGHTDM_TO_SERVER_FD is set, else greetd */
    SERVICE_GREETD,
    SERVICE_LIGHTDM,
};

/* VSC_HELPER with the reason in `problem`. */
must_check enum vsc_err service_open(enum service service, const struct backend_listener *listener,
                                     struct backend **ret_backend, struct problem *problem);

#endif
