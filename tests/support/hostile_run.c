/* SPDX-License-Identifier: BSD-2-Clause */
/* A case as files, and before the real certcheck. */
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/hostile_case.h"

#define AT           "2027-01-01T00:00:00Z"
#define OUTPUT_MAX   ((size_t)8 * 1024 * 1024)
#define WALL_SECONDS 600 /* the machine may be busy: what counts is processor time */

static char said[4096];

static const char *path_in(const char *folder, const char *name)
{
    static char paths[4][PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 4];

    (void)snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    if (len > 0)
        assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void write_field(struct forge *forge, const char *field, const char *path)
{
    auto_buf struct buf bytes;

    buf_init(&bytes, FORGE_MAX);
    forge_put(forge, field, &bytes);
    write_file(path, bytes.data, bytes.len);
}

struct forge *hostile_forge(const struct hostile_case *hostile)
{
    struct forge *forge = forge_new();
    const struct passwd *me = getpwuid(getuid());
    char name[300];

    assert_non_null(me);
    (void)snprintf(name, sizeof(name), "'%s'", me->pw_name);
    forge_set(forge, "account", name);
    for (size_t i = 0; i < hostile->count; i++)
        forge_set(forge, hostile->settings[i].field, hostile->settings[i].notation);
    /* A fault of the CA comes with the certificate, and the sound CA is not at hand. */
    if (forge_has(forge, "sub.") && !forge_has(forge, "file.")) {
        forge_set(forge, "file.check", "%leaf.der %sub.der");
        forge_set(forge, "file.intermediates", "");
    }
    return forge;
}

static void write_conf(const char *folder)
{
    char text[4 * PATH_MAX];

    (void)snprintf(text, sizeof(text),
                   "trust = { anchors = \"%s/anchors\"; intermediates = \"%s/pool\"; };\n"
                   "revocation = { crls = \"%s/lists\"; };\n"
                   "mapping = { rules = ( { method = \"upn\"; suffix = \"corp.test\"; account = "
                   "\"%%u\"; } ); min_uid = 0; refuse = [ ]; };\n",
                   folder, folder, folder);
    write_file(path_in(folder, "conf"), text, strlen(text));
}

void hostile_write(const char *folder, const struct hostile_case *hostile)
{
    static const char *const folders[] = {"anchors", "pool", "lists"};
    struct forge *forge = hostile_forge(hostile);

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        (void)mkdir(path_in(folder, folders[i]), 0755);
    write_field(forge, "file.check", path_in(folder, "check"));
    write_field(forge, "file.anchors", path_in(folder, "anchors/file"));
    write_field(forge, "file.intermediates", path_in(folder, "pool/file"));
    write_field(forge, "file.crls", path_in(folder, "lists/file"));
    write_conf(folder);
    forge_free(forge);
}

static void limit(__rlimit_resource_t resource, rlim_t value)
{
    struct rlimit limit = {.rlim_cur = value, .rlim_max = value};

    if (setrlimit(resource, &limit) != 0)
        _exit(126);
}

static _Noreturn void be_certcheck(const char *folder, int out, const struct hostile_limits *limits)
{
    const char *build = getenv("B");
    char program[PATH_MAX];

    (void)snprintf(program, sizeof(program), "%s/certcheck", build != NULL ? build : "build");
    if (dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
        _exit(126);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, limits->seconds);
    if (limits->bytes > 0)
        limit(RLIMIT_AS, limits->bytes);
    (void)alarm(WALL_SECONDS);
    (void)execl(program, "certcheck", "-c", path_in(folder, "conf"), "--json", "--at", AT,
                path_in(folder, "check"), (char *)NULL);
    _exit(127);
}

static void add_word(const char *word, size_t len)
{
    size_t used = strlen(said);

    (void)snprintf(said + used, sizeof(said) - used, "%s%.*s", used > 0 ? " " : "", (int)len, word);
}

/* "reasons":[{"code":"expired",...},...] */
static void take_codes(const char *json)
{
    static const char mark[] = "{\"code\":\"";
    const char *at = strstr(json, "\"reasons\":["), *end = strstr(json, "\"checks\":");

    while (at != NULL && (at = strstr(at, mark)) != NULL && (end == NULL || at < end)) {
        at += sizeof(mark) - 1;
        add_word(at, strcspn(at, "\""));
    }
}

static void judge_status(int status, const char *json)
{
    said[0] = '\0';
    if (WIFSIGNALED(status))
        (void)snprintf(said, sizeof(said), "killed by: %s", strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) == 0)
        add_word("accepted", 8);
    else if (WEXITSTATUS(status) == 1)
        take_codes(json);
    else if (WEXITSTATUS(status) == 2)
        (void)snprintf(said, sizeof(said), "unreadable: %.200s", json);
    else
        (void)snprintf(said, sizeof(said), "exit status: %d", WEXITSTATUS(status));
}

const char *hostile_run(const char *folder, const struct hostile_limits *limits)
{
    char *json = calloc(1, OUTPUT_MAX + 1);
    size_t len = 0;
    ssize_t got = 1;
    int ends[2], status;
    pid_t child;

    assert_non_null(json);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        be_certcheck(folder, ends[1], limits);
    (void)close(ends[1]);
    while (got > 0 && len < OUTPUT_MAX) {
        got = read(ends[0], json + len, OUTPUT_MAX - len);
        len += got > 0 ? (size_t)got : 0;
    }
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    judge_status(status, json);
    free(json);
    return said;
}
