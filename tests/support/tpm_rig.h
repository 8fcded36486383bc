/* SPDX-License-Identifier: BSD-2-Clause */
/* A software TPM (swtpm) of its own for a cmocka test: the C twin of tests/rig/tpm.sh. */
#ifndef VSC_TESTS_SUPPORT_TPM_RIG_H
#define VSC_TESTS_SUPPORT_TPM_RIG_H

#include <stdbool.h>
#include <sys/types.h>

struct tpm_rig {
    char dir[128]; /* a new folder under TMPDIR; state in dir/tpm, room for a store in dir */
    char tcti[64]; /* "swtpm:host=127.0.0.1,port=N" */
    int port;
    pid_t pid;
};

/* True when swtpm and swtpm_setup are installed. */
bool tpm_rig_present(void);
/* Make a folder, manufacture a TPM in it, start it with lenient DA parameters. False on failure. */
bool tpm_rig_start(struct tpm_rig *rig);
/* Power off and on again (an orderly shutdown); the port, so `tcti`, changes. */
bool tpm_rig_reboot(struct tpm_rig *rig);
/* Stop it and remove the folder with all that is in it. */
void tpm_rig_stop(struct tpm_rig *rig);
/* Run a program to its end, output to /dev/null: its exit status, or -1. TPM2TOOLS_TCTI is set. */
int tpm_rig_run(const struct tpm_rig *rig, const char *const *argv);

#endif
