/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/drop.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/own.h"

#define LOOKUP_MAX (256 * 1024) /* bytes for one passwd or group entry */
#define MIB        (1024ul * 1024)

static enum vsc_err look_up_user(const char *name, struct drop_user *user)
{
    auto_free char *room = malloc(LOOKUP_MAX);
    struct passwd entry;
    struct passwd *found = NULL;

    if (room == NULL)
        return VSC_MEMORY;
    if (getpwnam_r(name, &entry, room, LOOKUP_MAX, &found) != 0 || found == NULL)
        return VSC_CONFIG;
    user->uid = found->pw_uid;
    user->gid = found->pw_gid;
    return VSC_OK;
}

static enum vsc_err look_up_group(const char *name, struct drop_user *user)
{
    auto_free char *room = malloc(LOOKUP_MAX);
    struct group entry;
    struct group *found = NULL;

    if (room == NULL)
        return VSC_MEMORY;
    if (getgrnam_r(name, &entry, room, LOOKUP_MAX, &found) == 0 && found != NULL)
        user->groups[user->group_count++] = found->gr_gid;
    return VSC_OK;
}

enum vsc_err drop_find(const char *user, const char *group, struct drop_user *ret_user,
                       struct problem *problem)
{
    struct drop_user found = {0};
    enum vsc_err err = look_up_user(user, &found);

    if (err == VSC_OK && group != NULL)
        err = look_up_group(group, &found);
    if (err != VSC_OK)
        return problem_set(problem, err, "user %s: there is no such user", user);
    if (found.uid == 0 || found.gid == 0)
        return problem_set(problem, VSC_CONFIG, "user %s: a helper does not run as root", user);
    *ret_user = found;
    return VSC_OK;
}

static bool fill_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        if (open("/dev/null", O_RDWR) != fd) /* the lowest free one */
            return false;
    }
    return true;
}

static bool close_the_rest(int keep_fd)
{
    if (keep_fd < 3)
        return close_range(3, ~0u, 0) == 0;
    if (keep_fd > 3 && close_range(3, (unsigned)keep_fd - 1, 0) != 0)
        return false;
    return close_range((unsigned)keep_fd + 1, ~0u, 0) == 0;
}

/* As near to `want` as this process may come. */
static bool set_limit(__rlimit_resource_t resource, rlim_t want)
{
    struct rlimit limit = {want, want};

    if (setrlimit(resource, &limit) == 0)
        return true;
    if (errno != EPERM || getrlimit(resource, &limit) != 0)
        return false;
    limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
    limit.rlim_max = limit.rlim_cur;
    return setrlimit(resource, &limit) == 0;
}

static bool set_limits(const struct drop_limits *wanted)
{
    const rlim_t cpu = wanted->cpu_seconds > 0 ? wanted->cpu_seconds : RLIM_INFINITY;
    const struct {
        __rlimit_resource_t resource;
        rlim_t value;
    } limits[] = {
        {RLIMIT_CORE, 0},
        {RLIMIT_CPU, cpu},
        {RLIMIT_FSIZE, wanted->file_mib * MIB},
        {RLIMIT_NOFILE, 256},
        {RLIMIT_NPROC, 16384},
        {RLIMIT_STACK, 8 * MIB},
        {RLIMIT_MEMLOCK, MIB},
        {RLIMIT_MSGQUEUE, 0},
        {RLIMIT_NICE, 0},
        {RLIMIT_RTPRIO, 0},
        {RLIMIT_SIGPENDING, 64},
        {RLIMIT_LOCKS, RLIM_INFINITY},
        {RLIMIT_RTTIME, 0},
        {RLIMIT_RSS, RLIM_INFINITY},
#ifndef VSC_SANITIZED /* a sanitizer's shadow is larger than any memory */
        {RLIMIT_DATA, wanted->data_mib * MIB},
        {RLIMIT_AS, wanted->memory_mib * MIB},
#endif
    };

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        if (!set_limit(limits[i].resource, limits[i].value))
            return false;
    return true;
}

static bool reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        (void)sigaction(number, &action, NULL); /* not all of them can be set */
    action.sa_handler = SIG_IGN;
    return sigaction(SIGPIPE, &action, NULL) == 0 && sigemptyset(&none) == 0 &&
           sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

/* Whoever calls PAM may be a real-time process; RLIMIT_RTTIME would end a helper that was one. */
static bool leave_real_time(void)
{
    const struct sched_param none = {.sched_priority = 0};
    const int policy = sched_getscheduler(0);

    if (policy < 0)
        return false;
    return (policy != SCHED_FIFO && policy != SCHED_RR) ||
           sched_setscheduler(0, SCHED_OTHER, &none) == 0;
}

enum vsc_err drop_prepare_within(int keep_fd, const struct drop_limits *limits)
{
    if (!fill_standard_descriptors() || !close_the_rest(keep_fd))
        return VSC_SYSTEM;
    if (chdir("/") != 0)
        return VSC_SYSTEM;
    (void)umask(077);
    if (!leave_real_time() || !set_limits(limits) || !reset_signals())
        return VSC_SYSTEM;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? VSC_OK : VSC_SYSTEM;
}

enum vsc_err drop_prepare(int keep_fd, unsigned cpu_seconds)
{
    const struct drop_limits limits = {
        .cpu_seconds = cpu_seconds, .file_mib = 16, .data_mib = 512, .memory_mib = 2048};

    return drop_prepare_within(keep_fd, &limits);
}

static bool has_become(const struct drop_user *user)
{
    gid_t groups[DROP_GROUPS_MAX];
    uid_t uids[3];
    gid_t gids[3];
    int count = getgroups(DROP_GROUPS_MAX, groups);

    if (getresuid(&uids[0], &uids[1], &uids[2]) != 0 ||
        getresgid(&gids[0], &gids[1], &gids[2]) != 0 || count < 0)
        return false;
    for (int i = 0; i < 3; i++)
        if (uids[i] != user->uid || gids[i] != user->gid)
            return false;
    return (size_t)count == user->group_count &&
           memcmp(groups, user->groups, user->group_count * sizeof(groups[0])) == 0;
}

static bool become(const struct drop_user *user)
{
    if (setgroups(user->group_count, user->groups) != 0 ||
        setresgid(user->gid, user->gid, user->gid) != 0 ||
        setresuid(user->uid, user->uid, user->uid) != 0)
        return false;
    return has_become(user) && setuid(0) != 0 && setgid(0) != 0;
}

/* A service manager may have lent some, to read what comes before. */
static bool give_up_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
           syscall(SYS_capset, &header, none) == 0;
}

enum vsc_err drop_become(const struct drop_user *user)
{
    const gid_t own = getgid();

    if (user != NULL && !become(user))
        return VSC_SYSTEM;
    /* Who stays who he is keeps nothing of a setgid host either. */
    if (user == NULL && geteuid() != 0 && setresgid(own, own, own) != 0)
        return VSC_SYSTEM;
    if (geteuid() != 0 && !give_up_capabilities())
        return VSC_SYSTEM;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return VSC_SYSTEM;
    /* A change of user has set it anew. */
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? VSC_OK : VSC_SYSTEM;
}
