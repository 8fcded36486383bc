/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a command and appends one line to FILE:
 *     MS CPU-MS RSS-KB PSS-KB
 * the time from its start to its end, the processor time and the peak memory of the largest process
 * (it and the children that it waited for), and with --pss the peak of what it and all its
 * descendants take together (shared pages divided among those who share them). Looking for that
 * costs time, so the times of such a run count for nothing. Exits as the command does.
 */
#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEPTH 8

static double now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double cpu_ms(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e3 +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e3;
}

static long own_pss_kb(long pid)
{
    char path[64], line[256];
    long pss_kb = 0;

    (void)snprintf(path, sizeof(path), "/proc/%ld/smaps_rollup", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "Pss: %ld", &pss_kb) == 1)
            break;
    }
    (void)fclose(file);
    return pss_kb;
}

static long tree_pss_kb(long pid, int depth)
{
    char path[64];
    long child = 0, pss_kb = own_pss_kb(pid);

    (void)snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", pid, pid);
    FILE *file = depth > 0 ? fopen(path, "re") : NULL;
    if (file == NULL)
        return pss_kb;
    while (fscanf(file, "%ld", &child) == 1)
        pss_kb += tree_pss_kb(child, depth - 1);
    (void)fclose(file);
    return pss_kb;
}

static long watch(pid_t pid)
{
    const struct timespec pause = {.tv_nsec = 500000};
    siginfo_t ended = {.si_pid = 0};
    long peak_kb = 0;

    while (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == 0) {
        long pss_kb = tree_pss_kb(pid, DEPTH);

        if (pss_kb > peak_kb)
            peak_kb = pss_kb;
        (void)nanosleep(&pause, NULL);
    }
    return peak_kb;
}

int main(int argc, char **argv)
{
    bool pss = argc > 1 && strcmp(argv[1], "--pss") == 0;
    char **command = argv + (pss ? 3 : 2);
    struct rusage usage;
    long peak_kb = 0;
    int status = 0;
    pid_t pid = 0;

    if (argc < (pss ? 4 : 3)) {
        fputs("usage: stopwatch [--pss] FILE COMMAND [ARGUMENT...]\n", stderr);
        return 2;
    }
    FILE *file = fopen(command[-1], "ae");
    double start_ms = now_ms();
    int failed = posix_spawnp(&pid, command[0], NULL, NULL, command, environ);
    if (file == NULL || failed != 0) {
        fprintf(stderr, "stopwatch: %s\n", strerror(file == NULL ? errno : failed));
        return 2;
    }
    if (pss)
        peak_kb = watch(pid);
    if (wait4(pid, &status, 0, &usage) != pid)
        return 2;
    fprintf(file, "%.3f %.3f %ld %ld\n", now_ms() - start_ms, cpu_ms(&usage), usage.ru_maxrss,
            peak_kb);
    (void)fclose(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
