/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/directory_child.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/own.h"
#include "common/sandbox.h"

#define CHANNEL  3   /* in the child */
#define GRACE_MS 500 /* the child lives so much longer than its parent waits */

/* A question, and its answer. */
struct directory_packet {
    uint32_t what; /* enum directory_question, enum directory_result */
    uint32_t uid;
    char sid[SID_SIZE];
};

const char *directory_library_file(const struct directory_library *library)
{
    for (const char *const *file = library->files; *file != NULL; file++)
        if (access(*file, R_OK) == 0)
            return *file;
    return NULL;
}

/* ---- the child ------------------------------------------------------------------------------- */

static bool close_child_sandbox(const char *file)
{
    const struct sandbox_path paths[] = {
        {file, SANDBOX_READ},           {"/etc", SANDBOX_READ},
        {"/usr", SANDBOX_READ},         {"/lib", SANDBOX_READ},
        {"/lib64", SANDBOX_READ},       {"/run/samba/winbindd", SANDBOX_READ},
        {"/var/lib/sss", SANDBOX_READ},
    };
    const struct sandbox sandbox = {
        .paths = paths,
        .path_count = sizeof(paths) / sizeof(paths[0]),
        .unix_sockets = true,
    };
    struct problem problem;

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           sandbox_close(&sandbox, &problem) == VSC_OK;
}

/* SIGALRM ends the process, whatever it waits for. */
static bool set_alarm(int ms)
{
    const struct itimerval timer = {
        .it_value = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000},
    };

    return setitimer(ITIMER_REAL, &timer, NULL) == 0;
}

static enum directory_result answer(const struct directory_library *library,
                                    struct directory_packet *packet)
{
    uid_t uid = packet->uid;
    enum directory_result result = DIRECTORY_FAILED;

    packet->sid[SID_SIZE - 1] = '\0';
    if (packet->what == DIRECTORY_SID_OF)
        result = library->sid_of(uid, packet->sid);
    else if (packet->what == DIRECTORY_UID_OF)
        result = library->uid_of(packet->sid, &uid);
    packet->uid = uid;
    return result;
}

/* Until the channel is closed at the other end. */
static void serve(const struct directory_library *library, const char *file, int deadline_ms)
{
    struct directory_packet packet;
    void *handle = NULL;

    while (recv(CHANNEL, &packet, sizeof(packet), 0) == (ssize_t)sizeof(packet)) {
        if (!set_alarm(deadline_ms + GRACE_MS))
            return;
        if (handle == NULL)
            handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
        if (handle == NULL || !library->bind(handle))
            return;
        packet.what = answer(library, &packet);
        if (!set_alarm(0) ||
            send(CHANNEL, &packet, sizeof(packet), MSG_NOSIGNAL) != (ssize_t)sizeof(packet))
            return;
    }
}

static _Noreturn void run_child(const struct directory_service *service, pid_t parent)
{
    sigset_t none;

    (void)sigemptyset(&none);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
        close_range(CHANNEL + 1, ~0U, 0) != 0 || signal(SIGALRM, SIG_DFL) == SIG_ERR ||
        sigprocmask(SIG_SETMASK, &none, NULL) != 0 ||
        (!close_child_sandbox(service->file) && service->must_sandbox))
        _exit(1);
    serve(service->library, service->file, service->deadline_ms);
    _exit(0);
}

/* ---- the parent ------------------------------------------------------------------------------ */

/* Whoever does not answer is not asked again. Within a sandbox the child ends by itself. */
static void let_go(struct directory_service *service)
{
    if (service->channel < 0)
        return;
    (void)close(service->channel);
    service->channel = -1;
    if (kill(service->child, SIGKILL) == 0)
        (void)waitpid(service->child, NULL, 0);
}

static bool exchange(struct directory_service *service, struct directory_packet *packet)
{
    struct deadline deadline = deadline_in(service->deadline_ms);
    char room[sizeof(*packet) + 1];

    if (send(service->channel, packet, sizeof(*packet), MSG_NOSIGNAL) != (ssize_t)sizeof(*packet))
        return false;
    if (deadline_wait(&deadline, service->channel, POLLIN) != VSC_OK)
        return false;
    if (recv(service->channel, room, sizeof(room), MSG_DONTWAIT) != (ssize_t)sizeof(*packet))
        return false;
    memcpy(packet, room, sizeof(*packet));
    return memchr(packet->sid, '\0', SID_SIZE) != NULL && packet->what <= DIRECTORY_FAILED;
}

static void start_child(struct directory_service *service)
{
    const pid_t parent = getpid();
    int ends[2];
    auto_fd int ours = -1;
    auto_fd int theirs = -1;
    pid_t child;

    service->started = true;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return;
    ours = ends[0];
    theirs = ends[1];
    child = fork();
    if (child < 0)
        return;
    if (child == 0) {
        if (theirs != CHANNEL && dup2(theirs, CHANNEL) != CHANNEL)
            _exit(1);
        run_child(service, parent);
    }
    service->channel = take_fd(ours);
    service->child = child;
}

static enum directory_result ask_child(struct directory_service *service,
                                       struct directory_query *query)
{
    struct directory_packet packet = {.what = query->question, .uid = query->uid};

    if (!service->started)
        start_child(service);
    if (service->channel < 0)
        return DIRECTORY_FAILED;
    memcpy(packet.sid, query->sid, SID_SIZE);
    if (!exchange(service, &packet)) {
        let_go(service);
        return DIRECTORY_FAILED;
    }
    if (query->question == DIRECTORY_SID_OF)
        memcpy(query->sid, packet.sid, SID_SIZE);
    else
        query->uid = packet.uid;
    return (enum directory_result)packet.what;
}

void directory_start(const struct directory_library *const *libraries, size_t count,
                     const struct directory_options *options, struct directory *ret_directory)
{
    *ret_directory = (struct directory){.count = 0};
    for (size_t i = 0; i < count && ret_directory->count < DIRECTORY_MAX; i++) {
        const char *file = directory_library_file(libraries[i]);
        struct directory_service *service = &ret_directory->services[ret_directory->count];

        if (file == NULL)
            continue;
        ret_directory->count++;
        *service = (struct directory_service){.name = libraries[i]->name,
                                              .ask = ask_child,
                                              .library = libraries[i],
                                              .file = file,
                                              .channel = -1,
                                              .deadline_ms = options->deadline_ms,
                                              .must_sandbox = options->must_sandbox};
        if (!options->lazy)
            start_child(service);
    }
}

static void start_all(const struct directory_options *options, struct directory *ret_directory)
{
    static const struct directory_library *const all[] = {&directory_winbind, &directory_sssd};

    directory_start(all, sizeof(all) / sizeof(all[0]), options, ret_directory);
}

void directory_start_all(bool must_sandbox, struct directory *ret_directory)
{
    const struct directory_options options = {.deadline_ms = DIRECTORY_DEADLINE_MS,
                                              .must_sandbox = must_sandbox};

    start_all(&options, ret_directory);
}

void directory_start_lazily(struct directory *ret_directory)
{
    const struct directory_options options = {.deadline_ms = DIRECTORY_DEADLINE_MS, .lazy = true};

    start_all(&options, ret_directory);
}

void directory_stop(struct directory *directory)
{
    for (size_t i = 0; i < directory->count; i++)
        let_go(&directory->services[i]);
    directory->count = 0;
}
