/* SPDX-License-Identifier: BSD-2-Clause */
/* A software TPM for cmocka tests: starts, reboots and removes a swtpm on a free local port. */
#include "tests/support/tpm_rig.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT_TRIES 20
#define WAIT_TRIES 3000

extern char **environ;

static bool rig_spawn(const char *const *argv, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    int rc;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    /* posix_spawn takes char *const[] for historical reasons; it does not write. */
    rc = posix_spawnp(ret_pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return rc == 0;
}

static int rig_wait(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

int tpm_rig_run(const struct tpm_rig *rig, const char *const *argv)
{
    pid_t pid;

    setenv("TPM2TOOLS_TCTI", rig->tcti, 1);
    setenv("TSS2_LOG", "all+NONE", 1);
    if (!rig_spawn(argv, &pid))
        return -1;
    return rig_wait(pid);
}

bool tpm_rig_present(void)
{
    struct tpm_rig none = {0};
    static const char *const tools[] = {"swtpm", "swtpm_setup", "tpm2_dictionarylockout"};

    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
        const char *const argv[] = {tools[i], "--version", NULL};

        if (tpm_rig_run(&none, argv) < 0)
            return false;
    }
    return true;
}

/* A port that nobody listens on, and whose neighbour is free too. */
static int free_port(void)
{
    for (int try = 0; try < PORT_TRIES; try++) {
        int port = 0;

        for (int side = 0; side < 2; side++) {
            int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            struct sockaddr_in at = {.sin_family = AF_INET,
                                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

            if (side == 0)
                port = 10000 + (int)(random() % 11000) * 2;
            at.sin_port = htons((uint16_t)(port + side));
            setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
            if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0)
                port = 0;
            close(fd);
            if (port == 0)
                break;
        }
        if (port != 0)
            return port;
    }
    return 0;
}

static bool listens(int port)
{
    char wanted[48], line[256];
    bool found = false;
    FILE *table = fopen("/proc/net/tcp", "re");

    if (table == NULL)
        return false;
    snprintf(wanted, sizeof wanted, " 0100007F:%04X 00000000:0000 0A", (unsigned)port);
    while (!found && fgets(line, sizeof line, table) != NULL)
        found = strstr(line, wanted) != NULL;
    fclose(table);
    return found;
}

static bool boot_on(struct tpm_rig *rig, int port)
{
    char state[160], server[80], ctrl[80];
    const char *const argv[] = {"swtpm",
                                "socket",
                                "--tpm2",
                                "--tpmstate",
                                state,
                                "--server",
                                server,
                                "--ctrl",
                                ctrl,
                                "--flags",
                                "not-need-init,startup-clear",
                                NULL};

    snprintf(state, sizeof state, "dir=%s/tpm", rig->dir);
    snprintf(server, sizeof server, "type=tcp,port=%d,bindaddr=127.0.0.1", port);
    snprintf(ctrl, sizeof ctrl, "type=tcp,port=%d,bindaddr=127.0.0.1", port + 1);
    if (!rig_spawn(argv, &rig->pid))
        return false;
    for (int i = 0; i < WAIT_TRIES; i++) {
        int status;

        if (listens(port)) {
            rig->port = port;
            snprintf(rig->tcti, sizeof rig->tcti, "swtpm:host=127.0.0.1,port=%d", port);
            return true;
        }
        if (waitpid(rig->pid, &status, WNOHANG) == rig->pid)
            break;
        usleep(20 * 1000);
    }
    rig->pid = 0;
    return false;
}

static bool boot(struct tpm_rig *rig)
{
    static const char *const lenient[] = {
        "tpm2_dictionarylockout", "-s", "-n", "32", "-t", "600", "-l", "86400", NULL};

    for (int try = 0; try < PORT_TRIES; try++) {
        int port = free_port();

        if (port != 0 && boot_on(rig, port))
            return tpm_rig_run(rig, lenient) == 0;
    }
    return false;
}

static void power_off(struct tpm_rig *rig)
{
    static const char *const orderly[] = {"tpm2_shutdown", "-c", NULL};

    if (rig->pid <= 0)
        return;
    (void)tpm_rig_run(rig, orderly);
    kill(rig->pid, SIGTERM);
    (void)rig_wait(rig->pid);
    rig->pid = 0;
}

bool tpm_rig_start(struct tpm_rig *rig)
{
    const char *base = getenv("TMPDIR");
    char state[160];
    const char *const setup[] = {"swtpm_setup", "--tpm2", "--tpmstate", state, "--overwrite", NULL};

    *rig = (struct tpm_rig){0};
    srandom((unsigned)getpid());
    snprintf(rig->dir, sizeof rig->dir, "%s/vsc-tpm-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(rig->dir) == NULL)
        return false;
    snprintf(state, sizeof state, "%s/tpm", rig->dir);
    return mkdir(state, 0700) == 0 && tpm_rig_run(rig, setup) == 0 && boot(rig);
}

bool tpm_rig_reboot(struct tpm_rig *rig)
{
    power_off(rig);
    return boot(rig);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

void tpm_rig_stop(struct tpm_rig *rig)
{
    power_off(rig);
    if (rig->dir[0] != '\0')
        (void)nftw(rig->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    rig->dir[0] = '\0';
}
