/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/args.h"

#include <stddef.h>

#include "common/options.h"

#define AT(field) offsetof(struct args, field)

static const struct option table[] = {
    {"config", OPTION_PATH, AT(config), 0, 0, NULL},
    {"debug", OPTION_FLAG, AT(debug), 0, 0, NULL},
    {"quiet", OPTION_FLAG, AT(quiet), 0, 0, NULL},
    {"try_first_pass", OPTION_FLAG, AT(try_first_pass), 0, 0, NULL},
    {"use_first_pass", OPTION_FLAG, AT(use_first_pass), 0, 0, NULL},
    {"set_authtok", OPTION_FLAG, AT(set_authtok), 0, 0, NULL},
    {"ask_authtok", OPTION_FLAG, AT(ask_authtok), 0, 0, NULL},
    {"ignore_root", OPTION_FLAG, AT(ignore_root), 0, 0, NULL},
    {"allow_remote", OPTION_FLAG, AT(allow_remote), 0, 0, NULL},
    {"card", OPTION_STRING, AT(card), 0, 0, NULL},
    {"wait", OPTION_NUMBER, AT(wait), 0, ARGS_WAIT_MAX, NULL},
    {"timeout", OPTION_NUMBER, AT(timeout), 1, ARGS_TIMEOUT_MAX, NULL},
    {"helpers", OPTION_PATH, AT(helpers), 0, 0, NULL},
    {NULL, OPTION_FLAG, 0, 0, 0, NULL},
};

enum vsc_err args_parse(int argc, const char *const *argv, struct args *ret_args,
                        struct problem *problem)
{
    struct args args = {.helpers = VSC_LIBEXECDIR, .wait = ARGS_UNSET, .timeout = ARGS_UNSET};
    enum vsc_err err = options_parse_module(table, argc, argv, &args, problem);

    if (err == VSC_OK)
        *ret_args = args;
    return err;
}
