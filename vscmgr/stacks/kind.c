/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/stacks/kind.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *module;
    enum stack_kind kind;
} kinds[] = {
    {STACK_MODULE, KIND_OURS},
    {"pam_unix.so", KIND_PROVER},
    {"pam_sss.so", KIND_PROVER},
    {"pam_winbind.so", KIND_PROVER},
    {"pam_ldap.so", KIND_PROVER},
    {"pam_krb5.so", KIND_PROVER},
    {"pam_fprintd.so", KIND_PROVER},
    {"pam_u2f.so", KIND_PROVER},
    {"pam_pkcs11.so", KIND_PROVER},
    {"pam_p11.so", KIND_PROVER},
    {"pam_google_authenticator.so", KIND_PROVER},
    {"pam_oath.so", KIND_PROVER},
    {"pam_duo.so", KIND_PROVER},
    {"pam_radius_auth.so", KIND_PROVER},
    {"pam_tacplus.so", KIND_PROVER},
    {"pam_himmelblau.so", KIND_PROVER},
    {"pam_systemd_home.so", KIND_PROVER},
    {"pam_userdb.so", KIND_PROVER},
    {"pam_ssh_agent_auth.so", KIND_PROVER},
    {"pam_yubico.so", KIND_PROVER},
    {"pam_succeed_if.so", KIND_CONDITION},
    {"pam_listfile.so", KIND_CONDITION},
    {"pam_access.so", KIND_CONDITION},
    {"pam_localuser.so", KIND_CONDITION},
    {"pam_wheel.so", KIND_CONDITION},
    {"pam_securetty.so", KIND_CONDITION},
    {"pam_time.so", KIND_CONDITION},
    {"pam_usertype.so", KIND_CONDITION},
    {"pam_exec.so", KIND_CONDITION},
    {"pam_nologin.so", KIND_CONDITION},
    {"pam_timestamp.so", KIND_CONDITION},
    {"pam_rhosts.so", KIND_CONDITION},
    {"pam_shells.so", KIND_CONDITION},
    {"pam_rootok.so", KIND_ROOTOK},
    {"pam_deny.so", KIND_DENY},
    {"pam_pwquality.so", KIND_QUALITY},
    {"pam_cracklib.so", KIND_QUALITY},
    {"pam_passwdqc.so", KIND_QUALITY},
    {"pam_pwhistory.so", KIND_QUALITY},
};

enum stack_kind stack_kind_of(const char *module)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].module, module) == 0)
            return kinds[i].kind;
    return KIND_OTHER;
}
