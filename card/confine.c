/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/confine.h"

#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "common/drop.h"
#include "common/log.h"
#include "common/sandbox.h"

#define DEVICE_DEFAULT "/dev/tpmrm0"
#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))

enum vsc_err confine_user(const struct conf *conf, const char *group, struct problem *problem)
{
    const char *name = conf->helpers.card_user;
    struct drop_user user;
    enum vsc_err err;

    if (geteuid() != 0 || name[0] == '\0') {
        if (geteuid() == 0)
            vsc_log(LOG_WARNING, "helpers.card_user is \"\": staying root, for tests only");
        err = drop_become(NULL);
    } else {
        err = drop_find(name, group, &user, problem);
        if (err != VSC_OK)
            return err;
        err = drop_become(&user);
    }
    if (err != VSC_OK)
        return problem_set(problem, err, "cannot become user %s", name);
    return VSC_OK;
}

/* What a TCTI needs. */
struct reach {
    const char *device; /* NULL for none */
    bool inet, threads;
};

static struct reach reach_of(const char *tcti)
{
    struct reach reach = {0};
    size_t len;

    if (strncmp(tcti, "pcap:", 5) == 0) /* records what goes to the TCTI behind it */
        tcti += 5;
    len = strcspn(tcti, ":");
    if (len == 6 && strncmp(tcti, "device", len) == 0)
        reach.device = tcti[len] == ':' && tcti[len + 1] != '\0' ? tcti + len + 1 : DEVICE_DEFAULT;
    else if (len == 5 && (strncmp(tcti, "swtpm", len) == 0 || strncmp(tcti, "mssim", len) == 0))
        reach.inet = strstr(tcti, "path=") == NULL;
    else
        reach.threads = true; /* tabrmd: GLib has threads of its own */
    return reach;
}

/* Started by root there is no service without a sandbox; a user's own process says that it has
 * none, and goes on. */
static enum vsc_err close_sandbox(const struct sandbox *sandbox, bool by_root,
                                  struct problem *problem)
{
    struct problem fault = {""};
    enum vsc_err err = sandbox_close(sandbox, &fault);

    if (err == VSC_OK)
        return VSC_OK;
    if (by_root)
        return problem_set(problem, err, "%s", fault.text);
    vsc_log(LOG_WARNING, "no sandbox: %s", fault.text);
    return VSC_OK;
}

enum vsc_err confine_channel(const struct conf *conf, bool by_root, struct problem *problem)
{
    struct reach reach = reach_of(conf->card.tcti);
    const struct sandbox_path paths[] = {
        {conf->card.store, SANDBOX_READ | SANDBOX_WRITE},
        {reach.device != NULL ? reach.device : "/dev/null", SANDBOX_DEVICE},
        /* The TCTI's library is loaded when the TPM is first needed. */
        {"/usr/lib", SANDBOX_READ},
        {"/lib", SANDBOX_READ},
        {"/lib64", SANDBOX_READ},
        {"/etc/ld.so.cache", SANDBOX_READ},
        {"/etc/ssl/openssl.cnf", SANDBOX_READ},
        {"/etc/localtime", SANDBOX_READ},
        {"/usr/share/zoneinfo", SANDBOX_READ},
        {"/dev/null", SANDBOX_DEVICE},
        {"/dev/urandom", SANDBOX_READ},
    };
    const struct sandbox sandbox = {
        .paths = paths,
        .path_count = COUNT(paths),
        .unix_sockets = true, /* the system log; a bus before the TPM */
        .inet_sockets = reach.inet,
        .threads = reach.threads,
    };

    return close_sandbox(&sandbox, by_root, problem);
}

enum vsc_err confine_module(const struct conf *conf, const char *module, bool by_root,
                            struct problem *problem)
{
    char copy[PATH_MAX];
    struct sandbox_path paths[] = {
        {"", SANDBOX_READ | SANDBOX_EXEC},
        {"/usr", SANDBOX_READ | SANDBOX_EXEC},
        {"/lib", SANDBOX_READ | SANDBOX_EXEC},
        {"/lib64", SANDBOX_READ | SANDBOX_EXEC},
        {"/opt", SANDBOX_READ | SANDBOX_EXEC},
        {"/etc", SANDBOX_READ},
        {"/proc", SANDBOX_READ},
        {"/sys", SANDBOX_READ},
        {"/dev", SANDBOX_DEVICE},
        {"/run", SANDBOX_READ | SANDBOX_WRITE},
        {"/tmp", SANDBOX_READ | SANDBOX_WRITE},
        {"/var/tmp", SANDBOX_READ | SANDBOX_WRITE},
        {"/var/lib/softhsm", SANDBOX_READ | SANDBOX_WRITE},
    };
    const struct sandbox sandbox = {
        .paths = paths,
        .path_count = COUNT(paths),
        .unix_sockets = true, /* pcscd */
        .inet_sockets = reach_of(conf->card.tcti).inet,
        .threads = true,
        .loose = true,
    };
    size_t len = strlen(module);

    if (len >= sizeof(copy))
        return problem_set(problem, VSC_CONFIG, "%s: the path is too long", module);
    memcpy(copy, module, len + 1);
    paths[0].path = dirname(copy);
    return close_sandbox(&sandbox, by_root, problem);
}
