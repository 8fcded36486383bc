/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges a stack by running it, see the header. */
#include "vscmgr/stacks/judge.h"

#include <string.h>

/* What pam_vsc(8) says that authenticate returns where it does not succeed. */
static const int failures[] = {PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR,     PAM_CRED_INSUFFICIENT,
                               PAM_MAXTRIES,         PAM_USER_UNKNOWN, PAM_SERVICE_ERR,
                               PAM_CONV_ERR,         PAM_BUF_ERR};
/* How a module that asks for a proof may fail: some do not know the user at all. */
static const int refusals[] = {PAM_AUTH_ERR, PAM_USER_UNKNOWN, PAM_AUTHINFO_UNAVAIL, PAM_IGNORE};

/* Modules that ask for a proof of who somebody is. */
static const char *const provers[] = {"pam_unix.so",
                                      "pam_sss.so",
                                      "pam_winbind.so",
                                      "pam_ldap.so",
                                      "pam_krb5.so",
                                      "pam_fprintd.so",
                                      "pam_u2f.so",
                                      "pam_pkcs11.so",
                                      "pam_p11.so",
                                      "pam_google_authenticator.so",
                                      "pam_oath.so",
                                      "pam_radius_auth.so",
                                      "pam_tacplus.so",
                                      "pam_himmelblau.so",
                                      "pam_systemd_home.so",
                                      "pam_userdb.so",
                                      "pam_ssh_agent_auth.so",
                                      "pam_yubico.so"};
/* Modules that look at who asks from where: what they say is the administrator's own rule. */
static const char *const conditions[] = {"pam_succeed_if.so", "pam_rootok.so",    "pam_listfile.so",
                                         "pam_access.so",     "pam_localuser.so", "pam_wheel.so",
                                         "pam_securetty.so",  "pam_time.so",      "pam_usertype.so",
                                         "pam_exec.so",       "pam_nologin.so"};

struct world {
    int vsc, prover, condition;
};

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static int returned(void *arg, const struct stack_line *line)
{
    const struct world *world = arg;

    if (strcmp(line->module, STACK_MODULE) == 0)
        return world->vsc;
    if (strcmp(line->module, "pam_deny.so") == 0)
        return PAM_AUTH_ERR;
    if (is_one_of(line->module, provers, sizeof(provers) / sizeof(provers[0])))
        return world->prover;
    if (is_one_of(line->module, conditions, sizeof(conditions) / sizeof(conditions[0])))
        /* A rule that is enough by itself ("root may") is not pam_vsc's fault. */
        return line->actions[PAM_SUCCESS] == ACTION_DONE ? PAM_AUTH_ERR : world->condition;
    return PAM_SUCCESS;
}

static bool lets_in(const struct stack *stack, struct world world)
{
    world.condition = PAM_SUCCESS;
    if (stack_run(stack, returned, &world) == PAM_SUCCESS)
        return true;
    world.condition = PAM_AUTH_ERR;
    return stack_run(stack, returned, &world) == PAM_SUCCESS;
}

bool stack_lets_failure_through(const struct stack *stack, int *ret_code)
{
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        for (size_t k = 0; k < sizeof(refusals) / sizeof(refusals[0]); k++) {
            struct world world = {.vsc = failures[i], .prover = refusals[k]};

            if (!lets_in(stack, world))
                continue;
            *ret_code = failures[i];
            return true;
        }
    }
    return false;
}

bool stack_locks_out(const struct stack *stack)
{
    struct world world = {.vsc = PAM_AUTHINFO_UNAVAIL, .prover = PAM_SUCCESS};

    return !lets_in(stack, world);
}

const char *stack_code_name(int code)
{
    switch (code) {
    case PAM_AUTHINFO_UNAVAIL:
        return "authinfo_unavail";
    case PAM_AUTH_ERR:
        return "auth_err";
    case PAM_CRED_INSUFFICIENT:
        return "cred_insufficient";
    case PAM_MAXTRIES:
        return "maxtries";
    case PAM_USER_UNKNOWN:
        return "user_unknown";
    case PAM_SERVICE_ERR:
        return "service_err";
    case PAM_CONV_ERR:
        return "conv_err";
    case PAM_BUF_ERR:
        return "buf_err";
    default:
        return "unknown";
    }
}
