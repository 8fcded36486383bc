/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/err.h"

static const struct {
    int exit_status;
    const char *text;
} rows[VSC_ERR_COUNT] = {
#define VSC_ERR_ROW(name, exit_status, text) [VSC_##name] = {exit_status, text},
    VSC_ERRORS(VSC_ERR_ROW)
#undef VSC_ERR_ROW
};

const char *vsc_strerror(enum vsc_err err)
{
    return (unsigned)err < VSC_ERR_COUNT ? rows[err].text : "unknown error";
}

int vsc_exit_status(enum vsc_err err)
{
    return (unsigned)err < VSC_ERR_COUNT ? rows[err].exit_status : 3;
}
