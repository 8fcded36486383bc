/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/service.h"

#include <stdlib.h>

#include "greeter/backend/greetd.h"
#include "greeter/lightdm/lightdm.h"

enum vsc_err service_open(enum service service, const struct backend_listener *listener,
                          struct backend **ret_backend, struct problem *problem)
{
    const char *socket = secure_getenv("GREETD_SOCK");

    if (service == SERVICE_FROM_ENVIRONMENT)
        service = secure_getenv("LIGHTDM_TO_SERVER_FD") != NULL ? SERVICE_LIGHTDM : SERVICE_GREETD;
    if (service == SERVICE_LIGHTDM)
        return lightdm_open(listener, ret_backend, problem);
    if (socket == NULL)
        return problem_set(problem, VSC_HELPER,
                           "no login service has started it: GREETD_SOCK is not set");
    return greetd_open(socket, listener, ret_backend, problem);
}
