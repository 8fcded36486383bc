/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vsc-tgt(8): gets a Kerberos ticket with a card at a sign-in. Reads the configuration, then one
 * request from its channel, answers it, and ends.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/drop.h"
#include "common/io.h"
#include "common/log.h"
#include "common/options.h"
#include "common/own.h"
#include "common/spawn.h"
#include "conf/conf.h"
#include "tgt/serve.h"

#define CPU_SECONDS 60
#define CHANNEL_MS  10000
#define MODULE_NAME "vsc-pkcs11.so"

DEFINE_AUTO(struct conf, conf_free)

struct choices {
    const char *conf;
};

static const struct option options[] = {
    {"c", OPTION_STRING, offsetof(struct choices, conf), .min = 0},
    {NULL, OPTION_FLAG, 0, .min = 0},
};

/* The module beside this program (as it is built), or where it is installed. */
static enum vsc_err find_module(char path[PATH_MAX], struct problem *problem)
{
    auto_fd int fd = -1;
    ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - sizeof(MODULE_NAME));
    char *slash;

    if (len > 0) {
        path[len] = '\0';
        slash = strrchr(path, '/');
        if (slash != NULL) {
            memcpy(slash + 1, MODULE_NAME, sizeof(MODULE_NAME));
            if (io_open_trusted(path, &fd, NULL) == VSC_OK)
                return VSC_OK;
        }
    }
    (void)snprintf(path, PATH_MAX, "%s", VSC_PKCS11_MODULE);
    return io_open_trusted(path, &fd, problem);
}

static enum vsc_err prepare(int argc, char **argv, struct conf **ret_conf, char path[PATH_MAX],
                            struct problem *problem)
{
    struct choices choices = {0};
    const char *word;
    size_t words = 0;
    enum vsc_err err =
        options_parse_command(options, argc, argv, &choices, &word, 0, &words, problem);

    if (err == VSC_OK)
        err = find_module(path, problem);
    return err == VSC_OK ? conf_load(choices.conf, ret_conf, problem) : err;
}

/* Root's part is root wholly: who called su may not send it signals. Nobody else keeps what a
 * set-user-ID caller lent. */
static enum vsc_err stay(bool as_root)
{
    if (!as_root)
        return drop_become(NULL);
    return setresgid(0, 0, 0) == 0 && setresuid(0, 0, 0) == 0 ? VSC_OK : VSC_SYSTEM;
}

int main(int argc, char **argv)
{
    auto_by(conf_free) struct conf *conf = NULL;
    auto_message struct message request, answer = {.type = WIRE_ERROR};
    char module[PATH_MAX];
    struct problem problem = {""};
    struct tgt_site site = {.module = module, .as_root = geteuid() == 0, .session = getppid()};
    struct deadline deadline;
    enum vsc_err err = drop_prepare(SPAWN_CHANNEL, CPU_SECONDS);

    if (err != VSC_OK || clearenv() != 0)
        return vsc_exit_status(VSC_SYSTEM);
    log_open("vsc-tgt", false);
    err = stay(site.as_root);
    if (err == VSC_OK)
        err = prepare(argc > 0 ? argc - 1 : 0, argv + (argc > 0), &conf, module, &problem);
    site.conf = conf;
    deadline = deadline_in(CHANNEL_MS);
    if (wire_receive(SPAWN_CHANNEL, &request, &deadline) != VSC_OK)
        return vsc_exit_status(VSC_PROTOCOL);
    if (err == VSC_OK)
        err = tgt_serve(&site, &request, &answer, &problem);
    deadline = deadline_in(CHANNEL_MS);
    if (err != VSC_OK)
        (void)!wire_send_error(SPAWN_CHANNEL, err,
                               *problem.text != '\0' ? problem.text : vsc_strerror(err), &deadline);
    else
        err = wire_send(SPAWN_CHANNEL, &answer, &deadline);
    return vsc_exit_status(err);
}
