/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vsc-check(8): decides who may sign in, and never sees a PIN. Reads the configuration, gives up
 * every right that it does not need, and only then reads the first message from its channel.
 */
#include <string.h>
#include <unistd.h>

#include "certcheck/check_session.h"
#include "certcheck/directory_child.h"
#include "common/drop.h"
#include "common/log.h"
#include "common/mark.h"
#include "common/options.h"
#include "common/own.h"
#include "common/sandbox.h"
#include "common/spawn.h"
#include "common/wire.h"
#include "conf/conf.h"

#define CPU_SECONDS 60
#define SEND_MS     10000
#define PERSON_MS   (3600 * 1000) /* between two messages somebody may be typing */
#define FIXED_PATHS 13
#define PATHS_MAX   (FIXED_PATHS + 5 + CONF_RULES_MAX)

DEFINE_AUTO(struct conf, conf_free)
DEFINE_AUTO(struct check_session, check_session_free)

struct choices {
    const char *conf;
};

static const struct option options[] = {
    {"c", OPTION_STRING, offsetof(struct choices, conf), .min = 0},
    {NULL, OPTION_FLAG, 0, .min = 0},
};

/* What a session needs from outside. */
struct surroundings {
    struct check_world world;
    struct account_source accounts;
    struct directory directory;
};

/* What NSS reads, wherever it may lie, and the mark of the last sign-in. */
static const char *const fixed_paths[FIXED_PATHS] = {
    "/etc",
    "/usr",
    "/lib",
    "/lib64",
    "/lib32",
    "/libx32",
    "/bin",
    "/var/lib/sss",
    "/run/nscd",
    "/run/samba/winbindd",
    "/run/systemd/userdb",
    "/var/lib/extrausers",
    MARK_FOLDER,
};

static enum vsc_err close_sandbox(const struct conf *conf, struct problem *problem)
{
    struct sandbox_path paths[PATHS_MAX];
    struct sandbox sandbox = {.paths = paths, .unix_sockets = true};
    const char *const named[] = {conf->trust.anchors, conf->trust.intermediates,
                                 conf->revocation.crls, conf->revocation.cache,
                                 conf_ntauth_is_directory(conf) ? "" : conf->trust.ntauth};

    for (size_t i = 0; i < FIXED_PATHS; i++)
        paths[sandbox.path_count++] = (struct sandbox_path){fixed_paths[i], SANDBOX_READ};
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        if (*named[i] != '\0')
            paths[sandbox.path_count++] = (struct sandbox_path){named[i], SANDBOX_READ};
    for (size_t i = 0; i < conf->mapping.rule_count; i++)
        if (conf->mapping.rules[i].file != NULL)
            paths[sandbox.path_count++] =
                (struct sandbox_path){conf->mapping.rules[i].file, SANDBOX_READ};
    return sandbox_close(&sandbox, problem);
}

/* Root becomes the configured user for good; anybody else stays what he is. */
static enum vsc_err drop_rights(const struct conf *conf, bool as_root, struct problem *problem)
{
    struct drop_user user;
    enum vsc_err err;

    if (!as_root)
        return drop_become(NULL);
    if (*conf->helpers.check_user == '\0') {
        vsc_log(LOG_WARNING, "helpers.check_user is empty: stays root, which is for tests only");
        return drop_become(NULL);
    }
    err = drop_find(conf->helpers.check_user, NULL, &user, problem);
    if (err != VSC_OK)
        return err;
    err = drop_become(&user);
    if (err != VSC_OK)
        return problem_set(problem, err, "cannot become user %s", conf->helpers.check_user);
    return VSC_OK;
}

/* Reads /proc and starts the directories' children, which the sandbox makes impossible. */
static void look_around(const struct conf *conf, bool as_root, struct surroundings *around)
{
    around->world = check_world_here(conf);
    if (conf->mapping.rule_count > 0)
        directory_start_all(as_root, &around->directory);
    around->accounts = *around->world.accounts;
    around->accounts.directory = &around->directory;
    around->world.accounts = &around->accounts;
}

