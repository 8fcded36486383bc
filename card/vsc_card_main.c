/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vsc-card: signs with cards for whoever is at the other end of descriptor 3 (vsc-card.8). Three
 * ways to run: for one channel, as a listener that starts one of itself for each connection, and as
 * the process that holds one PKCS#11 module.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "card/attest/serve_attest.h"
#include "card/confine.h"
#include "card/helpdesk/serve_challenge.h"
#include "card/owner/serve_owner.h"
#include "card/pkcs11/source.h"
#include "card/remote.h"
#include "card/serve.h"
#include "card/serve_watch.h"
#include "card/tpm/source.h"
#include "common/drop.h"
#include "common/listen.h"
#include "common/log.h"
#include "common/options.h"
#include "common/own.h"
#include "common/spawn.h"
#include "common/wire.h"

#define PROGRAM     "vsc-card"
#define CPU_SECONDS 60   /* of one channel or one module, all in all */
#define EXCUSE_MS   5000 /* how long a peer is waited for that has to be told a fault */

DEFINE_AUTO(struct conf, conf_free)

struct arguments {
    const char *config, *listen, *module;
    int backend; /* -1: all that the configuration names */
};

static const char *const backend_names[] = {"pkcs11", NULL};

static const struct option options[] = {
    {.name = "c", .kind = OPTION_PATH, .offset = offsetof(struct arguments, config)},
    {.name = "listen", .kind = OPTION_PATH, .offset = offsetof(struct arguments, listen)},
    {.name = "backend",
     .kind = OPTION_CHOICE,
     .offset = offsetof(struct arguments, backend),
     .choices = backend_names},
    {.name = "module", .kind = OPTION_PATH, .offset = offsetof(struct arguments, module)},
    {.name = NULL},
};

static enum vsc_err parse(int argc, char **argv, struct arguments *arguments,
                          struct problem *problem)
{
    const char *words[1];
    size_t word_count = 0;
    enum vsc_err err = options_parse_command(options, argc - 1, argv + 1, arguments, words, 1,
                                             &word_count, problem);

    if (err != VSC_OK)
        return err;
    if (word_count > 0)
        return problem_set(problem, VSC_USAGE, "unexpected argument %s", words[0]);
    if ((arguments->backend >= 0) != (arguments->module != NULL))
        return problem_set(problem, VSC_USAGE, "--backend pkcs11 and --module belong together");
    if (arguments->module != NULL && arguments->listen != NULL)
        return problem_set(problem, VSC_USAGE, "--listen and --module exclude each other");
    return VSC_OK;
}

/* Where this very program lies: its instances for PKCS#11 modules are the same file. */
static void find_own_folder(char *folder, size_t size)
{
    ssize_t len = readlink("/proc/self/exe", folder, size - 1);
    char *slash;

    folder[len > 0 ? len : 0] = '\0';
    slash = strrchr(folder, '/');
    if (slash != NULL)
        *slash = '\0';
    else
        (void)snprintf(folder, size, "%s", VSC_LIBEXECDIR);
}

/* ---- one PKCS#11 module ------------------------------------------------------------------------
 */

