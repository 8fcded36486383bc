/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/softhsm_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int run(const char *folder, const char *script)
{
    char *command = NULL;
    int status;

    if (asprintf(&command, "bash -c 'set -e; D=%s; . tests/rig/softhsm.sh; softhsm_start $D; %s'",
                 folder, script) < 0)
        return -1;
    status = system(command);
    free(command);
    return status;
}

int softhsm_run(struct softhsm *rig, const char *script)
{
    if (rig->folder[0] == '\0') {
        (void)snprintf(rig->folder, sizeof(rig->folder), "/tmp/vsc-softhsm.XXXXXX");
        if (mkdtemp(rig->folder) == NULL)
            return -1;
    }
    return run(rig->folder, script);
}

const char *softhsm_module(struct softhsm *rig, const char *name, const char *faults)
{
    char script[256];

    (void)snprintf(script, sizeof(script), "softhsm_module %s %s >/dev/null", name, faults);
    if (softhsm_run(rig, script) != 0)
        abort();
    (void)snprintf(rig->module, sizeof(rig->module), "%s/%s.so", rig->folder, name);
    return rig->module;
}

int softhsm_keep(struct softhsm *rig)
{
    return softhsm_run(rig, "cp -a $D/tokens $D/tokens.kept");
}

int softhsm_restore(struct softhsm *rig)
{
    return softhsm_run(rig, "rm -rf $D/tokens; cp -a $D/tokens.kept $D/tokens");
}

void softhsm_end(struct softhsm *rig)
{
    if (rig->folder[0] != '\0')
        (void)softhsm_run(rig, "rm -rf $D");
    rig->folder[0] = '\0';
}

const char *softhsm_missing(void)
{
    return system("bash -c '. tests/rig/softhsm.sh; ! softhsm_missing >/dev/null'") != 0
               ? "softhsm2, opensc or openssl is not installed"
               : NULL;
}