static enum vsc_err prepare(int argc, char **argv, struct conf **ret_conf,
                            struct surroundings *ret_around, struct problem *problem)
{
    auto_by(conf_free) struct conf *conf = NULL;
    struct choices choices = {0};
    const bool as_root = geteuid() == 0 || getuid() == 0;
    const char *word;
    size_t words = 0;
    enum vsc_err err =
        options_parse_command(options, argc, argv, &choices, &word, 0, &words, problem);

    if (err == VSC_OK)
        err = conf_load(choices.conf, &conf, problem);
    if (err != VSC_OK)
        return err;
    err = drop_rights(conf, as_root, problem);
    if (err != VSC_OK)
        return err;
    look_around(conf, as_root, ret_around);
    err = close_sandbox(conf, problem);
    if (err != VSC_OK && as_root)
        return err;
    if (err != VSC_OK)
        vsc_log(LOG_WARNING, "goes on without a sandbox: %s", problem->text);
    *ret_conf = take(conf);
    return VSC_OK;
}

/* An ERROR, with the words that there are. False: nothing more is to be done. */
static bool send_error(enum vsc_err err, const struct problem *problem)
{
    struct deadline deadline = deadline_in(SEND_MS);
    const char *text = *problem->text != '\0' ? problem->text : vsc_strerror(err);

    err = wire_send_error(SPAWN_CHANNEL, err, text, &deadline);
    if (err != VSC_OK)
        vsc_log(LOG_WARNING, "cannot answer: %s", vsc_strerror(err));
    return false;
}

/* Tell the caller, whatever he asks first, and end. */
static void refuse(enum vsc_err err, const struct problem *problem)
{
    auto_message struct message request;
    struct deadline deadline = deadline_in(SEND_MS);

    if (wire_receive(SPAWN_CHANNEL, &request, &deadline) == VSC_OK)
        (void)send_error(err, problem);
}

/* One request and its answer; false when there is nothing more to do. */
static bool serve_one(struct check_session *session)
{
    auto_message struct message request;
    auto_message struct message answer;
    struct deadline receive = deadline_in(PERSON_MS);
    struct deadline send;
    struct problem problem = {""};
    enum vsc_err err = wire_receive(SPAWN_CHANNEL, &request, &receive);

    message_init(&answer, WIRE_ERROR);
    if (err != VSC_OK)
        return false;
    err = check_session_handle(session, &request, &answer, &problem);
    if (err != VSC_OK)
        return send_error(err, &problem);
    if (check_session_weakly_mapped(session) != NULL)
        vsc_log(LOG_WARNING,
                "weak-mapping: a rule that needs mapping.allow_weak gave the account "
                "%s",
                check_session_weakly_mapped(session));
    send = deadline_in(SEND_MS);
    return wire_send(SPAWN_CHANNEL, &answer, &send) == VSC_OK && !check_session_is_over(session);
}

int main(int argc, char **argv)
{
    auto_by(conf_free) struct conf *conf = NULL;
    auto_by(check_session_free) struct check_session *session = NULL;
    struct surroundings around = {.directory = {.count = 0}};
    struct problem problem = {""};
    enum vsc_err err = drop_prepare(SPAWN_CHANNEL, CPU_SECONDS);

    if (err != VSC_OK || clearenv() != 0)
        return vsc_exit_status(VSC_SYSTEM);
    log_open("vsc-check", false);
    err = prepare(argc > 0 ? argc - 1 : 0, argv + (argc > 0), &conf, &around, &problem);
    if (err == VSC_OK)
        err = check_session_new(&around.world, &session);
    if (err != VSC_OK) {
        refuse(err, &problem);
        return vsc_exit_status(err);
    }
    while (serve_one(session))
        continue;
    return 0;
}