static enum vsc_err open_module(struct serve *serve, const struct arguments *arguments,
                                uid_t own_uid, const struct conf *conf, struct problem *problem)
{
    char path[PATH_MAX];
    char prefix[CARD_ID_SIZE];
    struct card_source *source = NULL;
    enum vsc_err err = peer_find(SPAWN_CHANNEL, own_uid, &serve->peer, problem);

    if (err == VSC_OK)
        err = p11_module_check(arguments->module, path, sizeof(path), problem);
    if (err == VSC_OK)
        err = confine_user(conf, NULL, problem);
    /* After the change of user, which clears it: no module outlives its vsc-card. */
    if (err == VSC_OK && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        err = problem_set(problem, VSC_SYSTEM, "prctl: %s", strerror(errno));
    if (err == VSC_OK)
        err = confine_module(conf, path, own_uid == 0, problem);
    if (err == VSC_OK)
        err = p11_source_new(path, (unsigned)conf->login.timeout, &source, problem);
    if (err != VSC_OK)
        return err;
    p11_card_prefix(path, prefix);
    return serve_add(serve, source, prefix);
}

/* ---- one channel -------------------------------------------------------------------------------
 */

/* argv of an instance; argv is not const, so it has copies. */
struct instance {
    char program[sizeof(PROGRAM)], backend[10], pkcs11[7], module_option[9], module[PATH_MAX];
    char config_option[3], config[PATH_MAX];
    char *argv[8];
};

static void fill_instance(struct instance *instance, const char *module, const char *config)
{
    *instance = (struct instance){
        .program = PROGRAM,
        .backend = "--backend",
        .pkcs11 = "pkcs11",
        .module_option = "--module",
        .config_option = "-c",
        .argv = {instance->program, instance->backend, instance->pkcs11, instance->module_option,
                 instance->module, config != NULL ? instance->config_option : NULL,
                 instance->config, NULL},
    };
    (void)snprintf(instance->module, sizeof(instance->module), "%s", module);
    (void)snprintf(instance->config, sizeof(instance->config), "%s", config != NULL ? config : "");
}

/* One instance of this program, while it still can become whom it has to; it drops by itself. */
static enum vsc_err start_module(struct serve *serve, const char *module, const char *config,
                                 struct problem *problem)
{
    char folder[PATH_MAX], prefix[CARD_ID_SIZE], resolved[PATH_MAX];
    struct instance instance;
    struct card_source *source = NULL;
    struct helper helper = HELPER_NONE;
    enum vsc_err err = p11_module_check(module, resolved, sizeof(resolved), problem);

    if (err != VSC_OK)
        return err;
    fill_instance(&instance, module, config);
    find_own_folder(folder, sizeof(folder));
    err = helper_start(folder, PROGRAM, instance.argv, &helper, problem);
    if (err != VSC_OK)
        return err;
    if (helper.pidfd >= 0)
        (void)close(helper.pidfd);
    err = remote_source_new(helper.fd, "pkcs11", &source);
    if (err != VSC_OK)
        return err;
    p11_card_prefix(resolved, prefix);
    return serve_add(serve, source, prefix);
}

/* One module that cannot be used does not keep the other cards away. */
static void start_modules(struct serve *serve, const struct conf *conf, const char *config)
{
    for (size_t i = 0; i < conf->card.pkcs11_modules.count; i++) {
        struct problem problem = {""};
        enum vsc_err err =
            start_module(serve, conf->card.pkcs11_modules.items[i], config, &problem);

        if (err != VSC_OK)
            vsc_log(LOG_ERR, "module=%s %s: %s", conf->card.pkcs11_modules.items[i],
                    vsc_strerror(err), problem.text);
    }
}

static enum vsc_err add_native(struct serve *serve, const struct conf *conf)
{
    struct card_source *source = NULL;
    enum vsc_err err = tpm_source_new(conf->card.store, conf->card.tcti, &source);

    serve->parts[serve->part_count++] = &serve_owner;
    serve->parts[serve->part_count++] = &serve_challenge;
    serve->parts[serve->part_count++] = &serve_attest;
    serve->store = conf->card.store;
    serve->tcti = conf->card.tcti;
    return err == VSC_OK ? serve_add(serve, source, "") : err;
}

static enum vsc_err open_channel(struct serve *serve, const struct arguments *arguments,
                                 uid_t own_uid, const struct conf *conf, struct problem *problem)
{
    enum vsc_err err = peer_find(SPAWN_CHANNEL, own_uid, &serve->peer, problem);

    serve->parts[serve->part_count++] = &serve_watch;
    for (size_t i = 0; err == VSC_OK && i < conf->card.backend_count; i++) {
        switch (conf->card.backends[i]) {
        case BACKEND_TPM:
            err = add_native(serve, conf);
            break;
        case BACKEND_PKCS11:
            /* Tokens have no owner, so they are root's; nor does foreign code run for others. */
            if (serve->peer.full)
                start_modules(serve, conf, arguments->config);
            break;
        }
    }
    if (err == VSC_OK)
        err = confine_user(conf, "tss", problem);
    if (err == VSC_OK)
        err = confine_channel(conf, own_uid == 0, problem);
    if (err == VSC_OK) {
        serve->retry_ms = SERVE_RETRY_MS;
        serve->idle_ms = SERVE_IDLE_MS;
    }
    return err;
}

/* A peer learns why there is no service; it would see an end of file otherwise. */
static void excuse(enum vsc_err err, const struct problem *problem)
{
    auto_message struct message request;
    struct deadline deadline = deadline_in(EXCUSE_MS);

    if (wire_receive(SPAWN_CHANNEL, &request, &deadline) == VSC_OK &&
        wire_send_error(SPAWN_CHANNEL, err, problem->text, &deadline) != VSC_OK)
        vsc_log(LOG_NOTICE, "the peer is gone");
}

/* ---- a listener --------------------------------------------------------------------------------
 */

/* In the child of a connection: this program anew, with the connection as its channel. */
static int become_channel(int fd, void *context)
{
    const struct arguments *arguments = context;
    char folder[PATH_MAX], path[PATH_MAX + sizeof(PROGRAM) + 1];
    char program[] = PROGRAM, config_option[] = "-c", config[PATH_MAX] = "";
    char *const argv[] = {program, arguments->config != NULL ? config_option : NULL, config, NULL};
    char *const environment[] = {NULL};

    if (arguments->config != NULL)
        (void)snprintf(config, sizeof(config), "%s", arguments->config);
    find_own_folder(folder, sizeof(folder));
    (void)snprintf(path, sizeof(path), "%s/%s", folder, PROGRAM);
    /* From above 3, so that dup2() makes a copy without O_CLOEXEC. */
    if (dup2(fcntl(fd, F_DUPFD_CLOEXEC, SPAWN_CHANNEL + 1), SPAWN_CHANNEL) == SPAWN_CHANNEL)
        (void)execve(path, argv, environment);
    vsc_log(LOG_ERR, "%s: %s", path, strerror(errno));
    return vsc_exit_status(VSC_SYSTEM);
}

static enum vsc_err run_listener(struct arguments *arguments, struct problem *problem)
{
    const struct listener listener = {
        .path = arguments->listen, .child = become_channel, .context = arguments};
    auto_by(conf_free) struct conf *conf = NULL;
    /* Only to tell at once that it is wrong; each child reads it for itself. */
    enum vsc_err err = conf_load(arguments->config, &conf, problem);

    return err == VSC_OK ? listen_run(&listener, problem) : err;
}

static enum vsc_err run(const struct arguments *arguments, uid_t own_uid, struct problem *problem)
{
    auto_by(conf_free) struct conf *conf = NULL;
    auto_serve struct serve serve = {.source_count = 0};
    enum vsc_err err = conf_load(arguments->config, &conf, problem);

    if (err == VSC_OK) {
        serve.identities = conf->login.list_identities;
        serve.announce = conf->login.announce;
        serve.warn_days = conf->login.warn_days;
        serve.timeout_ms = (int64_t)conf->login.timeout * 1000;
        if (arguments->module != NULL)
            err = open_module(&serve, arguments, own_uid, conf, problem);
        else
            err = open_channel(&serve, arguments, own_uid, conf, problem);
    }
    if (err != VSC_OK) {
        excuse(err, problem);
        return err;
    }
    err = serve_run(&serve, SPAWN_CHANNEL);
    return err == VSC_HELPER ? VSC_OK : err; /* the peer went away */
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.backend = -1};
    struct problem problem = {""};
    /* A setuid program's caller has the real uid, and nothing else of this process. */
    const uid_t own_uid = geteuid() == 0 ? 0 : getuid();
    enum vsc_err err = parse(argc, argv, &arguments, &problem);
    bool channel = err == VSC_OK && arguments.listen == NULL;

    if (drop_prepare(channel ? SPAWN_CHANNEL : -1, channel ? CPU_SECONDS : 0) != VSC_OK)
        return vsc_exit_status(VSC_SYSTEM);
    log_open(PROGRAM, !channel);
    if (channel)
        err = run(&arguments, own_uid, &problem);
    else if (err == VSC_OK)
        err = run_listener(&arguments, &problem);
    if (err != VSC_OK)
        vsc_log(LOG_ERR, "%s: %s", vsc_strerror(err), problem.text);
    return vsc_exit_status(err);
}
