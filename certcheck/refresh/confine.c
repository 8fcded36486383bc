/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/confine.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/drop.h"
#include "common/sandbox.h"

/* For a list of 256 MB: itself, a copy, its index. */
static const struct drop_limits limits = {
    .cpu_seconds = 1800, .file_mib = 1024, .data_mib = 3072, .memory_mib = 6144};

/* What name services, TLS and the resolver read. */
static const char *const system_paths[] = {
    "/etc",
    "/usr",
    "/lib",
    "/lib64",
    "/var/lib/sss",
    "/run/nscd",
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager",
    "/dev/urandom",
};
#define SYSTEM_PATHS (sizeof(system_paths) / sizeof(system_paths[0]))

static enum vsc_err close_sandbox(const struct conf *conf, struct problem *problem)
{
    const char *const named[] = {conf->trust.anchors, conf->trust.intermediates,
                                 conf->revocation.crls, conf->directory.anchors};
    struct sandbox_path paths[SYSTEM_PATHS + sizeof(named) / sizeof(named[0]) + 1];
    struct sandbox sandbox = {
        .paths = paths, .unix_sockets = true, .inet_sockets = true, .threads = true};

    for (size_t i = 0; i < SYSTEM_PATHS; i++)
        paths[sandbox.path_count++] = (struct sandbox_path){system_paths[i], SANDBOX_READ};
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        if (*named[i] != '\0')
            paths[sandbox.path_count++] = (struct sandbox_path){named[i], SANDBOX_READ};
    paths[sandbox.path_count++] =
        (struct sandbox_path){conf->revocation.cache, SANDBOX_READ | SANDBOX_WRITE};
    return sandbox_close(&sandbox, problem);
}

static enum vsc_err drop_rights(const struct conf *conf, bool as_root, struct problem *problem)
{
    struct drop_user user;
    enum vsc_err err;

    if (!as_root)
        return drop_become(NULL);
    if (*conf->helpers.fetch_user == '\0') {
        (void)fputs("certcheck: helpers.fetch_user is empty: stays root, which is for tests only\n",
                    stderr);
        return drop_become(NULL);
    }
    err = drop_find(conf->helpers.fetch_user, NULL, &user, problem);
    if (err != VSC_OK)
        return err;
    err = drop_become(&user);
    if (err != VSC_OK)
        return problem_set(problem, err, "cannot become user %s", conf->helpers.fetch_user);
    return VSC_OK;
}

enum vsc_err confine_drop(const struct conf *conf, bool *ret_as_root, struct problem *problem)
{
    enum vsc_err err = drop_prepare_within(-1, &limits);

    *ret_as_root = geteuid() == 0 || getuid() == 0;
    if (err != VSC_OK)
        return problem_set(problem, err, "the limits of the process cannot be set: %m");
    (void)umask(022); /* the cache is for everybody to read */
    return drop_rights(conf, *ret_as_root, problem);
}

enum vsc_err confine_close(const struct conf *conf, bool as_root, struct problem *problem)
{
    enum vsc_err err = close_sandbox(conf, problem);

    if (err == VSC_OK || as_root)
        return err;
    (void)fprintf(stderr, "certcheck: goes on without a sandbox: %s\n", problem->text);
    *problem = (struct problem){""};
    return VSC_OK;
}
