/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/announcer.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/wire.h"
#include "common/wire_watch.h"

#define PEERS_MAX 16

struct announcer {
    struct sockaddr_un address;
    int listening, wake[2];
    struct pollfd fds[2 + PEERS_MAX];
    nfds_t count;
    pthread_t thread;
    atomic_int answer, requests, connections;
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void put_body(struct message *answer, enum announcer_answer kind)
{
    const struct watch_list list = {.announce = kind != ANNOUNCER_NO, .warn_days = 14};

    message_init(answer, WIRE_CARD_WATCHED);
    if (kind == ANNOUNCER_BOOL)
        buf_u8(&answer->body, 2);
    else
        watch_list_encode(&answer->body, &list);
    if (kind == ANNOUNCER_BOOL)
        buf_u64(&answer->body, 0);
    if (kind == ANNOUNCER_SHORT)
        answer->body.len--;
    if (kind == ANNOUNCER_LONG)
        buf_u8(&answer->body, 0);
}

/* False: the connection ends. */
static bool answer_peer(struct announcer *announcer, int fd)
{
    const struct deadline deadline = deadline_in(60000);
    enum announcer_answer kind = (enum announcer_answer)atomic_load(&announcer->answer);
    struct message request, answer;
    bool goes_on = wire_receive(fd, &request, &deadline) == VSC_OK;

    must(!goes_on || (request.type == WIRE_CARD_WATCH && request.body.len == 0));
    message_done(&request);
    if (!goes_on)
        return false;
    (void)atomic_fetch_add(&announcer->requests, 1);
    if (kind == ANNOUNCER_SILENT || kind == ANNOUNCER_CLOSE)
        return kind == ANNOUNCER_SILENT;
    if (kind == ANNOUNCER_ERROR)
        return wire_send_error(fd, VSC_SYSTEM, "no", &deadline) == VSC_OK;
    if (kind == ANNOUNCER_FRAME)
        return send(fd, "\377\377\377\377nonsense", 12, MSG_NOSIGNAL) == 12;
    put_body(&answer, kind);
    if (kind == ANNOUNCER_OTHER)
        answer.type = WIRE_CARD_LISTED;
    goes_on = wire_send(fd, &answer, &deadline) == VSC_OK;
    message_done(&answer);
    return goes_on;
}

static void accept_peer(struct announcer *announcer)
{
    int fd = accept4(announcer->listening, NULL, NULL, SOCK_CLOEXEC);

    must(fd >= 0 && announcer->count < 2 + PEERS_MAX);
    announcer->fds[announcer->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
    (void)atomic_fetch_add(&announcer->connections, 1);
}

static void *serve(void *context)
{
    struct announcer *announcer = context;

    announcer->fds[0] = (struct pollfd){.fd = announcer->wake[0], .events = POLLIN};
    announcer->fds[1] = (struct pollfd){.fd = announcer->listening, .events = POLLIN};
    announcer->count = 2;
    for (;;) {
        must(poll(announcer->fds, announcer->count, -1) > 0);
        if (announcer->fds[0].revents != 0)
            return NULL;
        for (nfds_t i = announcer->count; i-- > 2;) {
            if (announcer->fds[i].revents == 0 || answer_peer(announcer, announcer->fds[i].fd))
                continue;
            (void)close(announcer->fds[i].fd);
            announcer->fds[i] = announcer->fds[--announcer->count];
        }
        if (announcer->fds[1].revents != 0)
            accept_peer(announcer);
    }
}

struct announcer *announcer_start(const char *path)
{
    struct announcer *announcer = calloc(1, sizeof(*announcer));

    must(announcer != NULL && strlen(path) < sizeof(announcer->address.sun_path));
    announcer->address.sun_family = AF_UNIX;
    memcpy(announcer->address.sun_path, path, strlen(path) + 1);
    announcer->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(announcer->listening >= 0 && pipe(announcer->wake) == 0 &&
         bind(announcer->listening, (const struct sockaddr *)&announcer->address,
              sizeof(announcer->address)) == 0 &&
         listen(announcer->listening, PEERS_MAX) == 0 &&
         pthread_create(&announcer->thread, NULL, serve, announcer) == 0);
    return announcer;
}

void announcer_stop(struct announcer *announcer)
{
    if (announcer == NULL)
        return;
    must(write(announcer->wake[1], "", 1) == 1 && pthread_join(announcer->thread, NULL) == 0);
    for (nfds_t i = 0; i < announcer->count; i++)
        (void)close(announcer->fds[i].fd);
    (void)close(announcer->wake[1]);
    (void)unlink(announcer->address.sun_path);
    free(announcer);
}

void announcer_set(struct announcer *announcer, enum announcer_answer answer)
{
    atomic_store(&announcer->answer, (int)answer);
}

int announcer_requests(const struct announcer *announcer)
{
    return atomic_load(&announcer->requests);
}

int announcer_connections(const struct announcer *announcer)
{
    return atomic_load(&announcer->connections);
}
