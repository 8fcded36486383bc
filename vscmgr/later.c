/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that have their place already and are not built yet. */
#include "vscmgr/command.h"

enum vsc_err command_later(const struct request *request)
{
    return problem_set(request->problem, VSC_NOT_BUILT, "%s", request->argv[-1]);
}
